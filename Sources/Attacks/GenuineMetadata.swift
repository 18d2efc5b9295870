import Federation
// SPDX-License-Identifier: EUPL-1.2
public import Foundation
public import PuenteTestKit
import SAML
public import XMLSecurity

/// The metadata of the node abroad, as its publisher writes it, in parts.
public struct GenuineMetadata: Sendable {
    public let bare: XMLNode
    public let recipe: SignatureRecipe
    public let signed: XMLNode
    public let signature: XMLNode
    /// The same entity with the attacker's key and address, unsigned.
    public let evil: XMLNode
    public let now: Date

    public init(at now: Date) throws {
        let bare = try Self.node(World.country, .country, at: now)
        var evil = bare
        evil.set("ID", Genuine.evilID)
        try evil.setText(of: "X509Certificate", TestKey.stranger.certificate().base64)
        try evil.set("Location", of: "SingleSignOnService", Genuine.evilAddress)
        recipe = SignatureRecipe(.country)
        signature = try recipe.signature(over: bare)
        signed = bare.inserting(signature, at: 0)
        (self.bare, self.evil, self.now) = (bare, evil, now)
    }

    /// Signed by its publisher, with something changed before.
    public func signing(_ edit: (inout XMLNode) throws -> Void) throws -> [UInt8] {
        var root = bare
        try edit(&root)
        return try recipe.sign(root, behind: 0).serialized()
    }

    /// Signed in another way.
    public func signing(_ root: XMLNode? = nil, by edit: (inout SignatureRecipe) throws -> Void) throws -> [UInt8] {
        var recipe = recipe
        try edit(&recipe)
        return try recipe.sign(root ?? bare, behind: 0).serialized()
    }

    static let details = OperatorDetails(
        name: "Attack", displayName: "Attack", url: "https://attack.example/",
        support: .init(company: "Attack", email: "attack@attack.example"),
        technical: .init(company: "Attack", email: "attack@attack.example"))

    /// A Proxy-Service of a member state, unsigned.
    static func node(
        _ name: EntityID, _ key: TestKey, country: String = "DE", at now: Date
    ) throws -> XMLNode {
        ProxyServiceMetadata(
            entityID: name, country: try World.memberState(country),
            singleSignOnService: name.rawValue.replacing("/metadata", with: "/sso"),
            levels: ["low", "substantial", "high"].map { "http://eidas.europa.eu/LoA/" + $0 },
            attributes: ServiceRequest.minimumDataSet.map { .init(uri: $0.uri, friendlyName: $0.friendly) },
            needsRequesterID: false, signing: try signing(name, key), details: details,
            applicationIdentifier: "Puente:attack"
        ).document(id: try .random(), validUntil: now + 20 * 86_400)
    }

    /// The nodes that are attacked have spare keys.
    private static func signing(_ name: EntityID, _ key: TestKey) throws -> [Certificate] {
        let isAttacked = name == World.country || name == World.foreignConnector
        return try [key.certificate()] + (isAttacked ? SpareKey.ofMessages.map { try $0.pair().certificate } : [])
    }

    /// A Connector of a member state, unsigned.
    static func connector(
        _ name: EntityID, country: String = "FR", at now: Date, until end: Date
    ) throws -> XMLNode {
        ConnectorMetadata(
            entityID: name, country: try World.memberState(country), assertionConsumerService: World.foreignAnswers,
            sector: nil, signing: try signing(name, .country),
            encryption: [try TestKey.countryEncryption.certificate()], details: details,
            applicationIdentifier: "Puente:attack"
        ).document(id: try .random(), validUntil: end)
    }
}

extension XMLNode {
    /// Leaves the node's own key alone.
    mutating func removeSpareKeys() throws {
        try edit("IDPSSODescriptor") { role in
            var isFirst = true
            role.content.removeAll { item in
                guard case .node(let child) = item, child.name.local == "KeyDescriptor" else { return false }
                defer { isFirst = false }
                return !isFirst
            }
        }
    }
}
