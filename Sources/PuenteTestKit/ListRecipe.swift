// SPDX-License-Identifier: EUPL-1.2
import Federation
public import SAML
import SecondOpinion
public import XMLSecurity

/// A MetadataServiceList as the dossier shows it (§9.10), written without our reader.
public struct ListRecipe: Sendable {
    public var root: XMLNode
    public var recipe = SignatureRecipe(.p256a)
    public var isSigned = true
    /// Behind how many children the signature stands; `nil`: behind all.
    public var place: Int?
    public static let tax = "https://tax.example.de/metadata"
    public static let health = "https://health.example.de/metadata"
    public static let everything = "https://all.example.de/metadata"

    public init() throws {
        root = XMLNode(
            Namespace.mdsl("MetadataServiceList"),
            [
                ("Version", "1.0"), ("IssueDate", "2026-03-02T06:00:00Z"), ("NextUpdate", "2026-03-04T06:00:00Z"),
                ("ID", "_list"),
            ],
            [
                XMLNode(
                    Namespace.mdsl("SchemeInformation"), [],
                    [
                        XMLNode(Namespace.mdsl("IssuerName"), text: "Metadata authority"),
                        XMLNode(Namespace.mdsl("SchemeIdentifier"), text: "https://md.example.de/scheme/1"),
                        XMLNode(Namespace.mdsl("SchemeTerritory"), text: "DE"),
                    ]),
                XMLNode(
                    Namespace.mdsl("MetadataList"), [("Territory", "DE")],
                    [
                        Self.location(Self.tax, [.connector], keys: [try TestKey.p384.certificate()]),
                        Self.location(Self.health, [.connector, .proxyService]),
                        Self.location(Self.everything, []),
                    ]),
                XMLNode(
                    Namespace.mdsl("DistributionPoints"), [],
                    [XMLNode(Namespace.mdsl("DistributionPoint"), text: "https://md.example.de/list.xml")]),
            ])
    }

    public static func location(
        _ url: String, _ roles: [EntityDescriptor.Role], keys: [Certificate] = [], of entity: String? = nil
    ) -> XMLNode {
        XMLNode(
            Namespace.mdsl("MetadataLocation"), [("Location", url)],
            roles.map { endpoint($0, entity ?? url) } + keys.map(XMLNode.keyInfo))
    }

    public static func endpoint(_ role: EntityDescriptor.Role, _ entity: String) -> XMLNode {
        let type = role == .connector ? "Connector" : "ProxyService"
        return XMLNode(
            Namespace.mdsl("Endpoint"),
            [("EndpointType", "http://eidas.europa.eu/metadata/ept/" + type), ("EntityID", entity)])
    }

    public func octets() throws -> [UInt8] {
        try isSigned ? recipe.sign(root, behind: place ?? root.content.count).serialized() : root.serialized()
    }

    public func verified(_ change: (inout ServiceListExpectation) throws -> Void = { _ in }) throws
        -> VerifiedServiceList
    {
        try Self.verify(octets(), change)
    }

    public static func verify(
        _ octets: [UInt8], _ change: (inout ServiceListExpectation) throws -> Void = { _ in }
    ) throws -> VerifiedServiceList {
        var expected = ServiceListExpectation(
            pins: [try TestKey.p256a.certificate()], territories: [try World.memberState("DE")])
        try change(&expected)
        return try VerifiedServiceList(octets, expecting: expected, confirmedBy: LibXMLSec1(), at: World().now)
    }
}
