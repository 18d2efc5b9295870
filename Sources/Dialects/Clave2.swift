// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Foundation
public import SAML
import XMLSecurity

/// Cl@ve 2.0, with us in the place of the gateway.
///
/// - Spec: Cl@ve dossier §2, §3, and §11 where it differs.
public struct Clave2: RequesterDialect {
    public let mapping: MappingTable
    /// Whether we identify people in other ways than through other countries, which services may then exclude.
    public let hasNationalMethods: Bool

    public init(mapping: MappingTable, hasNationalMethods: Bool = false) {
        self.mapping = mapping
        self.hasNationalMethods = hasNationalMethods
    }

    /// Requested attributes that hide a method. Their presence counts, whatever their value (dossier §2.6.2).
    public enum Exclusion: String, CaseIterable, Sendable {
        case certificate = "http://es.minhafp.clave/AFirmaIdP"
        case permanent = "http://es.minhafp.clave/GISSIdP"
        case pin = "http://es.minhafp.clave/AEATIdP"
        case mobile = "http://es.minhafp.clave/CLVMOVILIdP"
        case otherCountries = "http://es.minhafp.clave/EIDASIdP"
    }

    /// The registered name: what stands before the first `;` of ProviderName (dossier §2.3).
    public static func registeredName(in providerName: String) -> EntityID {
        EntityID(String(providerName.prefix { $0 != ";" }))
    }

    // MARK: Request

    public var placeOfName: String { "AuthnRequest/@ProviderName" }

    /// By ProviderName. A request without is refused (dossier §2.1), but not before its signature: that is looked for by Issuer.
    public func claimedRequester(of message: ParsedMessage) -> EntityID? {
        message.claimedProviderName.map(Self.registeredName) ?? message.claimedIssuer
    }

    public func readRequest(
        _ verified: Verified<AuthnRequest>, relayState: String?, from requester: Requester, _ examination: Examination
    ) throws(Rejection) -> AuthenticationRequest {
        let request = verified.message
        // The gateway refuses a request without, and kits find their login again by it (dossier §2.1, §2.10).
        try examination.check(
            .parameterMissing, relayState.map { !$0.isEmpty } ?? false, "RelayState", expected: "a text",
            found: "nothing")
        try checkEnvelope(of: request, requester, examination)
        let person = person(of: request, requester)
        return AuthenticationRequest(
            id: request.id, requester: requester.name, serviceName: requester.name(in: "es"), relyingParty: nil,
            sector: requester.sector, assurance: .minimum(try level(of: request, requester, examination)),
            person: person,
            attributes: try attributes(of: request, person, requester, examination),
            reply: ReplyAddress(
                assertionConsumerService: try replyAddress(of: request, requester, examination), relayState: relayState,
                issuer: request.issuer?.name, nameIDFormat: request.nameIDPolicy?.format, echoed: echoed(in: request)),
            issuedAt: Instant.read(request.issueInstant) ?? .distantPast)
    }

    private func checkEnvelope(
        of request: AuthnRequest, _ requester: Requester, _ examination: Examination
    ) throws(Rejection) {
        try examination.check(
            .peerUnknown, request.providerName.map(Self.registeredName) == requester.name, "AuthnRequest/@ProviderName",
            expected: requester.name.rawValue, found: request.providerName)
        try examination.check(
            .requestIsPassive, request.isPassive != true, "AuthnRequest/@IsPassive", expected: "false", found: "true")
        try examination.check(
            .messageConsent, request.consent ?? SAMLURI.consentUnspecified == SAMLURI.consentUnspecified,
            "AuthnRequest/@Consent", expected: SAMLURI.consentUnspecified, found: request.consent)
        try examination.check(
            .requestBinding, request.protocolBinding ?? SAMLURI.post == SAMLURI.post, "AuthnRequest/@ProtocolBinding",
            expected: SAMLURI.post, found: request.protocolBinding)
        try examination.check(
            .requestSubject, !request.hasSubjectOrConditions, "AuthnRequest", expected: "no Subject and no Conditions")
        try examination.check(
            .requestExtensions, request.sectors != nil, "AuthnRequest", expected: "Extensions", found: "nothing")
        let sectors = request.sectors ?? []
        try examination.check(
            .requestSector, sectors.isEmpty || sectors == [requester.sector.rawValue], "AuthnRequest/Extensions/SPType",
            expected: requester.sector.rawValue, found: sectors.joined(separator: ", "))
        let formats = [SAMLURI.unspecified, SAMLURI.persistent, SAMLURI.transient]
        try examination.check(
            .requestNameID, request.nameIDPolicy.map { $0.format.map(formats.contains) ?? true } ?? false,
            "AuthnRequest/NameIDPolicy", expected: formats.joined(separator: " or "),
            found: request.nameIDPolicy?.format ?? "nothing")
    }

