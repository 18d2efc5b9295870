// SPDX-License-Identifier: EUPL-1.2

/// Somebody in the mock registers of Spain, and what they know of them. All of them are invented.
struct RegisteredPerson: Hashable, Sendable {
    enum Register: Hashable, Sendable, CaseIterable {
        /// A SQLite file.
        case municipal
        /// HTTP and JSON.
        case population
        /// SOAP in the manner of SCSP.
        case identity
    }

    /// DNI or NIE.
    let id: String
    /// `YYYY-MM-DD`; `nil` where no register knows it.
    let born: String?
    let town: String
    let province: String
    let isWoman: Bool
    /// ISO 3166-1.
    let nationality: String
    /// As people were registered at birth, in their own script, where that is another name.
    let birthName: String?
    let home: (street: String, number: String, postCode: String)
    let registers: Set<Register>
    /// Whether the population register takes longer than anybody waits.
    let isSlow: Bool

    static func == (a: Self, b: Self) -> Bool { a.id == b.id }
    func hash(into hasher: inout Hasher) { hasher.combine(id) }

    private init(
        _ id: String, _ born: String?, in town: String, _ province: String, woman isWoman: Bool,
        from nationality: String = "ES", birthName: String? = nil, at home: (String, String, String),
        _ registers: Set<Register>, isSlow: Bool = false
    ) {
        self.id = id
        self.born = born
        self.town = town
        self.province = province
        self.isWoman = isWoman
        self.nationality = nationality
        self.birthName = birthName
        self.home = home
        self.registers = registers
        self.isSlow = isSlow
    }

    static let all = [
        RegisteredPerson(
            "00000000T", "1980-01-31", in: "Soria", "Soria", woman: true, at: ("Calle del Puente", "7", "42001"),
            [.municipal, .population]),
        RegisteredPerson(
            "99999999R", "1965-11-25", in: "Ávila", "Ávila", woman: false, at: ("Plaza Mayor", "1", "05001"),
            [.population, .identity]),
        RegisteredPerson(
            "X1234567L", "1991-07-09", in: "Patras", "Grecia", woman: true, from: "EL", birthName: "Ελένη Παπαδοπούλου",
            at: ("Avenida del Puerto", "12", "46023"), [.population, .identity]),
        RegisteredPerson(
            "12345678Z", "1973-03-02", in: "Bermeo", "Bizkaia", woman: true, at: ("Portu kalea", "3", "48370"),
            [.identity]),
        RegisteredPerson(
            "87654321X", nil, in: "Vigo", "Pontevedra", woman: false, at: ("Rúa do Príncipe", "9", "36202"), []),
        RegisteredPerson(
            "11111111H", "1958-12-24", in: "Cuenca", "Cuenca", woman: true, at: ("Calle Alta", "4", "16001"),
            [.population],
            isSlow: true),
    ]

    /// The person, if that register knows them.
    static func find(_ id: String?, in register: Register) -> RegisteredPerson? {
        all.first { $0.id == id && $0.registers.contains(register) }
    }

    /// The population register has people from abroad by what they told at the border, without a day.
    var bornAsRegistered: String? { nationality == "ES" ? born : nil }
}
