// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import SAML
import XMLSecurity

/// The State's half of Cl@ve 2.0, as Puente has it for its own services: registered ones ask, and are answered.
///
/// - Spec: Cl@ve dossier §2, §3, and §11 where it differs.
struct GatewayDialect: Sendable {
    let clave: Clave2
    /// Of its pages: `http://localhost:8083`.
    let origin: String
    let services: [EntityID: Requester]
    /// Of nobody that a service knows.
    let otherSigner: Signer

    init(
        mapping: MappingTable, origin: String, services: [Requester], otherSigner: Signer
    ) {
        clave = Clave2(mapping: mapping, hasNationalMethods: true)
        self.origin = origin
        self.services = Dictionary(services.map { ($0.name, $0) }) { first, _ in first }
        self.otherSigner = otherSigner
    }

    /// Where requests arrive.
    var address: String { origin + "/Proxy2/ServiceProvider" }
    var issuer: EntityID { EntityID(origin + "/Proxy2") }

    /// What a service asks, and which methods it does not want.
    struct Question: Sendable {
        let request: AuthenticationRequest
        let service: Requester
        let excluded: Set<GatewayMethod>
    }

    /// Reads a request of a registered service.
    ///
    /// - Throws: for what the gateway half of the official engine refuses, and nothing else: an old IssueInstant is fine.
    /// - Spec: Cl@ve dossier §2.10, §11.
    func receive(_ message: ReceivedMessage, at now: Date) throws(Rejection) -> Question {
        let parsed = try ParsedMessage(message)
        let service = try service(parsed.claimedProviderName, at: "AuthnRequest/@ProviderName")
        let verified = try parsed.verifyRequest(from: service.sender, expecting: expectation, confirmedBy: nil, at: now)
        let request = try clave.readRequest(
            verified, relayState: message.relayState, from: service, Examination())
        let asked = Set((verified.message.attributes ?? []).map(\.name))
        return Question(
            request: request, service: service,
            excluded: Set(GatewayMethod.allCases.filter { asked.contains($0.exclusion.rawValue) }))
    }

    /// Answers a logout; nobody was logged in, as the gateway's own session ends with the browser here.
    func answerLogout(_ message: ReceivedMessage, at now: Date) throws(Rejection) -> SealedMessage {
        let parsed = try ParsedMessage(message)
        let service = try service(parsed.claimedNameID, at: "LogoutRequest/NameID")
        return try Clave2.answerLogout(
            parsed, of: service, expecting: expectation, confirmedBy: nil, as: issuer, at: now
        ).answer
    }

    private func service(_ claimed: String?, at place: String) throws(Rejection) -> Requester {
        let name = claimed.map(Clave2.registeredName)
        guard let service = name.flatMap({ services[$0] }), service.isEnabled else {
            throw Rejection(
                .peerUnknown, place, expected: "a registered service", found: name?.rawValue ?? "nothing")
        }
        return service
    }

    private var expectation: RequestExpectation {
        RequestExpectation(destinations: [address], maximumAgeSeconds: Self.century)
    }

    private static let century = 3_155_760_000.0
}

extension Requester {
    /// A service as the State registers it: by its name and its certificate, wherever it wants to be answered.
    ///
    /// - Parameters:
    ///   - answers: an origin, below which every address will do.
    ///   - usual: where answers go if a request does not say.
    static func registered(
        _ name: String, _ displayName: String, _ certificate: Certificate, answers: String, usual: String,
        mapping: MappingTable, seal: Seal
    ) -> Requester {
        Requester(
            name: EntityID(name), displayName: ["es": displayName],
            sender: Sender(signingCertificates: [certificate], signatures: .clave),
            returnAddresses: [.exactly(answers + usual), .below(answers)], homePage: nil, lowestLoA: .low,
            attributes: mapping.names,
            persons: [.natural], acceptsRepresentation: true, acceptsNonNotified: true, sector: .public, seal: seal,
            assertionInErrors: true, identifierForm: .bare, selectedIdP: nil, isEnabled: true)
    }
}
