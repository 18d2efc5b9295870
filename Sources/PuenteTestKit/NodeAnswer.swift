// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import SAML
public import XMLSecurity

/// A Response as a Proxy-Service abroad or the national gateway sends it, written without any code of ours that reads it.
/// Change one field, and exactly one thing is wrong.
public struct NodeAnswer: Sendable {
    public static let id = "_6b1f0c9d2e3a4b5c6d7e8f900112233445566778"
    public static let assertionID = "_0a1b2c3d4e5f60718293a4b5c6d7e8f901122334"

    /// Without signature and assertion.
    public var response: XMLNode
    public var assertion: XMLNode?
    public var recipe = SignatureRecipe(.country)
    /// `nil`: the assertion has no signature of its own.
    public var assertionRecipe: SignatureRecipe?
    public var isSigned = true
    /// Nobody: the assertion travels in clear.
    public var recipients: [Recipient]
    public var cipher = ContentCipher.aes256GCM
    public var relayState: String?
    /// Changes what stands where the assertion stands, before the Response is signed.
    public var editsContent: @Sendable (inout XMLNode) throws -> Void = { _ in }
    /// Changes the signed document as a tree.
    public var editsDocument: @Sendable (inout XMLNode) throws -> Void = { _ in }
    /// Changes the octets after signing.
    public var editsOctets: @Sendable ([UInt8]) throws -> [UInt8] = { $0 }

    /// A node abroad identifies a person.
    ///
    /// - Parameters question, node: what was asked, and of whom.
    public init(
        _ person: TestPerson, to question: Exchange.Question, of node: EntityID = World.country, loa: String? = nil,
        at moment: Moment = .fixed
    ) throws {
        let frame = Frame.abroad(node, question, moment)
        response = frame.response([SAMLURI.success], SAMLURI.success)
        assertion = frame.assertion(person, loa)
        recipients = [try TestKey.connectorEncryption.recipient()]
        relayState = question.relayState
    }

    /// A failure of a node abroad, without assertion.
    public init(
        failure code: String, _ subcode: String?, message: String = "202007 - cancelled",
        to question: Exchange.Question,
        of node: EntityID = World.country, at moment: Moment = .fixed
    ) throws {
        response = Frame.abroad(node, question, moment).response([code] + [subcode].compactMap { $0 }, message)
        recipients = [try TestKey.connectorEncryption.recipient()]
        relayState = question.relayState
    }

    /// The national gateway identifies a person: signed with RSA-SHA512, the assertion in clear (Cl@ve dossier §3).
    public init(
        atHome person: TestPerson, to question: Exchange.Question, loa: String? = nil, at moment: Moment = .fixed
    ) throws {
        let frame = Frame.atHome(question, moment)
        var echoing = person
        echoing.attributes.append(.clave("RelayState", question.relayState))
        response = frame.response([SAMLURI.success], SAMLURI.success)
        assertion = frame.assertion(echoing, loa)
        recipe = SignatureRecipe(.gateway, .rsaSHA512)
        recipients = []
        relayState = question.relayState
    }

    /// A failure of the national gateway; codes from the outermost to the innermost.
    public init(failureAtHome codes: [String], _ message: String?, to question: Exchange.Question) {
        response = Frame.atHome(question, .fixed).response(codes, message)
        recipe = SignatureRecipe(.gateway, .rsaSHA512)
        recipients = []
        relayState = question.relayState
    }

    /// Changes the assertion, which must be there.
    public mutating func editAssertion(_ change: (inout XMLNode) throws -> Void) throws {
        guard var assertion else { throw NothingToSpoil(name: "Assertion") }
        try change(&assertion)
        self.assertion = assertion
    }

    /// What stands where the assertion stands.
    public func content() throws -> XMLNode? {
        guard var assertion else { return nil }
        if let assertionRecipe { assertion = try assertionRecipe.sign(assertion, behind: 1) }
        var content = assertion
        if !recipients.isEmpty {
            content = XMLNode(
                Namespace.saml2("EncryptedAssertion"), [], [try assertion.encrypted(for: recipients, cipher: cipher)])
        }
        try editsContent(&content)
        return content
    }

    public func document() throws -> XMLNode {
        let content = try content()
        let whole = content.map { response.appending($0) } ?? response
        let place = whole.children.first?.name.local == "Issuer" ? 1 : 0
        var document = isSigned ? try recipe.sign(whole, behind: place) : whole
        try editsDocument(&document)
        return document
    }

    public func octets() throws -> [UInt8] { try editsOctets(try document().serialized()) }

    public func received() throws -> ReceivedMessage {
        try ReceivedMessage(post: Base64.encode(octets()), relayState: relayState, field: "SAMLResponse")
    }
}
