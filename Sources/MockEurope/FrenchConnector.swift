// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import SAML
import XMLSecurity

/// The Connectors of mock France: one that Puente knows with a key on a curve, one with an RSA key, and two that it must not
/// serve.
enum Registration: String, Hashable, Sendable, CaseIterable {
    case curve = "ec"
    case rsa
    /// Not in the trust list.
    case unknown
    /// In the trust list, with metadata that has ended.
    case expired
}

/// How a question travels (eIDAS dossier §1.1).
enum Binding: String, Hashable, Sendable, CaseIterable {
    case post
    /// SAML Bindings 2.0 §3.4: compressed, signed in the query.
    case redirect
    /// As the Commission's node does it: plain Base64 of XML that is signed inside.
    case commission
}

/// What a person chose on the page of the French service.
struct FrenchWish: Hashable, Sendable {
    var loa = LoA.substantial
    var person = PersonKind.natural
    /// Whether to ask for more than the minimum data set.
    var wantsMore = false
    /// Whether a scheme will do that Spain has not notified.
    var acceptsNonNotified = true
    var binding = Binding.post
    var registration = Registration.curve

    var requirement: AssuranceRequirement {
        guard acceptsNonNotified else { return .minimum(loa) }
        let levels = LoA.allCases.filter { $0 >= loa }
        return .exactly(Set(levels.flatMap { [Assurance($0), Assurance($0, notified: false)] }))
    }
}

/// One Connector of mock France.
struct FrenchConnector: Sendable {
    let registration: Registration
    /// `http://localhost:8082/fr/connector/ec`
    let base: String
    let signing: Credential
    let encryption: Credential

    var entityID: EntityID { EntityID(base + "/metadata") }
    var assertionConsumerService: String { base + "/acs" }

    static let france = MemberState(rawValue: "FR") ?? .spain

    func signer() throws(XMLFault) -> Signer { try signing.signer(.ecdsaSHA384) }

    /// - Spec: eIDAS SAML Message Format 1.4 §2.1.1.
    func metadata(at now: Date) throws -> [UInt8] {
        let contact = OperatorDetails.Contact(company: "Mock France", email: "eidas@fr.example")
        let document = ConnectorMetadata(
            entityID: entityID, country: Self.france, assertionConsumerService: assertionConsumerService,
            sector: .public, signing: [signing.certificate], encryption: [encryption.certificate],
            details: OperatorDetails(
                name: "Mock France", displayName: "Mock France", url: base, support: contact, technical: contact),
            applicationIdentifier: "Puente:mock-europe:1")
        let end = registration == .expired ? now - 3_600 : now + 30 * 86_400
        return try document.sealed(id: .random(), validUntil: end, by: signer())
    }
}

/// Our Proxy-Service, as far as a Connector cares. Known from its metadata.
struct ProxyService: Sendable {
    let entityID: EntityID
    let signing: [Certificate]
    let levels: [String]
    let attributes: [String]
    /// By the URI of the binding.
    var singleSignOn: [String: String]

    init(_ entity: VerifiedEntity) {
        entityID = entity.entity.entityID
        signing = entity.descriptor.signingCertificates
        levels = entity.entity.levelsOfAssurance
        attributes = entity.descriptor.attributes
        singleSignOn = Dictionary(entity.descriptor.endpoints.map { ($0.binding, $0.location) }) { first, _ in first }
    }
}

extension FrenchConnector {
    /// A question that was sent: what its answer has to fit.
    struct Question: Sendable {
        var id: MessageID
        var wish: FrenchWish
        var relayState: String
        var asked: [Datum]
        var proxy: ProxyService
    }

    /// What the browser is to do.
    enum Passage: Sendable {
        case form(PostForm)
        case address(String)
    }

