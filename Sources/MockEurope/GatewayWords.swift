// SPDX-License-Identifier: EUPL-1.2
import Federation
import Portal

extension GatewayMethod {
    /// Whether its name is the same in every language.
    var hasOwnName: Bool { self == .mobile || self == .permanent || self == .pin }

    func name(_ language: Language) -> HTML {
        switch self {
        case .mobile: "Cl@ve Móvil"
        case .certificate: language("DNIe o certificado electrónico", "DNIe or electronic certificate")
        case .permanent: "Cl@ve Permanente"
        case .pin: "Cl@ve PIN"
        case .otherCountries: language("Ciudadanía de la Unión Europea", "Citizens of the European Union")
        }
    }

    func explanation(_ language: Language) -> HTML {
        switch self {
        case .mobile:
            language(
                "Con la aplicación de su teléfono, que aquí es otra pestaña.",
                "With the app of your phone, which is another tab here.")
        case .certificate:
            language(
                "Con uno de prueba, instalado en el navegador o no.",
                "With a test certificate, installed in the browser or not.")
        case .permanent:
            language(
                "Con usuario y contraseña, y un código por SMS si hace falta.",
                "With user and password, and a code by SMS if needed.")
        case .pin:
            language("La forma antigua: un código que vale poco tiempo.", "The old way: a code that is soon void.")
        case .otherCountries: language("Con la identidad de otro país.", "With the identity of another country.")
        }
    }
}

extension GatewayManner {
    /// Whether what explains it is a text of the real gateway.
    var isQuoted: Bool { self == .expiredCertificate || self == .revokedCertificate }

    func label(_ language: Language) -> HTML {
        switch self {
        case .genuine: language("Respuesta auténtica", "Genuine answer")
        case .cancelled: language("Cancelar", "Cancel")
        case .noCertificate: language("Sin certificado", "No certificate")
        case .expiredCertificate: language("Certificado caducado", "Expired certificate")
        case .revokedCertificate: language("Certificado revocado", "Revoked certificate")
        case .certificateClass: language("Tipo de certificado no admitido", "Certificate class not allowed")
        case .tooLow: language("Nivel insuficiente", "Level too low")
        case .noMainCode: language("Sin código principal", "No main code")
        case .brokenPartialAfirma: language("PartialAfirma sin espacios de nombres", "PartialAfirma without namespaces")
        case .encrypted: language("Aserción cifrada", "Encrypted assertion")
        case .expired: language("Respuesta caducada", "Expired answer")
        case .otherAudience: language("Otro destinatario", "Another audience")
        case .otherQuestion: language("Responde a otra petición", "Answers another request")
        case .unsigned: language("Sin firma", "Unsigned")
        case .otherKey: language("Firmada por otra clave", "Signed by another key")
        }
    }

    func explanation(_ language: Language) -> HTML {
        switch self {
        case .genuine, .cancelled: ""
        case .noCertificate: language("Nadie eligió ninguno.", "Nobody chose one.")
        case .expiredCertificate: "«El certificado está caducado»"
        case .revokedCertificate: "«El certificado se encuentra revocado»"
        case .certificateClass: language("De la clase 8, un sello.", "Of class 8, a seal.")
        case .tooLow: language("La credencial no llega.", "The credential does not reach it.")
        case .noMainCode:
            language("Un error a medias, como los hay a veces.", "Half an error, as there are at times.")
        case .brokenPartialAfirma:
            language(
                "Solo con certificado, como en los primeros años.", "With certificates only, as in the first years.")
        case .encrypted: language("Para la clave del servicio.", "For the key of the service.")
        case .expired: language("Emitida hace veinte minutos.", "Issued twenty minutes ago.")
        case .otherAudience: language("Era para otro servicio.", "It was for another service.")
        case .otherQuestion: language("A una que nadie ha hecho.", "One that nobody asked.")
        case .unsigned: language("Cualquiera pudo escribirla.", "Anybody might have written it.")
        case .otherKey: language("De alguien desconocido.", "Of somebody unknown.")
        }
    }
}

extension Resident.Registration {
    func name(_ language: Language) -> HTML {
        switch self {
        case .basic: language("Registro básico", "Basic registration")
        case .advanced: language("Registro avanzado", "Advanced registration")
        }
    }
}

extension Resident.Note {
    func text(_ language: Language) -> HTML {
        switch self {
        case .foreigner:
            language(
                "Extranjera; su nombre se escribe también en griego", "A foreigner; her name is also written in Greek")
        case .nobodyKnows: language("De nadie se sabe su fecha de nacimiento", "Nobody knows his date of birth")
        case .slowSource:
            language("El registro que la conoce tarda demasiado", "The register that knows her is too slow")
        }
    }
}
