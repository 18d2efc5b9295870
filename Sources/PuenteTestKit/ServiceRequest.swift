// SPDX-License-Identifier: EUPL-1.2
import Federation
public import SAML
public import XMLSecurity

/// A request as a Cl@ve 2.0 service sends it, written without any code of ours that reads it.
public struct ServiceRequest: RequestUnderTest {
    /// Who wrote it, because kits differ (Cl@ve dossier §2, §11.1).
    public enum Kit: String, CaseIterable, Sendable {
        /// Engine 1.4.3: no application behind the ProviderName.
        case engine14
        /// Engine 2.7: `ProviderName;application`.
        case engine27
        /// Engine 2.8.4 signs with RSA-PSS and SHA-512.
        case engine28
        /// Kit 3.0.0: persistent NameID, two independent RelayStates.
        case kit30
        /// The kits in PHP: Issuer, SPType.
        case php
        /// The RedIRIS bridge: empty Reference, ProtocolBinding, Scoping.
        case bridge
        /// 2018 sample: the complete minimum data set.
        case complete
    }

    public static let id = "_9bZsk3.Xq-0a_Rn4tVwLm2Pc7yHdTe5uJ8oKgFi1BxNzQrS6vCpWlMhEjUyAfDk"
    public static var returnAddress: String { Parties.current.returnAddress }
    public static var name: String { Parties.current.service }

    public var root: XMLNode
    public var relayState: String?
    public var recipe: SignatureRecipe
    public var isSigned = true
    /// Changes the octets after signing.
    public var editsOctets: @Sendable ([UInt8]) throws -> [UInt8] = { $0 }
    /// Engines wrap certificates at 76 characters.
    public var wrapsBase64 = false

    public init(_ kit: Kit = .engine27, id: String = Self.id, at issueInstant: String = World.instant) {
        let provider = kit == .engine14 || kit == .bridge ? Self.name : Self.name + ";Sede"
        let binding = kit == .bridge ? SAMLURI.post : nil
        root = XMLNode(
            Namespace.saml2p("AuthnRequest"),
            [
                ("AssertionConsumerServiceURL", Self.returnAddress),
                ("Consent", "urn:oasis:names:tc:SAML:2.0:consent:unspecified"), ("Destination", World.gatewayAddress),
                ("ForceAuthn", "true"), ("ID", id), ("IsPassive", "false"), ("IssueInstant", issueInstant),
                ("ProtocolBinding", binding), ("ProviderName", provider), ("Version", "2.0"),
            ],
            mentioning: [.eidasNatural],
            Self.children(kit))
        relayState = "a8Tk20Zq"
        recipe = SignatureRecipe(.service, kit == .engine28 ? .pssSHA512 : .rsaSHA512)
        if kit == .bridge { recipe.reference = "" }
        if kit != .bridge, kit != .php { recipe.prefixes = [.eidasNatural] }
        wrapsBase64 = kit == .engine14 || kit == .engine27
    }

    private static func children(_ kit: Kit) -> [XMLNode?] {
        let issuer = [.php, .bridge].contains(kit) ? XMLNode.issuer("https://servicio.example.es/metadata") : nil
        let sector =
            [.php, .bridge, .complete].contains(kit) ? XMLNode(Namespace.eidas("SPType"), text: "public") : nil
        let echo = requested(
            "http://es.minhafp.clave/RelayState", "RelayState", false,
            XMLNode(
                Namespace.eidas("AttributeValue"), [(Namespace.xsi("type"), "eidas-natural:PersonIdentifierType")],
                mentioning: [.eidasNatural], text: "q7Xb2LtM"))
        let hidden = ["AFirmaIdP", "GISSIdP", "CLVMOVILIdP"].map {
            requested("http://es.minhafp.clave/" + $0, $0, false)
        }
        let complete = kit == .complete ? minimumDataSet.map { requested($0.uri, $0.friendly, true) } : []
        let format = kit == .kit30 || kit == .bridge ? SAMLURI.persistent : SAMLURI.unspecified
        let list = XMLNode(
            Namespace.saml2p("IDPList"), [], [XMLNode(Namespace.saml2p("IDPEntry"), [("ProviderID", "EIDASIdP")])])
        return [
            issuer,
            XMLNode(
                Namespace.saml2p("Extensions"), [],
                [sector, XMLNode(Namespace.eidas("RequestedAttributes"), [], [echo] + hidden + complete)]),
            XMLNode(Namespace.saml2p("NameIDPolicy"), [("AllowCreate", "true"), ("Format", format)]),
            XMLNode(
                Namespace.saml2p("RequestedAuthnContext"), [("Comparison", "minimum")],
                [XMLNode(Namespace.saml2("AuthnContextClassRef"), text: "http://eidas.europa.eu/LoA/low")]),
            kit == .bridge ? XMLNode(Namespace.saml2p("Scoping"), [], [list]) : nil,
        ]
    }

    public static let minimumDataSet: [(uri: String, friendly: String)] = [
        ("http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier", "PersonIdentifier"),
        ("http://eidas.europa.eu/attributes/naturalperson/CurrentFamilyName", "FamilyName"),
        ("http://eidas.europa.eu/attributes/naturalperson/CurrentGivenName", "FirstName"),
        ("http://eidas.europa.eu/attributes/naturalperson/DateOfBirth", "DateOfBirth"),
    ]

    /// One `eidas:RequestedAttribute`.
    public static func requested(_ uri: String, _ friendly: String, _ isRequired: Bool, _ value: XMLNode? = nil)
        -> XMLNode
    {
        XMLNode(
            Namespace.eidas("RequestedAttribute"),
            [
                ("FriendlyName", friendly), ("Name", uri), ("NameFormat", SAMLURI.nameFormatURI),
                ("isRequired", isRequired ? "true" : "false"),
            ], [value])
    }

    /// Asks for one more attribute.
    public mutating func ask(for uri: String, _ friendly: String, isRequired: Bool = false) throws {
        try root.edit("RequestedAttributes") { $0 = $0.appending(Self.requested(uri, friendly, isRequired)) }
    }

    public mutating func setLoA(_ uri: String) throws { try root.setText(of: "AuthnContextClassRef", uri) }

    public func octets() throws -> [UInt8] {
        let place = root.children.first?.name.local == "Issuer" ? 1 : 0
        let document = isSigned ? try recipe.sign(root, behind: place) : root
        return try editsOctets(document.serialized())
    }

    public func received() throws -> ReceivedMessage {
        var message = Base64.encode(try octets())
        if wrapsBase64 { message = message.wrapped(at: 76) }
        return try ReceivedMessage(post: message, relayState: relayState)
    }
}

extension XMLNode {
    /// `saml2:Issuer` with the entity format.
    public static func issuer(_ name: String) -> XMLNode {
        XMLNode(Namespace.saml2("Issuer"), [("Format", SAMLURI.entity)], text: name)
    }
}

extension Namespace {
    public static let eidasNatural = Namespace("eidas-natural", "http://eidas.europa.eu/attributes/naturalperson")
    public static let eidasLegal = Namespace("eidas-legal", "http://eidas.europa.eu/attributes/legalperson")
}

extension String {
    /// With CR LF behind so many characters.
    public func wrapped(at width: Int) -> String {
        let octets = Array(utf8)
        return stride(from: 0, to: octets.count, by: width).map {
            String(decoding: octets[$0..<min($0 + width, octets.count)], as: UTF8.self)
        }.joined(separator: "\r\n")
    }
}
