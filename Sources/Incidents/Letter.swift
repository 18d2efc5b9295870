// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation

/// What an operator can paste into a mail to whoever can mend what was wrong.
public struct Letter: Hashable, Sendable, Encodable {
    /// To whom, in words for the operator.
    public var to: String
    public var en: String
    public var es: String

    /// `nil` where no partner can do anything about it.
    init?(_ incident: Incident, asking login: Story.Login?) {
        let rule = incident.rejection.rule
        guard let spanish = rule.inSpanish, let partner = Partner(incident, login) else { return nil }
        to = partner.name
        let english = rule.explanation
        let details = Details(incident)
        let message = incident.claim.message.map { " " + $0.rawValue } ?? ""
        en = [
            "On \(details.date) at \(details.time) UTC we could not accept \(partner.thing.en)\(message).",
            "Rule \(rule.code) (\(english.clause)): \(english.meaning)",
            details.place("Place", "expected", "found"),
            spanish.advice == nil ? "Please put this right." : "What helps: \(english.advice)",
            "Our reference: \(incident.support).",
        ].compactMap(\.self).joined(separator: " ")
        es = [
            "El \(details.date) a las \(details.time) UTC no pudimos aceptar \(partner.thing.es)\(message).",
            "Regla \(rule.code) (\(english.clause)): \(spanish.meaning)",
            details.place("Lugar", "esperado", "encontrado"),
            spanish.advice.map { "Qué hacer: \($0)" } ?? "Les rogamos que lo corrijan.",
            "Nuestra referencia: \(incident.support).",
        ].compactMap(\.self).joined(separator: " ")
    }
}

private struct Details {
    let date: String
    let time: String
    private let rejection: Rejection

    init(_ incident: Incident) {
        let instant = incident.at.formatted(.iso8601)
        date = String(instant.prefix(10))
        time = String(instant.dropFirst(11).prefix(8))
        rejection = incident.rejection
    }

    /// The values are technical, and the same in every language.
    func place(_ place: String, _ expected: String, _ found: String) -> String? {
        let parts = [(place, rejection.element), (expected, rejection.expected), (found, rejection.found)]
        let known = parts.compactMap { name, value in value.map { "\(name): \($0)" } }.joined(separator: "; ")
        return known.isEmpty ? nil : known.prefix(1).uppercased() + known.dropFirst() + "."
    }
}

/// Who can mend it, and what of theirs could not be accepted.
private struct Partner {
    let name: String
    let thing: (en: String, es: String)

    init?(_ incident: Incident, _ login: Story.Login?) {
        let isMetadata = incident.rejection.rule.explanation.responsibility == .peer
        let requester = login?.requester.rawValue ?? incident.claim.sender?.rawValue
        let responder = login?.responder?.rawValue
        let (whom, isAnswer): (String, Bool)
        switch (incident.step, incident.direction) {
        case (.receiveRequest, .proxyService), (.sendResponse, .proxyService):
            (whom, isAnswer) = (Self.named("the Connector", requester), false)
        case (.receiveRequest, _), (.sendResponse, _), (.logout, _):
            (whom, isAnswer) = (Self.named("the service", requester), false)
        case (.receiveResponse, .proxyService): (whom, isAnswer) = (Self.named("the gateway", responder), true)
        case (.receiveResponse, _):
            (whom, isAnswer) = (Self.named("the node of the other country", responder ?? requester), true)
        case (.sendRequest, .connector) where isMetadata:
            (whom, isAnswer) = (Self.named("the node of the other country", responder), false)
        case (.sendRequest, _), (.page, _): return nil
        }
        name = whom
        thing =
            isMetadata && incident.step != .receiveResponse
            ? ("what you publish", "lo que publican")
            : isAnswer
                ? ("your answer", "su respuesta")
                : incident.step == .logout
                    ? ("your logout request", "su petición de cierre de sesión") : ("your request", "su petición")
    }

    private static func named(_ kind: String, _ name: String?) -> String { name.map { "\(kind) \($0)" } ?? kind }
}
