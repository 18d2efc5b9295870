// SPDX-License-Identifier: EUPL-1.2
import Federation
public import Foundation
public import PuenteTestKit
import SAML
public import XMLSecurity

/// A genuine message of one role, in parts: what somebody can work with who has seen it.
public struct Genuine: Sendable {
    public let role: Role
    /// What the peer signs, without the signature.
    public let bare: XMLNode
    public let recipe: SignatureRecipe
    public let signed: XMLNode
    public let signature: XMLNode
    /// Of the same making and unsigned, as the attacker would like it: an answer that names somebody else, or a request whose
    /// answer goes to him.
    public let evil: XMLNode
    public let relayState: String?
    /// An answer, before it is sealed.
    private let answer: NodeAnswer?
    public let now: Date

    /// How many children stand before the signature.
    public var place: Int { Self.place(in: bare) }

    private static func place(in root: XMLNode) -> Int { root.children.first?.name.local == "Issuer" ? 1 : 0 }

    public static let evilID = "_evil0a1b2c3d4e5f60718293a4b5c6d7e8f9"
    public static let evilAddress = "https://evil.example/"

    /// A request of a service or of a Connector.
    init(_ role: Role, asking bare: XMLNode, _ recipe: SignatureRecipe, relayState: String?, at now: Date) throws {
        var evil = bare
        evil.set("ID", Self.evilID)
        evil.set("AssertionConsumerServiceURL", Self.evilAddress)
        try self.init(role, bare, recipe, evil: evil, relayState: relayState, answer: nil, at: now)
    }

    /// An answer of a Proxy-Service or of the gateway.
    init(_ role: Role, _ answer: NodeAnswer, at now: Date) throws {
        var plain = answer
        plain.isSigned = false
        let bare = try plain.document()
        try plain.editAssertion { assertion in
            assertion.set("ID", Self.evilID + "a")
            try assertion.edit("AttributeValue") { $0.text = "somebody-else" }
        }
        plain.response.set("ID", Self.evilID)
        try self.init(
            role, bare, answer.recipe, evil: try plain.document(), relayState: answer.relayState, answer: answer,
            at: now)
    }

    private init(
        _ role: Role, _ bare: XMLNode, _ recipe: SignatureRecipe, evil: XMLNode, relayState: String?,
        answer: NodeAnswer?, at now: Date
    ) throws {
        (self.role, self.bare, self.recipe, self.evil) = (role, bare, recipe, evil)
        (self.relayState, self.answer, self.now) = (relayState, answer, now)
        signature = try recipe.signature(over: bare)
        signed = bare.inserting(signature, at: Self.place(in: bare))
    }

    /// The signed document, with something changed before it is signed.
    public func signing(_ edit: (inout XMLNode) throws -> Void) throws -> XMLNode {
        var root = bare
        try edit(&root)
        return try recipe.sign(root, behind: Self.place(in: root))
    }

    /// The document, signed in another way.
    public func signing(
        _ root: XMLNode? = nil, by edit: (inout SignatureRecipe) throws -> Void
    ) throws -> XMLNode {
        var recipe = recipe
        try edit(&recipe)
        return try recipe.sign(root ?? bare, behind: place)
    }

    /// An answer of another making.
    public func answering(_ edit: (inout NodeAnswer) throws -> Void) throws -> [UInt8] {
        guard var answer else { throw NothingToSpoil(name: "answer") }
        try edit(&answer)
        return try answer.octets()
    }

    /// The sealed or plain assertion where it stands in the document.
    public var sealedAssertion: XMLNode? { bare.children.first { $0.name.local.hasSuffix("Assertion") } }
    /// The assertion in clear.
    public var assertion: XMLNode? { answer?.assertion }

    /// The attacker's document with the genuine signature in the usual place.
    public var evilSigned: XMLNode { evil.inserting(signature, at: place) }

    /// The keys of this role: of the peer that signs, and of another registered peer of ours.
    public var certificate: Certificate {
        get throws { try recipe.key.certificate() }
    }
}
