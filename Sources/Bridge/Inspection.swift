// SPDX-License-Identifier: EUPL-1.2
import Dialects
public import Federation
public import Foundation
public import SAML
public import XMLSecurity

/// What can be said of a message that somebody saved: the checks of the running product, every one of them, told.
///
/// There is no second list: the legs run as they do for a browser, with an ``Examination`` that writes down instead of
/// stopping.
public struct Inspection: Sendable {
    public enum Kind: String, Sendable {
        case request = "AuthnRequest"
        case response = "Response"
        case logout = "LogoutRequest"
        case metadata = "metadata"
        case serviceList = "MetadataServiceList"
        case other = "unknown"

        /// As what the running node would take it, from somebody whom it knows; `nil` for what it takes from nobody.
        fileprivate func role(_ direction: Exchange.Direction) -> String? {
            switch (self, direction) {
            case (.request, .connector): "the request of a service (Cl@ve 2.0)"
            case (.request, .proxyService): "the request of a Connector (eIDAS)"
            case (.response, .connector): "the answer of a Proxy-Service (eIDAS)"
            case (.response, .proxyService): "the answer of the national gateway (Cl@ve 2.0)"
            case (.logout, _): "the logout of a service (Cl@ve 2.0)"
            case (.metadata, _), (.serviceList, _), (.other, _): nil
            }
        }
        fileprivate var isForPeers: Bool { role(.connector) != nil }
    }

    public struct Fact: Sendable {
        public let name: String
        public let value: String
        /// Shown only where personal data was asked for.
        public let isPersonal: Bool
    }

    public var kind: Kind
    public var facts: [Fact]
    public var findings: [Examination.Finding]
    /// The first thing that the running product would refuse, if it would refuse.
    public var rejection: Rejection?

    /// Whether the message was looked at with the keys and peers of a node.
    public var knowsPeers = false

    /// Things that had to be taken from the message itself, because nothing else was at hand.
    public var assumptions: [String]

    public var wouldPass: Bool { rejection == nil && findings.allSatisfy(\.passed) }
}

extension Inspection {
    /// Of something that is no message at all.
    public init(unreadable rejection: Rejection) {
        self.init(kind: .other, facts: [], findings: [], rejection: rejection, assumptions: [])
    }

    /// Looks at a message with the eyes of a node.
    ///
    /// - Parameters:
    ///   - snapshot: who we are and whom we know; without one, only what needs neither keys nor peers is checked.
    ///   - limit: characters that the node's message fields may have.
    ///   - keys: more keys of ours, to open what is encrypted.
    public init(
        _ unwrapped: Unwrapped, by snapshot: Snapshot?, limit: Int = ReceivedMessage.defaultLimit,
        openingWith keys: [DecryptionKey] = [], at now: Date
    ) {
        self.init(
            kind: .other, facts: unwrapped.steps.map { Fact(name: "undone", value: $0, isPersonal: false) },
            findings: [],
            rejection: nil, knowsPeers: snapshot != nil, assumptions: [])
        let examination = Examination(.thorough)
        do throws(Rejection) {
            // With wide limits to learn what it is; then with those that the node has for it.
            let document = try ParsedMessage(unwrapped: unwrapped, limits: .metadata)
            let known = snapshot?.route(for: document)
            describe(document, known?.direction ?? (document.isAnswerOfClave ? .proxyService : .connector))
            kind = kind(of: document)
            let parsed = try examination.step(.xmlMalformed, "document") { () throws(Rejection) in
                kind.isForPeers ? try ParsedMessage(unwrapped: unwrapped) : document
            }
            if kind.isForPeers { try examine(unwrapped, limit, examination) }
            var route = known
            route?.node.asker.decryptionKeys += keys
            if let snapshot, snapshot.wrote(parsed) {
                assumptions.append("that it is ours, as it says: nobody but us sends it, so no check of a peer applies")
                knowsPeers = false
                try examineAlone(parsed, openingWith: route?.node.asker.decryptionKeys ?? keys, now, examination)
            } else if let route, kind.isForPeers {
                try examine(parsed, by: route, now, examination)
            } else {
                knowsPeers = false
                try examineAlone(parsed, openingWith: route?.node.asker.decryptionKeys ?? keys, now, examination)
            }
        } catch {
            rejection = error
        }
        findings = examination.findings
        if rejection == nil, let failed = findings.first(where: { !$0.passed }) {
            rejection = Rejection(failed.rule, failed.element, expected: failed.expected, found: failed.found)
        }
    }

