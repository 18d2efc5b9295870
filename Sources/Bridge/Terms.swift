// SPDX-License-Identifier: EUPL-1.2
import Dialects
public import Federation
import SAML

extension Exchange.Question {
    /// What is asked of a responder: as much of the request as it can give.
    public struct Terms: Hashable, Sendable {
        public var attributes: [RequestedAttribute]
        public var assurance: AssuranceRequirement
    }
}

extension Route {
    /// Fits a request to what a responder publishes.
    ///
    /// - Throws: ``Rule/requestVersion``, ``Rule/requestLoAUnavailable``, ``Rule/requestAttributesUnavailable``.
    /// - Spec: eIDAS dossier C1-05 to C1-12, §1.4, §8.2.
    func terms(
        for request: AuthenticationRequest, with responder: Responder
    ) throws(Rejection) -> Exchange.Question.Terms {
        let versions = responder.protocolVersions
        guard versions.isEmpty || versions.contains(where: ConnectorMetadata.protocolVersions.contains) else {
            throw Rejection(
                .requestVersion, "EntityAttributes",
                expected: ConnectorMetadata.protocolVersions.joined(separator: ", "),
                found: versions.joined(separator: ", "))
        }
        return Exchange.Question.Terms(
            attributes: try attributes(of: request, from: responder),
            assurance: try assurance(of: request, from: responder))
    }

    /// Optional attributes that are not published are left out; a required one cannot be.
    private func attributes(
        of request: AuthenticationRequest, from responder: Responder
    ) throws(Rejection) -> [RequestedAttribute] {
        var asked: [RequestedAttribute] = []
        for attribute in request.attributes {
            // Attributes of Cl@ve alone mean nothing abroad.
            guard let row = responderDialect.mapping[attribute.name] else { continue }
            if responder.attributes.isEmpty || ([row.uri] + row.aliases).contains(where: responder.attributes.contains)
            {
                asked.append(attribute)
            } else if attribute.isRequired {
                throw Rejection(
                    .requestAttributesUnavailable, "IDPSSODescriptor/Attribute", expected: row.uri, found: "nothing")
            }
        }
        return asked
    }

    private func assurance(
        of request: AuthenticationRequest, from responder: Responder
    ) throws(Rejection) -> AssuranceRequirement {
        let levels = responder.levels
        guard case .minimum(let lowest) = request.assurance, !levels.isEmpty else { return request.assurance }
        let strong = levels.filter { $0.loa >= lowest }
        if strong.contains(where: \.isNotified) { return request.assurance }
        let acceptsNonNotified =
            responder.acceptsNonNotified && (requesters[request.requester]?.acceptsNonNotified ?? false)
        guard acceptsNonNotified, !strong.isEmpty else {
            throw Rejection(
                .requestLoAUnavailable, "EntityAttributes", expected: "\(lowest.rawValue) or more",
                found: levels.sorted().map(\.uri).joined(separator: ", "))
        }
        // With a level that is not notified, every acceptable one is listed, the notified ones too (Message Format 1.4 §2.4.1).
        let notified = LoA.allCases.filter { $0 >= lowest }.map { Assurance($0) }
        return .exactly(strong.union(notified))
    }
}
