// SPDX-License-Identifier: EUPL-1.2
import Federation

/// Somebody whom the mock Cl@ve gateway knows. All of them are invented; the attribute sources of the demonstration know
/// more about most of them.
struct Resident: Hashable, Sendable, CustomStringConvertible {
    /// How they registered in Cl@ve (Cl@ve dossier §6.4).
    enum Registration: String, Hashable, Sendable, CaseIterable { case basic, advanced }

    /// DNI or NIE.
    let id: String
    let firstName: String
    let firstSurname: String
    /// Of foreigners there is none.
    let secondSurname: String?
    let registration: Registration
    /// For whoever tries the demonstration: what is particular about the person.
    let note: Note?

    enum Note: Hashable, Sendable { case foreigner, nobodyKnows, slowSource }

    var description: String { id }
    var familyName: String { [firstSurname, secondSurname].compactMap { $0 }.joined(separator: " ") }
    var name: String { firstName + " " + familyName }

    static let begona = Resident(
        id: "00000000T", firstName: "Begoña", firstSurname: "Núñez", secondSurname: "Peña", registration: .advanced,
        note: nil)
    static let juan = Resident(
        id: "99999999R", firstName: "Juan", firstSurname: "Español", secondSurname: "Español",
        registration: .advanced, note: nil)
    static let eleni = Resident(
        id: "X1234567L", firstName: "Eleni", firstSurname: "Papadopoulou", secondSurname: nil, registration: .basic,
        note: .foreigner)
    static let itziar = Resident(
        id: "12345678Z", firstName: "Itziar", firstSurname: "Goikoetxea", secondSurname: "Ibarra",
        registration: .advanced, note: nil)
    static let manuel = Resident(
        id: "87654321X", firstName: "Manuel", firstSurname: "Desconocido", secondSurname: "Oculto",
        registration: .advanced, note: .nobodyKnows)
    static let carmen = Resident(
        id: "11111111H", firstName: "Carmen", firstSurname: "Lenta", secondSurname: "Espera", registration: .advanced,
        note: .slowSource)

    static let all = [begona, juan, eleni, itziar, manuel, carmen]

    /// - Parameter text: as people type it: spaces, dots, hyphens and case do not matter.
    static func find(_ text: String?) -> Resident? {
        let id = (text ?? "").uppercased().filter { $0.isLetter || $0.isNumber }
        return all.first { $0.id == id }
    }

    /// One for all of Cl@ve Permanente; the page says it.
    static let password = "demostracion"
}