    private mutating func describe(_ parsed: ParsedMessage, _ direction: Exchange.Direction) {
        add("root element", "\(parsed.claimedType) in \(parsed.rootNamespace ?? "no namespace")")
        if let role = kind(of: parsed).role(direction) {
            add("profile", parsed.claimedProfile)
            add("checked as", role)
        }
        add("ID", parsed.claimedID?.rawValue)
        add("in response to", parsed.claimedInResponseTo?.rawValue)
        add("Issuer", parsed.claimedIssuer?.rawValue)
        add("ProviderName", parsed.claimedProviderName)
        add("entityID", parsed.claimedEntityID?.rawValue)
        add("Destination", parsed.claimedDestination)
        add("IssueInstant", parsed.claimedIssueInstant)
        for certificate in parsed.claimedCertificates {
            add("certificate in the signature", certificate.summary)
        }
        if kind(of: parsed) != .metadata, kind(of: parsed) != .serviceList {
            for (element, uri) in parsed.claimedAlgorithms { add(element, uri) }
            describe(attributes: parsed.claimedAttributes.map { ($0.name, $0.values) })
        }
    }

    private mutating func describe(attributes: [(name: String, values: [String])]) {
        for (name, values) in attributes {
            facts.append(
                Fact(name: "attribute \(name)", value: values.joined(separator: " | "), isPersonal: !values.isEmpty))
        }
    }

    private mutating func add(_ name: String, _ value: String?) {
        if let value { facts.append(Fact(name: name, value: value, isPersonal: false)) }
    }

    private func kind(of parsed: ParsedMessage) -> Kind {
        if parsed.isOf(AuthnRequest.self) { return .request }
        if parsed.isOf(Response.self) { return .response }
        if parsed.isOf(LogoutRequest.self) { return .logout }
        if parsed.isServiceList { return .serviceList }
        return parsed.isMetadata ? .metadata : .other
    }

    /// What stands beside the message, and how long it is as a field of a form.
    private func examine(
        _ unwrapped: Unwrapped, _ limit: Int, _ examination: Examination
    ) throws(Rejection) {
        if let fault = unwrapped.fault {
            try examination.check(
                fault.rule, false, fault.element ?? "form", expected: fault.expected, found: fault.found)
        }
        let length = (unwrapped.octets.count + 2) / 3 * 4
        if length > limit {
            try examination.check(
                .parameterTooLarge, false, "message", expected: "at most \(limit) characters of Base64",
                found: "\(length)")
        }
    }

    private mutating func examine(
        _ parsed: ParsedMessage, by route: Route, _ now: Date, _ examination: Examination
    ) throws(Rejection) {
        switch kind {
        case .request:
            if parsed.received.relayState == nil {
                assumptions.append("RelayState stands beside a message; it is taken for given")
            }
            let request = try route.receiveRequest(
                parsed.beside(relayState: "inspected"), at: now, examination
            ).request
            try examination.step(.requestAttributesUnavailable, "AuthnRequest") { () throws(Rejection) in
                try route.checkService(of: request)
            }
        case .response: try examineResponse(parsed, route, now, examination)
        case .logout: _ = try route.answerLogout(parsed.received, at: now, examination)
        case .metadata, .serviceList, .other: break
        }
    }

