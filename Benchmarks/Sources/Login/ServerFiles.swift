// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

/// A folder with everything that `puente serve` reads: our keys, one service, and a node for each of the other states.
struct ServerFiles {
    static let host = "puente.example.es"
    static let states = [
        "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "EL", "FI", "FR", "HR", "HU", "IE", "IS", "IT", "LI",
        "LT", "LU",
        "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "UA",
    ]
    static let service = TestKey.rsa3072e

    let folder: URL
    let port: Int
    /// Of each state, with a certificate of its own.
    private let signers: [String: Signer]
    private let services: Int
    private let secondOpinion: Bool
    var settings: String { folder.appending(path: "puente.yaml").path }

    /// - Parameter services: how many; only the first is one that anybody asks for.
    init(in folder: URL, port: Int, at now: Date, services: Int = 1, secondOpinion: Bool = true) throws {
        self.folder = folder
        self.port = port
        self.services = services
        signers = try Dictionary(uniqueKeysWithValues: Self.states.map { ($0, try Self.signer(of: $0, at: now)) })
        self.secondOpinion = secondOpinion
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write("puente.yaml", settingsText)
        for (number, names) in serviceNames.enumerated() {
            try write("services-\(number).yaml", "services:\n" + names.map(service).joined())
        }
        try write("trust-list.yaml", "nodes:\n" + Self.states.map(node).joined())
        for (name, key) in [
            ("connector-signing", TestKey.connector), ("connector-encryption", .connectorEncryption),
            ("gateway", .gateway),
        ] {
            try write(name + ".key", key.key().pem(), mode: 0o600)
            try write(name + ".pem", key.certificate().pem)
        }
        try write("service.pem", Self.service.certificate().pem)
        for (state, signer) in signers { try write("\(state).pem", signer.chain[0].pem) }
        try publish(documents(validUntil: now + 86_400))
    }

    /// One key will do: what takes time at the start is certificates.
    private static func signer(of state: String, at now: Date) throws -> Signer {
        let key = try TestKey.country.key()
        let certificate = try key.certify(
            commonName: "Node of \(state)", usage: .signing, from: now - 3600, until: now + 30 * 86_400)
        return try Signer(key: key, chain: [certificate])
    }

    /// The metadata of all states, in their order.
    func documents(validUntil end: Date) throws -> [[UInt8]] {
        try Self.states.map { try metadata(of: $0, validUntil: end) }
    }

    /// Puts documents in the places of the former ones, each whole.
    func publish(_ documents: [[UInt8]]) throws {
        for (state, octets) in zip(Self.states, documents) {
            try Data(octets).write(to: folder.appending(path: "\(state).xml"), options: .atomic)
        }
    }

    private func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    }

    private var settingsText: String {
        """
        public-url: https://\(Self.host)
        listen: {host: 127.0.0.1, port: \(port)}
        connector:
          signing-key: connector-signing.key
          signing-certificate: connector-signing.pem
          encryption-key: connector-encryption.key
          encryption-certificate: connector-encryption.pem
          organization: {name: Bench, url: "https://puente.example.es/"}
          contacts:
            support: {company: Bench, email: bench@puente.example.es}
            technical: {company: Bench, email: bench@puente.example.es}
        clave: {signing-key: gateway.key, signing-certificate: gateway.pem}
        trust-lists: [trust-list.yaml]
        services: [\(serviceNames.indices.map { "services-\($0).yaml" }.joined(separator: ", "))]
        mappings:
          eidas: \(Repository.path("mappings/eidas.yaml"))
          clave2: \(Repository.path("mappings/clave2.yaml"))
        operator: {name: Bench, contact-email: bench@puente.example.es}
        log: {level: warning, format: text}
        second-opinion: \(secondOpinion)

        """
    }

    /// For each file, as many as it may hold.
    private var serviceNames: [[String]] {
        let names = [ServiceRequest.name] + (1..<services).map { "\(ServiceRequest.name)_\($0)" }
        return stride(from: 0, to: services, by: 5000).map { Array(names[$0..<min($0 + 5000, services)]) }
    }

    private func service(_ name: String) -> String {
        """
          - provider-name: \(name)
            display-name: {es: Sede}
            certificates: [{file: service.pem}]
            return-addresses: ["\(ServiceRequest.returnAddress)"]
            lowest-loa: low
            attributes: [PersonIdentifier, FamilyName, FirstName, DateOfBirth]
            encryption: {certificate: {file: service.pem}, key-transport: rsa-oaep}
            signature: rsa-pss-sha256
            signs-assertion: true
            selected-idp: none

        """
    }

    private func node(_ state: String) -> String {
        """
          - entity-id: \(Self.entity(state))
            country: \(state)
            role: proxy-service
            source: {file: \(state).xml}
            pins: [{file: \(state).pem}]

        """
    }

    /// The first is the test kit's node.
    static func entity(_ state: String) -> EntityID {
        state == "DE" ? World.country : EntityID("https://node.\(state.lowercased()).example/metadata")
    }
}

