// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import SAML
public import XMLSecurity

/// A request as a Connector abroad sends it, written without any code of ours that reads it.
public struct ConnectorRequest: RequestUnderTest {
    public enum Binding: String, CaseIterable, Sendable {
        case post
        /// The signature in the query, over DEFLATE.
        case redirect
        /// As the Commission's node does it: plain Base64 in the query, signed inside.
        case nodeRedirect
    }

    public static let id = "_c7f0a4e2b9d84c15a1f3d6e8907b2c4d"

    public var root: XMLNode
    public var relayState: String? = "fr-4711"
    public var recipe = SignatureRecipe(.country)
    public var isSigned = true
    public var binding = Binding.post
    /// Changes the octets after signing.
    public var editsOctets: @Sendable ([UInt8]) throws -> [UInt8] = { $0 }
    /// Changes the query of an address after signing.
    public var editsQuery: @Sendable (String) throws -> String = { $0 }

    /// Asks for the minimum data set of a natural person or of a legal one, or of both as old Connectors may.
    public init(for persons: [PersonKind] = [.natural], id: String = Self.id, at issueInstant: String = World.instant) {
        let asked = persons.flatMap(Self.minimumDataSet).map { ServiceRequest.requested($0.uri, $0.friendly, true) }
        root = XMLNode(
            Namespace.saml2p("AuthnRequest"),
            [
                ("Consent", SAMLURI.consentUnspecified), ("Destination", World.singleSignOn), ("ForceAuthn", "true"),
                ("ID", id), ("IsPassive", "false"), ("IssueInstant", issueInstant),
                ("ProviderName", "Mairie de Lyon"), ("Version", "2.0"),
            ],
            [
                .issuer(World.foreignConnector.rawValue),
                XMLNode(
                    Namespace.saml2p("Extensions"), [],
                    [
                        XMLNode(Namespace.eidas("SPType"), text: "public"),
                        XMLNode(Namespace.eidas("RequestedAttributes"), [], asked),
                    ]),
                XMLNode(
                    Namespace.saml2p("NameIDPolicy"), [("AllowCreate", "true"), ("Format", SAMLURI.persistent)]),
                XMLNode(Namespace.saml2p("RequestedAuthnContext")),
            ])
        ask("minimum", ["http://eidas.europa.eu/LoA/low"])
    }

    private static func minimumDataSet(_ person: PersonKind) -> [(uri: String, friendly: String)] {
        switch person {
        case .natural: ServiceRequest.minimumDataSet
        case .legal:
            ["LegalPersonIdentifier", "LegalName"].map {
                ("http://eidas.europa.eu/attributes/legalperson/" + $0, $0)
            }
        }
    }

    /// Asks for one more attribute.
    public mutating func ask(for uri: String, _ friendly: String, isRequired: Bool = false, value: XMLNode? = nil)
        throws
    {
        try root.edit("RequestedAttributes") {
            $0 = $0.appending(ServiceRequest.requested(uri, friendly, isRequired, value))
        }
    }

    /// Demands levels of assurance; `nil` says nothing of how they are compared.
    public mutating func ask(_ comparison: String?, _ levels: [String]) {
        root.content = root.content.map { item in
            guard case .node(let child) = item, child.name.local == "RequestedAuthnContext" else { return item }
            return .node(
                XMLNode(
                    Namespace.saml2p("RequestedAuthnContext"), [("Comparison", comparison)],
                    levels.map { XMLNode(Namespace.saml2("AuthnContextClassRef"), text: $0) }))
        }
    }

    /// Names whoever asks through the Connector.
    public mutating func name(relyingParties: String...) {
        root = root.appending(
            XMLNode(
                Namespace.saml2p("Scoping"), [],
                relyingParties.map { XMLNode(Namespace.saml2p("RequesterID"), text: $0) }))
    }

    public func octets() throws -> [UInt8] {
        guard isSigned, binding != .redirect else { return try editsOctets(root.serialized()) }
        let place = root.children.first?.name.local == "Issuer" ? 1 : 0
        return try editsOctets(recipe.sign(root, behind: place).serialized())
    }

    public func received() throws -> ReceivedMessage {
        switch binding {
        case .post: try ReceivedMessage(post: Base64.encode(octets()), relayState: relayState)
        case .redirect, .nodeRedirect: try ReceivedMessage(redirect: address())
        }
    }

    /// The query of the address to which the Connector redirects.
    public func address() throws -> String {
        try editsQuery(binding == .redirect ? signedQuery() : query(octets()))
    }

    private func query(_ message: [UInt8]) -> String {
        let relayState = relayState.map { "&RelayState=" + $0.percentEncoded } ?? ""
        return "SAMLRequest=" + Base64.encode(message).percentEncoded + relayState
    }

    private func signedQuery() throws -> String {
        guard let packed = Deflate.deflate(try octets()) else { throw NothingToSpoil(name: "DEFLATE") }
        let signed = query(packed) + "&SigAlg=" + recipe.algorithm.uri.percentEncoded
        guard isSigned else { return signed }
        let value = try recipe.editsValue(try recipe.key.key().sign(Array(signed.utf8), recipe.algorithm))
        return signed + "&Signature=" + Base64.encode(value).percentEncoded
    }
}

extension String {
    /// Everything but letters and digits of ASCII as an escape.
    public var percentEncoded: String {
        utf8.map { octet in
            let isPlain = (48...57).contains(octet) || (65...90).contains(octet) || (97...122).contains(octet)
            let digits = String(octet, radix: 16, uppercase: true)
            return isPlain ? String(UnicodeScalar(octet)) : "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