    /// Without the peers of a node, or where a node takes it from nobody: by what the document says itself.
    private mutating func examineAlone(
        _ parsed: ParsedMessage, openingWith keys: [DecryptionKey], _ now: Date, _ examination: Examination
    ) throws(Rejection) {
        switch kind {
        case .metadata:
            assumptions.append(
                "that the certificate inside is pinned; puente trust verify holds metadata against the trust list")
            for entity in try parsed.examineMetadata(at: now, examination) { describe(entity) }
        case .serviceList:
            assumptions.append("that the certificate inside is pinned, and that the list may speak for every country")
            describe(try parsed.examineServiceList(at: now, examination))
        case .other:
            try examination.check(
                .messageType, false, parsed.claimedType, expected: "a message, metadata or a list of metadata",
                found: "\(parsed.claimedType) in \(parsed.rootNamespace ?? "no namespace")")
            if !parsed.claimedCertificates.isEmpty { try parsed.examineSignature(at: now, examination) }
        case .request, .response, .logout:
            assumptions.append(
                parsed.received.querySignature == nil
                    ? "that the certificate inside is the sender's: without --config nobody is known"
                    : "the signature in the query: it shows no certificate, and without --config nobody is known")
            assumptions.append(
                "that the signature may be of any kind that Cl@ve allows: what the sender's own profile allows comes with "
                    + "--config, and for the nodes of states it is less (no RSA PKCS#1 v1.5, RSA of 3072 bits or more)")
            assumptions.append("that Issuer, Destination, InResponseTo and Audience are the right ones")
            assumptions.append(
                "that attributes and levels are known and their values good: the mapping comes with --config")
            if parsed.isEncrypted, keys.isEmpty {
                assumptions.append("what is encrypted: no key is at hand, give --key or --config")
            }
            if let assertion = try parsed.examineAlone(openingWith: keys, at: now, examination) { describe(assertion) }
        }
    }

    private mutating func describe(_ assertion: Assertion) {
        let names = assertion.attributeStatements.joined().map(\.name)
        if let place = facts.firstIndex(where: { $0.name == "profile" }),
            let known = ParsedMessage.profile(ofNames: names)
        {
            facts[place] = Fact(name: "profile", value: known, isPersonal: false)
        }
        add("NameID format", assertion.nameIDFormat)
        add("level of assurance", assertion.authnStatements.first?.classReferences.first)
        // Those of a plain assertion have been told already.
        guard !facts.contains(where: { $0.name.hasPrefix("attribute ") }) else { return }
        describe(
            attributes: assertion.attributeStatements.joined().map {
                ($0.friendlyName ?? $0.name, $0.values.map(\.text))
            })
    }

    private mutating func describe(_ entity: EntityDescriptor) {
        add("entity", entity.entityID.rawValue)
        add("organization", entity.organizationName)
        add("valid until", entity.validUntil.map(Instant.write))
        for version in entity.protocolVersions { add("protocol version", version) }
        for level in entity.levelsOfAssurance { add("level of assurance", level) }
        for role in EntityDescriptor.Role.allCases {
            guard let descriptor = entity[role] else { continue }
            add("role", role.rawValue)
            add("country", descriptor.nodeCountry)
            for endpoint in descriptor.endpoints { add("endpoint", "\(endpoint.location) by \(endpoint.binding)") }
            for certificate in descriptor.signingCertificates { add("signing certificate", certificate.summary) }
            for key in descriptor.encryptionKeys { add("encryption certificate", key.certificate.summary) }
            if descriptor.unreadableCertificates > 0 {
                add("certificates that cannot be read", "\(descriptor.unreadableCertificates)")
            }
            if !descriptor.attributes.isEmpty { add("attributes", "\(descriptor.attributes.count)") }
        }
    }

    private mutating func describe(_ verified: VerifiedServiceList) {
        let list = verified.list
        add("issuer", list.issuerName)
        add("scheme", list.schemeIdentifier)
        add("territory of the issuer", list.schemeTerritory)
        add("issued", Instant.write(list.issueDate))
        add("next update", list.nextUpdate.map(Instant.write))
        for address in list.distributionPoints { add("published at", address) }
        for location in list.locations {
            add("location", "\(location.territory) \(location.url)" + (location.isHidden ? ", hidden" : ""))
            for certificate in location.certificates { add("its certificate", certificate.summary) }
            for endpoint in location.endpoints {
                add(endpoint.role.rawValue, endpoint.entityID.rawValue + (endpoint.isHidden ? ", hidden" : ""))
            }
        }
        for entry in list.leftOut {
            add("left out", "\(entry.element ?? ""): expected \(entry.expected ?? ""), found \(entry.found ?? "")")
        }
    }

