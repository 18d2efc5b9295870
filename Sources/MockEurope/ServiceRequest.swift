// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import XMLSecurity

/// Under which of its registrations the demo service asks.
enum Delivery: String, CaseIterable, Sendable {
    case plain, encrypted
    /// Under a name that nobody registered.
    case unknown

    /// What stands left of `;` in ProviderName.
    var providerName: String {
        switch self {
        case .plain: "S0000000J_E00000001"
        case .encrypted: "S0000000J_E00000002"
        case .unknown: "S0000000J_E09999999"
        }
    }
}

/// What a person chose on the first page of the demo service.
struct Wish: Hashable, Sendable {
    var loa = LoA.substantial
    var person = PersonKind.natural
    var delivery = Delivery.plain
    /// Whether to ask for more than the minimum data set.
    var wantsMore = false
}

/// The demo service's half of Cl@ve 2.0, as integration kit 3.0.0 speaks it.
struct ServiceDialect: Sendable {
    let addresses: Addresses
    let credential: Credential
    /// Of the gateway, as registered.
    let gateway: Certificate

    /// A question that was sent: what its answer has to fit.
    struct Question: Hashable, Sendable {
        var id: MessageID
        var wish: Wish
        /// The form field.
        var relayState: String
        /// The attribute of the same name, which kits fill independently.
        var relayStateAttribute: String
    }

    /// - Spec: Cl@ve dossier §2, §9.1.
    func ask(_ wish: Wish, at now: Date) throws -> (PostForm, Question) {
        let question = Question(
            id: try MessageID.random(), wish: wish, relayState: try Self.token(), relayStateAttribute: try Self.token())
        let level = XMLNode(
            Namespace.saml2("AuthnContextClassRef"), text: "http://eidas.europa.eu/LoA/" + wish.loa.rawValue)
        let root = XMLNode(
            Namespace.saml2p("AuthnRequest"),
            [
                ("AssertionConsumerServiceURL", addresses.assertionConsumerService),
                ("Consent", SAMLURI.consentUnspecified), ("Destination", addresses.puenteGateway),
                ("ForceAuthn", "true"),
                ("ID", question.id.rawValue), ("IsPassive", "false"), ("IssueInstant", Instant.write(now)),
                ("ProviderName", wish.delivery.providerName + ";SedeDemo"), ("Version", "2.0"),
            ],
            [
                XMLNode(
                    Namespace.saml2p("Extensions"), [],
                    [XMLNode(Namespace.eidas("RequestedAttributes"), [], requested(question))]),
                XMLNode(
                    Namespace.saml2p("NameIDPolicy"), [("AllowCreate", "true"), ("Format", SAMLURI.persistent)]),
                XMLNode(Namespace.saml2p("RequestedAuthnContext"), [("Comparison", "minimum")], [level]),
            ])
        let draft = Draft(
            .request, root: root, id: question.id, destination: addresses.puenteGateway, relayState: question.relayState
        )
        return (PostForm(try SealedMessage(draft, Seal(signer: credential.signer(.rsaSHA512)))), question)
    }

    private func requested(_ question: Question) -> [XMLNode] {
        let wish = question.wish
        let echo = XMLNode(
            Namespace.eidas("AttributeValue"), [(Namespace.xsi("type"), Datum.personIdentifier.type)],
            mentioning: [Datum.natural], text: question.relayStateAttribute)
        let data: [Datum] =
            switch (wish.person, wish.wantsMore) {
            case (.natural, false): []
            case (.natural, true): [.birthName, .placeOfBirth, .gender, .nationality]
            case (.legal, false): [.legalPersonIdentifier, .legalName]
            case (.legal, true): [.legalPersonIdentifier, .legalName, .vatRegistration]
            }
        return data.map { attribute($0.rawValue, $0.uri, isRequired: true) }
            + [attribute("RelayState", Self.relayStateURI, isRequired: false, [echo])]
    }

    private func attribute(_ friendlyName: String, _ name: String, isRequired: Bool, _ values: [XMLNode] = [])
        -> XMLNode
    {
        XMLNode(
            Namespace.eidas("RequestedAttribute"),
            [
                ("FriendlyName", friendlyName), ("Name", name), ("NameFormat", SAMLURI.nameFormatURI),
                ("isRequired", isRequired ? "true" : "false"),
            ], values)
    }

    static let relayStateURI = "http://es.minhafp.clave/RelayState"

    /// Eight characters, as the kits make them.
    static func token() throws -> String { String(try MessageID.random().rawValue.dropFirst().prefix(8)) }
}

// MARK: Logout

extension ServiceDialect {
    /// - Returns: the form, the request's ID and the RelayState that its answer has to repeat.
    /// - Spec: Cl@ve dossier §4.1.
    func logout(_ delivery: Delivery, at now: Date) throws -> (PostForm, MessageID, relayState: String) {
        let id = try MessageID.random()
        let relayState = try Self.token()
        let root = XMLNode(
            Namespace.saml2p("LogoutRequest"),
            [
                ("ID", id.rawValue), ("Version", "2.0"), ("IssueInstant", Instant.write(now)),
                ("Destination", addresses.puenteGateway), ("Reason", "urn:oasis:names:tc:SAML:2.0:logout:user"),
                ("NotOnOrAfter", Instant.write(now + 300)),
            ],
            [
                XMLNode(Namespace.saml2("Issuer"), text: addresses.logoutReturn),
                XMLNode(
                    Namespace.saml2("NameID"),
                    [("Format", SAMLURI.unspecified), ("SPNameQualifier", addresses.logoutReturn)],
                    text: delivery.providerName),
            ])
        let message = Base64.encode(try root.signed(by: credential.signer(.rsaSHA512), behind: 1).serialized())
        return (
            PostForm(addresses.puenteGateway, [("logoutRequest", message), ("RelayState", relayState)]), id, relayState
        )
    }

    /// Checks a LogoutResponse: signature, Destination, InResponseTo, RelayState, status.
    ///
    /// - Spec: Cl@ve dossier §4.2.
    func checkLogout(
        _ message: String, relayState: String?, answering id: MessageID, expecting sent: String
    ) throws(Rejection) {
        let place = "LogoutResponse"
        let root: Element
        do {
            guard let octets = Base64.decode(message) else { throw XMLFault(.encoding) }
            root = try XMLTree(parsing: octets).root
            _ = try root.verifySignature(trusting: [gateway], policy: .clave, confirmedBy: nil)
        } catch {
            throw Rejection(.signatureValue, place, found: "\(error)")
        }
        let status = root.only(Namespace.saml2p("Status"))?.only(Namespace.saml2p("StatusCode"))?["Value"]
        let checks: [(Rule, Bool, String)] = [
            (.messageType, root.is(Namespace.saml2p("LogoutResponse")), place),
            (.messageDestination, root["Destination"] == addresses.logoutReturn, place + "/@Destination"),
            (.responseUnsolicited, root["InResponseTo"] == id.rawValue, place + "/@InResponseTo"),
            (.relayStateChanged, relayState == sent, "RelayState"),
            (.responseStatus, status == SAMLURI.success, place + "/Status"),
        ]
        for (rule, isFine, place) in checks where !isFine { throw Rejection(rule, place) }
    }
}
