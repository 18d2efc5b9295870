// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import XMLSecurity

/// A certificate that the mock gateway takes, or has a reason not to take. Its key is there for everybody: nothing is worth
/// less.
struct TestCertificate: Sendable {
    /// What it is, without its key.
    struct Profile: Hashable, Sendable, CustomStringConvertible {
        enum State: Hashable, Sendable { case good, expired, revoked }

        /// Short, for forms and file names.
        let id: String
        let resident: Resident
        /// The class that @firma finds (Cl@ve dossier §3.7).
        let classification: Int
        let loa: LoA
        /// Whom it represents, or whose seal it is.
        var entity: Entity?
        var state = State.good

        var description: String { id }
    }

    struct Entity: Hashable, Sendable {
        let id: String
        let name: String
    }

    let profile: Profile
    let credential: Credential

    /// Classes that identify a person: natural, or who acts for an entity.
    static let admitted = [0, 5, 11, 12]
}

extension TestCertificate.Profile {
    static let all = [
        Self(id: "dnie-begona", resident: .begona, classification: 0, loa: .high),
        Self(id: "dnie-manuel", resident: .manuel, classification: 0, loa: .high),
        Self(id: "software-juan", resident: .juan, classification: 0, loa: .substantial),
        Self(
            id: "empleada-itziar", resident: .itziar, classification: 5, loa: .substantial,
            entity: .init(id: "S0000000J", name: "Ayuntamiento de Villanueva del Puente")),
        Self(
            id: "empresa-begona", resident: .begona, classification: 11, loa: .substantial,
            entity: .init(id: "B00000000", name: "Puentes Imaginarios, S.L.")),
        Self(
            id: "comunidad-juan", resident: .juan, classification: 12, loa: .substantial,
            entity: .init(id: "E00000000", name: "Comunidad de Bienes El Puente")),
        Self(
            id: "sello-ayuntamiento", resident: .itziar, classification: 8, loa: .substantial,
            entity: .init(id: "S0000000J", name: "Ayuntamiento de Villanueva del Puente")),
        Self(id: "caducado-juan", resident: .juan, classification: 0, loa: .substantial, state: .expired),
        Self(id: "revocado-itziar", resident: .itziar, classification: 0, loa: .substantial, state: .revoked),
    ]

    /// The person, as certificates in Spain name one; or the entity of a seal.
    var commonName: String {
        guard let entity else { return "\(resident.name.uppercased()) - \(resident.id)" }
        switch classification {
        case 8: return entity.name
        case 11, 12: return "\(resident.id) \(resident.name.uppercased()) (R: \(entity.id))"
        default: return "\(resident.name.uppercased()) - DNI \(resident.id)"
        }
    }

    fileprivate func issue(_ authority: Credential, at now: Date) throws(XMLFault) -> Credential {
        let key = try PrivateKey.generate(.ec(.p256))
        let isExpired = state == .expired
        let certificate = try key.certify(
            commonName: commonName, organization: entity?.name, country: "ES", more: subject, usage: .signing,
            from: now - (isExpired ? 86_400 * 30 : 3_600), until: now + (isExpired ? -86_400 : 86_400 * 30),
            by: (authority.key, authority.certificate))
        return Credential(key: key, certificate: certificate)
    }

    private var subject: [(String, String)] {
        let entity = self.entity.map { [("organizationIdentifier", "VATES-" + $0.id)] } ?? []
        guard classification != 8 else { return entity }
        return entity + [
            ("serialNumber", "IDCES-" + resident.id), ("SN", resident.familyName.uppercased()),
            ("GN", resident.firstName.uppercased()),
        ]
    }
}

/// The authority behind the test certificates, and all that it issued.
struct TestAuthority: Sendable {
    let credential: Credential
    let certificates: [TestCertificate]
    /// Of the server that asks for certificates, from the same authority.
    let server: Credential

    /// What the files of the certificates are locked with.
    static let passphrase = "puente"

    /// - Parameter folder: keeps it for the next time.
    static func make(in folder: URL? = nil, at now: Date) throws -> TestAuthority {
        func kept(_ name: String, _ make: () throws(XMLFault) -> Credential) throws -> Credential {
            if let folder { try .kept(name, in: folder, at: now, or: make) } else { try make() }
        }
        let authority = try kept("authority") { () throws(XMLFault) in
            try .make(.ec(.p256), "AC de Prueba de Puente", usage: .authority, at: now)
        }
        let certificates = try TestCertificate.Profile.all.map { profile in
            // What has ended is no worse for being new.
            let credential = try kept(profile.id) { () throws(XMLFault) in try profile.issue(authority, at: now) }
            return TestCertificate(profile: profile, credential: credential)
        }
        let server = try kept("server") { () throws(XMLFault) in
            try .make(.ec(.p256), "localhost", usage: .server, by: authority, at: now)
        }
        return TestAuthority(credential: authority, certificates: certificates, server: server)
    }

    subscript(id: String) -> TestCertificate? { certificates.first { $0.profile.id == id } }

    func find(_ certificate: Certificate) -> TestCertificate? {
        certificates.first { $0.credential.certificate == certificate }
    }
}

extension TestCertificate {
    /// For browsers and Java.
    func pkcs12(_ authority: TestAuthority) throws(XMLFault) -> [UInt8] {
        try KeyStore.file(
            profile.commonName, credential.key, [credential.certificate, authority.credential.certificate],
            passphrase: TestAuthority.passphrase)
    }

    /// For programs: the key, not locked, the certificate, and its authority's.
    func pem(_ authority: TestAuthority) throws(XMLFault) -> String {
        try credential.key.pem() + credential.certificate.pem + authority.credential.certificate.pem
    }

    /// What @firma says of the certificate.
    ///
    /// - Parameter isBroken: without the declarations of its prefixes, as the gateway sent it in its first years.
    /// - Spec: Cl@ve dossier §3.7.
    func partialAfirma(isBroken: Bool = false) -> [UInt8] {
        let fields = [
            ("clasificacion", "\(profile.classification)"),
            ("NIF-CIF", profile.entity?.id), ("razonSocial", profile.entity?.name),
            ("numeroSerie", credential.certificate.serialNumber), ("idEmisor", credential.certificate.issuer),
        ]
        let nodes = fields.compactMap { name, value in
            value.map {
                XMLNode(
                    Self.profileSpace("ReadableField"), [],
                    [
                        XMLNode(Self.profileSpace("FieldIdentity"), text: name),
                        XMLNode(Self.profileSpace("FieldValue"), text: $0),
                    ])
            }
        }
        let root = XMLNode(
            XMLName(unqualified: "Partial_Afirma_Response"), [], mentioning: [Self.dss],
            [XMLNode(Self.profileSpace("ReadableCertificateInfo"), [], nodes)])
        let text = String(decoding: root.serialized(), as: UTF8.self)
        guard isBroken else { return Array(text.utf8) }
        return Array(text.replacing(/\sxmlns:[a-z]+="[^"]*"/, with: "").utf8)
    }

    private static let dss = Namespace("dss", "urn:oasis:names:tc:dss:1.0:core:schema")
    private static let profileSpace = Namespace("afxp", "urn:afirma:dss:1.0:profile:XSS:schema")
}
