// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import XMLSecurity

/// What a browser is to post: the message, and where to.
struct PostForm: Hashable, Sendable {
    var target: String
    /// In this order.
    var fields: [Field]

    struct Field: Hashable, Sendable {
        var name: String
        var value: String
    }

    init(_ target: String, _ fields: [(name: String, value: String)]) {
        self.target = target
        self.fields = fields.map { Field(name: $0.name, value: $0.value) }
    }

    init(_ message: SealedMessage) { self.init(message.destination, message.fields) }
}

/// How a mock state answers: as it should, or in a way that Puente has to refuse.
enum Manner: String, CaseIterable, Sendable {
    case genuine, expired
    case otherCountry = "other-country"
    case unsigned, repeated
}

/// An answer of a mock state to one request.
///
/// - Spec: eIDAS SAML Message Format 1.4 §2.4.2; eIDAS dossier §2.
struct StateAnswer: Sendable {
    let state: MockState
    let connector: Connector
    let request: AuthnRequest
    let relayState: String?
    let now: Date

    /// The person is identified. Only what was asked for is sent.
    func identifying(_ citizen: Citizen, _ manner: Manner = .genuine) throws -> PostForm {
        let issued = manner == .expired ? now - 1_200 : now
        let id = try MessageID.random()
        let root = response(id, issued, status([SAMLURI.success], SAMLURI.success))
        let assertion = try assertion(about: citizen, manner, at: issued)
        let recipient = try Recipient(connector.encryption)
        guard manner == .unsigned else {
            let draft = Draft(
                .response, root: root, assertion: .init(assertion, .secret), id: id,
                destination: connector.assertionConsumerService, relayState: relayState)
            let seal = Seal(signer: try state.signer(), protection: .encrypted(for: recipient))
            return PostForm(try SealedMessage(draft, seal))
        }
        let encrypted = XMLNode(
            Namespace.saml2("EncryptedAssertion"), [],
            [try assertion.encrypted(for: [recipient], cipher: .aes256GCM)])
        let message = Base64.encode(root.appending(encrypted).serialized())
        return PostForm(
            connector.assertionConsumerService,
            [(Draft.Field.response.rawValue, message)] + (relayState.map { [("RelayState", $0)] } ?? []))
    }

    /// Nobody is identified.
    ///
    /// - Parameter subcode: why, as a status code of the second level.
    func refusing(_ subcode: String, _ message: String) throws -> PostForm {
        let id = try MessageID.random()
        let draft = Draft(
            .response, root: response(id, now, status([SAMLURI.responder, subcode], message)), id: id,
            destination: connector.assertionConsumerService, relayState: relayState)
        return PostForm(try SealedMessage(draft, Seal(signer: state.signer())))
    }

    private func response(_ id: MessageID, _ issued: Date, _ status: XMLNode) -> XMLNode {
        XMLNode(
            Namespace.saml2p("Response"),
            [
                ("ID", id.rawValue), ("Version", "2.0"), ("IssueInstant", Instant.write(issued)),
                ("InResponseTo", request.id.rawValue), ("Destination", connector.assertionConsumerService),
                ("Consent", SAMLURI.consentObtained),
            ],
            [.issuer(state.entityID), status])
    }

    private func status(_ codes: [String], _ message: String) -> XMLNode {
        let code = codes.reversed().reduce(nil as XMLNode?) { inner, value in
            XMLNode(Namespace.saml2p("StatusCode"), [("Value", value)], [inner])
        }
        return XMLNode(
            Namespace.saml2p("Status"), [], [code, XMLNode(Namespace.saml2p("StatusMessage"), text: message)])
    }
}

// MARK: Assertion

extension StateAnswer {
    private func assertion(about citizen: Citizen, _ manner: Manner, at issued: Date) throws -> XMLNode {
        let attributes = wanted(of: citizen).map { attribute($0, $1, manner) }
        let end = Instant.write(issued + 300)
        let confirmation = XMLNode(
            Namespace.saml2("SubjectConfirmationData"),
            [
                ("InResponseTo", request.id.rawValue), ("NotOnOrAfter", end),
                ("Recipient", connector.assertionConsumerService),
            ])
        let subject = citizen.data.first { $0.datum.isIdentifier }?.value.latin ?? citizen.id
        return XMLNode(
            Namespace.saml2("Assertion"),
            [
                ("ID", try MessageID.random().rawValue), ("Version", "2.0"), ("IssueInstant", Instant.write(issued)),
            ],
            [
                .issuer(state.entityID),
                XMLNode(
                    Namespace.saml2("Subject"), [],
                    [
                        XMLNode(
                            Namespace.saml2("NameID"), [("Format", request.nameIDPolicy?.format ?? SAMLURI.persistent)],
                            text: subject),
                        XMLNode(Namespace.saml2("SubjectConfirmation"), [("Method", SAMLURI.bearer)], [confirmation]),
                    ]),
                XMLNode(
                    Namespace.saml2("Conditions"), [("NotBefore", Instant.write(issued)), ("NotOnOrAfter", end)],
                    [
                        XMLNode(
                            Namespace.saml2("AudienceRestriction"), [],
                            [XMLNode(Namespace.saml2("Audience"), text: connector.entityID.rawValue)])
                    ]),
                authnStatement(citizen.loa, at: issued),
                XMLNode(Namespace.saml2("AttributeStatement"), [], attributes),
            ])
    }

    private func authnStatement(_ loa: LoA, at instant: Date) -> XMLNode {
        let level = XMLNode(
            Namespace.saml2("AuthnContextClassRef"), text: "http://eidas.europa.eu/LoA/" + loa.rawValue)
        return XMLNode(
            Namespace.saml2("AuthnStatement"), [("AuthnInstant", Instant.write(instant))],
            [XMLNode(Namespace.saml2("AuthnContext"), [], [level])])
    }

    /// What was asked for, as far as the citizen has it.
    func wanted(of citizen: Citizen) -> [(datum: Datum, value: Citizen.Value)] {
        let asked = Set((request.attributes ?? []).map(\.name))
        return citizen.data.filter { asked.contains($0.datum.uri) }
    }

    private func attribute(_ datum: Datum, _ value: Citizen.Value, _ manner: Manner) -> XMLNode {
        let isForeign = manner == .otherCountry && datum.isIdentifier
        let latin = isForeign ? "XX" + value.latin.dropFirst(2) : value.latin
        let mark =
            state.profile.latinScript == .qualified
            ? datum.namespace("LatinScript") : XMLName(unqualified: "LatinScript")
        let values = [self.value(latin, datum, nil)] + (value.original.map { [self.value($0, datum, mark)] } ?? [])
        return XMLNode(
            Namespace.saml2("Attribute"),
            [("FriendlyName", datum.rawValue), ("Name", datum.uri), ("NameFormat", SAMLURI.nameFormatURI)], values)
    }

    private func value(_ text: String, _ datum: Datum, _ notLatin: XMLName?) -> XMLNode {
        XMLNode(
            Namespace.saml2("AttributeValue"),
            [(Namespace.xsi("type"), datum.type)] + (notLatin.map { [($0, "false")] } ?? []),
            mentioning: [datum.namespace], text: text)
    }
}
