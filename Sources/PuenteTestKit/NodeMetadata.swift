// SPDX-License-Identifier: EUPL-1.2
import Federation
public import SAML
import SecondOpinion
public import XMLSecurity

/// A Proxy-Service's metadata, written without our writer.
public struct NodeMetadata {
    public var root: XMLNode
    public var recipe = SignatureRecipe(.p256a)
    public static let entityID = "https://knoten.example.de/metadata"

    public init(key: TestKey = .country) throws {
        func attribute(_ name: String, _ values: [String]) -> XMLNode {
            XMLNode(
                Namespace.saml2("Attribute"), [("Name", name), ("NameFormat", SAMLURI.nameFormatURI)],
                values.map { XMLNode(Namespace.saml2("AttributeValue"), text: $0) })
        }
        let certificate = try key.certificate()
        func descriptor(_ use: String?, _ methods: [XMLNode] = []) -> XMLNode {
            XMLNode(Namespace.md("KeyDescriptor"), [("use", use)], [.keyInfo(certificate)] + methods)
        }
        let role = XMLNode(
            Namespace.md("IDPSSODescriptor"),
            [("WantAuthnRequestsSigned", "true"), ("protocolSupportEnumeration", SAMLURI.protocolSupport)],
            [
                XMLNode(Namespace.md("Extensions"), [], [XMLNode(Namespace.eidas("NodeCountry"), text: "DE")]),
                descriptor("signing"),
                descriptor(
                    "encryption",
                    [XMLNode(Namespace.md("EncryptionMethod"), [("Algorithm", ContentCipher.aes256GCM.uri)])]),
                XMLNode(Namespace.md("NameIDFormat"), text: SAMLURI.persistent),
                XMLNode(
                    Namespace.md("SingleSignOnService"),
                    [("Binding", SAMLURI.redirect), ("Location", "https://knoten.example.de/redirect")]),
                XMLNode(
                    Namespace.md("SingleSignOnService"),
                    [("Binding", SAMLURI.post), ("Location", "https://knoten.example.de/sso")]),
                XMLNode(
                    Namespace.saml2("Attribute"),
                    [("Name", "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier")]),
            ])
        root = XMLNode(
            Namespace.md("EntityDescriptor"),
            [("ID", "_e1"), ("entityID", Self.entityID), ("validUntil", "2026-03-09T00:00:00Z")],
            [
                XMLNode(
                    Namespace.md("Extensions"), [],
                    [
                        XMLNode(
                            Namespace.mdattr("EntityAttributes"), [],
                            [
                                attribute(SAMLURI.protocolVersion, ["1.4", "1.3"]),
                                attribute(SAMLURI.assuranceCertification, ["http://eidas.europa.eu/LoA/high"]),
                                attribute(SAMLURI.entityCategory, [SAMLURI.requesterIDNeeded]),
                            ])
                    ]), role,
            ])
    }

    public func verified(_ change: (inout MetadataExpectation) -> Void = { _ in }) throws -> VerifiedEntity {
        try Self.verify(try recipe.sign(root, behind: 0).serialized(), change)
    }

    public static func verify(_ octets: [UInt8], _ change: (inout MetadataExpectation) -> Void = { _ in }) throws
        -> VerifiedEntity
    {
        var expected = MetadataExpectation(
            entityID: EntityID(entityID), country: try World.memberState("DE"), role: .proxyService,
            pins: [try TestKey.p256a.certificate()])
        change(&expected)
        return try VerifiedEntity(octets, expecting: expected, confirmedBy: LibXMLSec1(), at: World().now)
    }
}
