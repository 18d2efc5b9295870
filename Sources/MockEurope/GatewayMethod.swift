// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation

/// The ways to identify oneself at the mock Cl@ve gateway, by the value that SelectedIdP has for each.
///
/// - Spec: Cl@ve dossier §3.6, §6.1; the value for EU citizens is a guess there too.
enum GatewayMethod: String, Hashable, Sendable, CaseIterable {
    case mobile = "IDP_MOVIL"
    case certificate = "AFIRMA"
    case permanent = "SEGSOC"
    case pin = "PIN24H"
    case otherCountries = "EIDAS"

    /// What hides it.
    var exclusion: Clave2.Exclusion {
        switch self {
        case .mobile: .mobile
        case .certificate: .certificate
        case .permanent: .permanent
        case .pin: .pin
        case .otherCountries: .otherCountries
        }
    }

    /// The highest level that anybody reaches with it (Cl@ve dossier §6.2).
    var highest: LoA { self == .certificate || self == .otherCountries ? .high : .substantial }

    /// What people reach who registered like this. Permanente reaches it with the code by SMS alone.
    func reach(_ registration: Resident.Registration) -> LoA { registration == .advanced ? .substantial : .low }

    /// The last part of its page's address.
    var path: String {
        switch self {
        case .mobile: "movil"
        case .certificate: "certificado"
        case .permanent: "permanente"
        case .pin: "pin"
        case .otherCountries: "otro-pais"
        }
    }

    /// As messages of the real gateway name it.
    var provider: String {
        switch self {
        case .certificate: "IdP @firma"
        case .permanent: "IdP GISS"
        case .mobile, .pin: "IdP AEAT"
        case .otherCountries: "IdP eIDAS"
        }
    }
}

/// Who was identified, how, and with what certainty.
struct Identification: Sendable {
    let resident: Resident
    let method: GatewayMethod
    let loa: LoA
    /// What was shown, where the method is a certificate.
    var certificate: TestCertificate?
}