    /// The level that is asked for, but never less than the service is registered with.
    private func level(
        of request: AuthnRequest, _ requester: Requester, _ examination: Examination
    ) throws(Rejection) -> LoA {
        guard let context = request.context else { return requester.lowestLoA }
        let place = "AuthnRequest/RequestedAuthnContext"
        try examination.check(
            .requestLoA, context.comparison ?? "minimum" == "minimum", place + "/@Comparison", expected: "minimum",
            found: context.comparison)
        guard !context.classes.isEmpty else { return requester.lowestLoA }
        let level = LoA(uri: context.classes[0])
        try examination.check(
            .requestLoA, context.classes.count == 1 && level != nil, place + "/AuthnContextClassRef",
            expected: "one of " + LoA.allCases.map(\.uri).joined(separator: ", "),
            found: context.classes.joined(separator: ", "))
        return max(level ?? .high, requester.lowestLoA)
    }

    private func replyAddress(
        of request: AuthnRequest, _ requester: Requester, _ examination: Examination
    ) throws(Rejection) -> String {
        let only = requester.returnAddresses.lazy.compactMap { if case .exactly(let url) = $0 { url } else { nil } }
            .first
        let address = request.assertionConsumerServiceURL ?? only
        let isRegistered = address.map { address in requester.returnAddresses.contains { $0.admits(address) } } ?? false
        try examination.check(
            .requestReplyAddress, isRegistered, "AuthnRequest/@AssertionConsumerServiceURL",
            expected: "a registered return address", found: request.assertionConsumerServiceURL ?? "nothing")
        return address ?? ""
    }

    /// Cl@ve has no switch between natural and legal persons: what is asked decides, as far as the registration leaves it open.
    private func person(of request: AuthnRequest, _ requester: Requester) -> PersonKind {
        let asked = Set((request.attributes ?? []).compactMap { mapping[uri: $0.name]?.person })
        let possible = asked.isEmpty ? requester.persons : asked.intersection(requester.persons)
        return possible == [.legal] || (possible.isEmpty && requester.persons == [.legal]) ? .legal : .natural
    }

    /// The minimum data set, and what was asked beyond it, within the registration.
    ///
    /// The gateway answers with its fixed set whatever is asked, and kits mark everything as required, so that only the
    /// minimum data set is (dossier §2.6.1, §11).
    private func attributes(
        of request: AuthnRequest, _ person: PersonKind, _ requester: Requester, _ examination: Examination
    ) throws(Rejection) -> [RequestedAttribute] {
        var names = person.minimumDataSet
        for asked in request.attributes ?? [] {
            let place = "AuthnRequest/Extensions/RequestedAttributes/RequestedAttribute"
            if let exclusion = Exclusion(rawValue: asked.name) {
                try examination.check(
                    .requestMethodExcluded, hasNationalMethods || exclusion != .otherCountries, place,
                    expected: "no exclusion of other countries",
                    found: asked.name)
            } else if let row = mapping[uri: asked.name] {
                guard row.person == person, !names.contains(row.name) else { continue }
                try examination.check(
                    .requestAttributes, !row.name.isRepresentative && requester.attributes.contains(row.name), place,
                    expected: "an attribute of the registration", found: asked.name)
                names.append(row.name)
            } else {
                try examination.check(
                    .requestAttributes, asked.isRequired != true, place, expected: "a known attribute",
                    found: asked.name)
            }
        }
        return names.map { RequestedAttribute($0, isRequired: person.minimumDataSet.contains($0)) }
    }

    private func echoed(in request: AuthnRequest) -> [AttributeName: String] {
        let uri = mapping[.relayState]?.uri
        let value = request.attributes?.first { $0.name == uri }?.values.first { !$0.isEmpty }
        return value.map { [.relayState: $0] } ?? [:]
    }
}