    /// - Throws: ``Surprise`` if the Proxy-Service does not publish the binding.
    /// - Spec: eIDAS SAML Message Format 1.4 §2.4.1; eIDAS dossier §1, §6.4.
    func ask(_ wish: FrenchWish, _ proxy: ProxyService, at now: Date) throws -> (Passage, Question) {
        let binding = wish.binding == .post ? SAMLURI.post : SAMLURI.redirect
        guard let destination = proxy.singleSignOn[binding] else {
            throw Surprise("an endpoint for \(binding)", "none")
        }
        let needed = Self.minimum(wish.person)
        let asked = Self.data(wish).filter { needed.contains($0) || proxy.attributes.contains($0.uri) }
        let question = Question(
            id: try .random(), wish: wish, relayState: try ServiceDialect.token(), asked: asked, proxy: proxy)
        let root = XMLNode(
            Namespace.saml2p("AuthnRequest"),
            [
                ("ID", question.id.rawValue), ("Version", "2.0"), ("IssueInstant", Instant.write(now)),
                ("Destination", destination), ("Consent", SAMLURI.consentUnspecified), ("ForceAuthn", "true"),
                ("IsPassive", "false"), ("ProviderName", "Mairie de Pont-l’Imaginaire"),
            ],
            [
                .issuer(entityID),
                XMLNode(
                    Namespace.saml2p("Extensions"), [],
                    [XMLNode(Namespace.eidas("RequestedAttributes"), [], asked.map { Self.requested($0, wish) })]),
                XMLNode(Namespace.saml2p("NameIDPolicy"), [("AllowCreate", "true"), ("Format", SAMLURI.persistent)]),
                Self.context(wish),
                XMLNode(
                    Namespace.saml2p("Scoping"), [],
                    [XMLNode(Namespace.saml2p("RequesterID"), text: "https://mairie.pont-imaginaire.example")]),
            ])
        return (try passage(root, to: destination, question), question)
    }

    private func passage(_ root: XMLNode, to destination: String, _ question: Question) throws -> Passage {
        let relayState = "&RelayState=" + question.relayState
        switch question.wish.binding {
        case .post:
            let draft = Draft(
                .request, root: root, id: question.id, destination: destination, relayState: question.relayState)
            return .form(PostForm(try SealedMessage(draft, Seal(signer: signer()))))
        case .commission:
            let message = Base64.encode(try root.signed(by: signer(), behind: 1).serialized())
            return .address(destination + "?SAMLRequest=" + message.escapedForQuery + relayState)
        case .redirect:
            let signer = try signer()
            let packed = Base64.encode(Deflate.deflate(root.serialized()) ?? [])
            let query =
                "SAMLRequest=" + packed.escapedForQuery + relayState + "&SigAlg=" + signer.algorithm.uri.escapedForQuery
            let signature = Base64.encode(try signer.key.sign(Array(query.utf8), signer.algorithm))
            return .address(destination + "?" + query + "&Signature=" + signature.escapedForQuery)
        }
    }

    private static func data(_ wish: FrenchWish) -> [Datum] {
        switch (wish.person, wish.wantsMore) {
        case (.natural, false): minimum(.natural)
        case (.natural, true): minimum(.natural) + [.birthName, .placeOfBirth, .gender, .nationality]
        case (.legal, false): minimum(.legal)
        case (.legal, true): minimum(.legal) + [.vatRegistration]
        }
    }

    static func minimum(_ person: PersonKind) -> [Datum] {
        Datum.allCases.filter { person.minimumDataSet.contains(AttributeName($0.rawValue)) }
    }

    private static func requested(_ datum: Datum, _ wish: FrenchWish) -> XMLNode {
        XMLNode(
            Namespace.eidas("RequestedAttribute"),
            [
                ("FriendlyName", datum.rawValue), ("Name", datum.uri), ("NameFormat", SAMLURI.nameFormatURI),
                ("isRequired", minimum(wish.person).contains(datum) ? "true" : "false"),
            ])
    }

    /// `minimum` with one notified level, or `exact` with every level that will do (Message Format 1.4 §2.4.1).
    private static func context(_ wish: FrenchWish) -> XMLNode {
        let (comparison, levels): (String, [String]) =
            switch wish.requirement {
            case .minimum(let loa): ("minimum", [loa.uri])
            case .exactly(let accepted): ("exact", accepted.sorted().map(\.uri))
            }
        return XMLNode(
            Namespace.saml2p("RequestedAuthnContext"), [("Comparison", comparison)],
            levels.map { XMLNode(Namespace.saml2("AuthnContextClassRef"), text: $0) })
    }
}

extension String {
    /// For a value in a query (RFC 3986 §2.3).
    var escapedForQuery: String {
        addingPercentEncoding(
            withAllowedCharacters: CharacterSet(
                charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")) ?? ""
    }
}