    /// The question is not at hand: it is taken from the answer, so that what can be known is checked.
    private mutating func examineResponse(
        _ parsed: ParsedMessage, _ route: Route, _ now: Date, _ examination: Examination
    ) throws(Rejection) {
        let issuer = parsed.claimedIssuer
        guard
            let country = route.direction == .proxyService
                ? route.countries.first : route.countries.first(where: { $0.entityID == issuer })
        else {
            throw Rejection(
                .peerUnknown, "Response/Issuer", expected: "a node of the trust list",
                found: parsed.claimedIssuer?.rawValue)
        }
        assumptions.append(
            "that the question \(parsed.claimedInResponseTo?.rawValue ?? "") was ours, for the minimum data set, at level low"
        )
        let question = Exchange.Question(
            id: parsed.claimedInResponseTo ?? MessageID(""), responder: country.entityID,
            memberState: country.memberState,
            relayState: parsed.received.relayState ?? "", attributes: [], assurance: .minimum(.low), askedAt: now)
        let verified = try route.authenticateResponse(
            parsed.beside(relayState: question.relayState), to: question, at: now, examination)
        if let assertion = verified.message.assertion {
            describe(assertion)
        } else {
            let status = verified.message.response.status
            add("status", ([status.code ?? "none"] + status.subcodes).joined(separator: " / "))
            // Free text of somebody else, in which people have been named.
            if let message = status.message {
                facts.append(Fact(name: "status message", value: message, isPersonal: true))
            }
        }
        let responder = try route.responder(of: question, at: now)
        let outcome = try route.responderDialect.readResponse(verified, to: question, from: responder, examination)
        try route.checkBirth(in: outcome, at: now, examination)
        try examination.step(.dataSetIncomplete, "Assertion/AttributeStatement") { () throws(Rejection) in
            try route.admit(outcome, to: question, from: responder)
        }
    }
}

extension Snapshot {
    /// Whether a message says that it is from us, in either direction.
    fileprivate func wrote(_ parsed: ParsedMessage) -> Bool {
        let ours = [connector, proxyService].compactMap(\.self).flatMap { [$0.node.asker.name, $0.node.answerer.name] }
        let named = parsed.isOf(AuthnRequest.self) ? parsed.claimedProviderName.map(Clave2.registeredName) : nil
        return parsed.claimedIssuer.map(ours.contains) ?? (named.map(ours.contains) ?? false)
    }

    /// The direction to which a message belongs: by who sent it and where it goes.
    fileprivate func route(for parsed: ParsedMessage) -> Route {
        guard let proxyService else { return connector }
        if parsed.isOf(AuthnRequest.self) {
            let isOfConnector = parsed.claimedIssuer.map { name in
                proxyService.requesters[name] != nil || proxyService.outOfOrder[name] != nil
            }
            return isOfConnector ?? false ? proxyService : connector
        }
        let address = proxyService.node.asker.assertionConsumerService
        return parsed.isOf(Response.self) && parsed.claimedDestination == address ? proxyService : connector
    }
}

extension Certificate {
    fileprivate var summary: String {
        "\(subject), \(publicKey.kind), until \(Instant.write(notAfter)), SHA-256 \(fingerprint)"
    }
}

extension Route {
    /// Whether policy would let an answer count, for whichever kind of person it describes.
    fileprivate func admit(
        _ outcome: AuthenticationOutcome, to question: Exchange.Question, from responder: Responder
    ) throws(Rejection) {
        guard case .identified(let identity) = outcome, direction == .connector else { return }
        let request = AuthenticationRequest(
            id: question.id, requester: node.answerer.name, serviceName: "", sector: .public,
            assurance: question.assurance,
            person: identity.person, attributes: [], reply: ReplyAddress(assertionConsumerService: "", relayState: nil),
            issuedAt: question.askedAt)
        _ = try Policy(destination: node.country, acceptsRepresentation: true)
            .admit(
                outcome, answering: request, to: question.attributes, at: question.assurance,
                published: responder.levels)
    }
}