// MARK: Metadata

extension ServerFiles {
    private func signer(_ state: String) throws -> Signer {
        guard let signer = signers[state] else { throw Failure("no state \(state)") }
        return signer
    }

    /// An EntityDescriptor as large as real ones are.
    private func metadata(of state: String, validUntil end: Date) throws -> [UInt8] {
        let attributes = XMLNode(
            Namespace.mdattr("EntityAttributes"), [],
            [
                entityAttribute(SAMLURI.protocolVersion, ["1.4.1", "1.4", "1.3", "1.2"]),
                entityAttribute(SAMLURI.applicationIdentifier, ["Bench:node:1"]),
                entityAttribute(
                    SAMLURI.assuranceCertification, LoA.allCases.map { "http://eidas.europa.eu/LoA/\($0)" }),
            ])
        let document = XMLNode(
            Namespace.md("EntityDescriptor"),
            [
                ("ID", "_\(state)"), ("entityID", Self.entity(state).rawValue),
                ("validUntil", Instant.write(end)),
            ],
            mentioning: [.xs],
            [XMLNode(Namespace.md("Extensions"), [], [attributes]), try role(state), organization(state)]
                + ["support", "technical"].map(contact))
        return try document.signed(by: signer(state), behind: 0).serialized()
    }

    private func role(_ state: String) throws -> XMLNode {
        let key = XMLNode(
            Namespace.md("KeyDescriptor"), [("use", "signing")], [.keyInfo(try signer(state).chain[0])])
        let country = XMLNode(Namespace.eidas("NodeCountry"), text: state)
        let service = XMLNode(
            Namespace.md("SingleSignOnService"),
            [("Binding", SAMLURI.post), ("Location", "https://node.\(state.lowercased()).example/sso")])
        let attributes = try World.mapping("eidas").rows.map {
            XMLNode(
                Namespace.saml2("Attribute"),
                [("FriendlyName", $0.friendlyName), ("Name", $0.uri), ("NameFormat", SAMLURI.nameFormatURI)])
        }
        return XMLNode(
            Namespace.md("IDPSSODescriptor"),
            [("WantAuthnRequestsSigned", "true"), ("protocolSupportEnumeration", SAMLURI.protocolSupport)],
            [XMLNode(Namespace.md("Extensions"), [], [country]), key, service] + attributes)
    }

    private func organization(_ state: String) -> XMLNode {
        let english: [(XMLName, String?)] = [(Namespace.xml("lang"), "en")]
        return XMLNode(
            Namespace.md("Organization"), [],
            ["OrganizationName", "OrganizationDisplayName"].map {
                XMLNode(Namespace.md($0), english, text: "Node of \(state)")
            }
                + [XMLNode(Namespace.md("OrganizationURL"), english, text: "https://node.example")])
    }

    private func contact(_ type: String) -> XMLNode {
        XMLNode(
            Namespace.md("ContactPerson"), [("contactType", type)],
            [
                XMLNode(Namespace.md("Company"), text: "Bench"),
                XMLNode(Namespace.md("EmailAddress"), text: "mailto:bench@node.example"),
            ])
    }

    private func entityAttribute(_ name: String, _ values: [String]) -> XMLNode {
        XMLNode(
            Namespace.saml2("Attribute"), [("Name", name), ("NameFormat", SAMLURI.nameFormatURI)],
            values.map {
                XMLNode(
                    Namespace.saml2("AttributeValue"), [(Namespace.xsi("type"), "xs:string")], mentioning: [.xs],
                    text: $0)
            })
    }
}
