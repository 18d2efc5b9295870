// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Foundation
public import SAML
import XMLSecurity

/// eIDAS node to node, with us as the Proxy-Service.
///
/// - Spec: eIDAS SAML Message Format 1.4; eIDAS dossier §1, §2, §6.2.
extension EIDAS: RequesterDialect {
    public var placeOfName: String { "AuthnRequest/Issuer" }

    public func claimedRequester(of message: ParsedMessage) -> EntityID? { message.claimedIssuer }

    public func readRequest(
        _ verified: Verified<AuthnRequest>, relayState: String?, from requester: Requester, _ examination: Examination
    ) throws(Rejection) -> AuthenticationRequest {
        let request = verified.message
        try checkEnvelope(of: request, verified.isInAddress, requester, examination)
        let sector = try sector(of: request, requester, examination)
        try checkNameID(of: request, examination)
        let relyingParty = request.requesterIDs.first
        try examination.check(
            .requestRequesterID, (relyingParty?.unicodeScalars.count ?? 0) <= 1024, "AuthnRequest/Scoping/RequesterID",
            expected: "at most 1024 characters", found: "\(relyingParty?.unicodeScalars.count ?? 0)")
        let (person, attributes) = try attributes(of: request, requester, examination)
        return AuthenticationRequest(
            id: request.id, requester: requester.name,
            serviceName: Self.name(of: request) ?? requester.name(in: "es").asName(of: 128) ?? requester.name.rawValue,
            relyingParty: relyingParty, sector: sector, assurance: try assurance(of: request, examination),
            person: person, attributes: attributes,
            reply: ReplyAddress(
                assertionConsumerService: try replyAddress(of: request, requester, examination), relayState: relayState,
                issuer: request.issuer?.name, nameIDFormat: request.nameIDPolicy?.format),
            issuedAt: Instant.read(request.issueInstant) ?? .distantPast)
    }

    /// What the Connector says of the service behind it: a name for people, else an identifier.
    private static func name(of request: AuthnRequest) -> String? {
        [request.providerName, request.requesterIDs.first].lazy.compactMap { $0?.asName(of: 128) }.first
    }

    private func checkEnvelope(
        of request: AuthnRequest, _ isInAddress: Bool, _ requester: Requester, _ examination: Examination
    ) throws(Rejection) {
        try examination.check(
            .messageIssuer, request.issuer?.name == requester.name, "AuthnRequest/Issuer",
            expected: requester.name.rawValue, found: request.issuer?.name.rawValue)
        try examination.check(
            .requestForceAuthn, request.forceAuthn == true, "AuthnRequest/@ForceAuthn", expected: "true",
            found: request.forceAuthn.map { "\($0)" })
        try examination.check(
            .requestIsPassive, request.isPassive != true, "AuthnRequest/@IsPassive", expected: "false", found: "true")
        // It names that of the answer, which is POST; the Commission's node wants that of the request (dossier P1-39).
        let bindings = isInAddress ? [SAMLURI.post, SAMLURI.redirect] : [SAMLURI.post]
        try examination.check(
            .requestBinding, request.protocolBinding.map(bindings.contains) ?? true, "AuthnRequest/@ProtocolBinding",
            expected: "nothing, or \(bindings.joined(separator: " or "))", found: request.protocolBinding)
        try examination.check(
            .requestSubject, !request.hasSubjectOrConditions, "AuthnRequest", expected: "no Subject and no Conditions")
        try examination.check(
            .requestExtensions, request.sectors != nil && request.attributes != nil, "AuthnRequest/Extensions",
            expected: "RequestedAttributes", found: "nothing")
        let ours = ConnectorMetadata.protocolVersions
        let theirs = requester.protocolVersions
        try examination.check(
            .requestVersion, theirs.isEmpty || theirs.contains(where: ours.contains), "EntityAttributes",
            expected: ours.joined(separator: ", "), found: theirs.joined(separator: ", "))
    }

    /// In metadata or in the request, never in both and never in neither (Message Format 1.4 §4.1).
    private func sector(
        of request: AuthnRequest, _ requester: Requester, _ examination: Examination
    ) throws(Rejection) -> Sector {
        let place = "AuthnRequest/Extensions/SPType"
        let said = request.sectors ?? []
        guard !requester.publishesSector else {
            try examination.check(
                .requestSector, said.isEmpty, place, expected: "nothing: the metadata says it",
                found: said.joined(separator: ", "))
            return requester.sector
        }
        let sector = said.first.flatMap(Sector.init)
        try examination.check(
            .requestSector, said.count == 1 && sector != nil, place, expected: "public or private, once",
            found: said.isEmpty ? "nothing" : said.joined(separator: ", "))
        return sector ?? .private
    }

    /// Any format that SAML knows may be asked for here; whether it is served is said in SAML (P1-24, P1-40).
    private func checkNameID(of request: AuthnRequest, _ examination: Examination) throws(Rejection) {
        guard let format = request.nameIDPolicy?.format else { return }
        let known = ["1.1:nameid-format:", "2.0:nameid-format:"].contains { version in
            format.hasPrefix("urn:oasis:names:tc:SAML:" + version)
                && Self.nameIDFormats.contains(
                    String(format.dropFirst("urn:oasis:names:tc:SAML:".count + version.count)))
        }
        try examination.check(
            .requestNameID, known, "AuthnRequest/NameIDPolicy/@Format", expected: "a format of SAML", found: format)
    }

    private static let nameIDFormats = [
        "unspecified", "persistent", "transient", "entity", "encrypted", "emailAddress", "X509SubjectName",
        "WindowsDomainQualifiedName", "kerberos",
    ]

    /// An address of the Connector's metadata; its first one where the request names none.
    private func replyAddress(
        of request: AuthnRequest, _ requester: Requester, _ examination: Examination
    ) throws(Rejection) -> String {
        let registered = requester.returnAddresses.compactMap { if case .exactly(let url) = $0 { url } else { nil } }
        var address = request.assertionConsumerServiceURL ?? registered.first
        if let index = request.assertionConsumerServiceIndex {
            let selected = Int(index).flatMap { requester.indexedAddresses[$0] }
            let agrees = request.assertionConsumerServiceURL.map { selected?.hasOctets(of: $0) ?? false } ?? true
            try examination.check(
                .requestReplyAddress, selected != nil && agrees, "AuthnRequest/@AssertionConsumerServiceIndex",
                expected: "an index of the metadata", found: index)
            address = selected
        }
        try examination.check(
            .requestReplyAddress, address.map { address in registered.contains { $0.hasOctets(of: address) } } ?? false,
            "AuthnRequest/@AssertionConsumerServiceURL", expected: registered.joined(separator: " or "),
            found: request.assertionConsumerServiceURL ?? "nothing")
        return address ?? ""
    }

    // MARK: Level of assurance

    /// `minimum` with exactly one notified level; `exact` with a list that has at least one that is not notified and, from
    /// the lowest notified one on, every higher one (Message Format 1.4 §2.4.1; dossier §1.4).
    private func assurance(
        of request: AuthnRequest, _ examination: Examination
    ) throws(Rejection) -> AssuranceRequirement {
        let place = "AuthnRequest/RequestedAuthnContext"
        let classes = request.context?.classes ?? []
        let isMinimum = request.context?.comparison == "minimum"
        let levels = classes.compactMap { Assurance(uri: $0) }
        let notified = levels.filter(\.isNotified).map(\.loa)
        let isReserved = classes.contains { uri in
            uri.lowercased().hasPrefix("http://eidas.europa.eu/loa/") && Assurance(uri: uri) == nil
        }
        try examination.check(
            .requestLoA, isMinimum || (request.context?.comparison ?? "exact") == "exact", place + "/@Comparison",
            expected: "minimum or exact", found: request.context?.comparison)
        let others = classes.count - notified.count
        let isComplete = notified.min().map { lowest in LoA.allCases.filter { $0 >= lowest } == notified.sorted() }
        let isWellFormed =
            isMinimum ? classes.count == 1 && notified.count == 1 : others > 0 && isComplete ?? true
        try examination.check(
            .requestLoA, isWellFormed && !isReserved && Set(classes).count == classes.count,
            place + "/AuthnContextClassRef",
            expected: isMinimum
                ? "exactly one notified level"
                : "levels that are not notified and, from the lowest notified one on, every notified one",
            found: classes.isEmpty ? "nothing" : classes.joined(separator: ", "))
        return isMinimum ? .minimum(notified.first ?? .high) : .exactly(Set(levels))
    }

    // MARK: Attributes

    /// What is asked for, of one kind of person and with its whole minimum data set; what we do not know is passed over.
    private func attributes(
        of request: AuthnRequest, _ requester: Requester, _ examination: Examination
    ) throws(Rejection) -> (PersonKind, [RequestedAttribute]) {
        var asked: [RequestedAttribute] = []
        for attribute in request.attributes ?? [] {
            let place = "AuthnRequest/Extensions/RequestedAttributes/RequestedAttribute"
            try examination.check(
                .requestAttributes, attribute.nameFormat == SAMLURI.nameFormatURI, place + "/@NameFormat",
                expected: SAMLURI.nameFormatURI, found: attribute.nameFormat)
            guard let row = mapping[uri: attribute.name], row.person != nil else { continue }
            try examination.check(
                .requestAttributes, !row.name.isRepresentative, place, expected: "no attribute of a representative",
                found: attribute.name)
            // Of a sector's attributes each may be either (Message Format 1.4 §2.3.1).
            let allowed = row.isOfProfile ? [row.isMandatory] : [true, false]
            try examination.check(
                .requestAttributes, attribute.isRequired.map(allowed.contains) ?? false, place + "/@isRequired",
                expected: allowed.map(String.init).joined(separator: " or "),
                found: attribute.isRequired.map { "\($0) at \(row.friendlyName)" })
            try examination.check(
                .requestAttributes, attribute.values.allSatisfy { row.rule.read($0) != nil }, place,
                expected: "values of the form \(row.rule)", found: "another at \(row.friendlyName)")
            try examination.check(
                .requestAttributes, !asked.contains { $0.name == row.name }, place, expected: "once",
                found: attribute.name)
            asked.append(RequestedAttribute(row.name, isRequired: attribute.isRequired ?? row.isMandatory))
        }
        let person = try person(of: asked, requester, examination)
        return (person, asked)
    }

    /// Number by number: 1.10 is newer than 1.4. What is no number is no old version.
    private static func isBefore14(_ version: String) -> Bool {
        version.split(separator: ".").map { Int($0) ?? .max }.lexicographicallyPrecedes([1, 4])
    }

    /// Peers whose newest version is 1.3 or older may ask for both kinds at once.
    private func person(
        of asked: [RequestedAttribute], _ requester: Requester, _ examination: Examination
    ) throws(Rejection) -> PersonKind {
        let place = "AuthnRequest/Extensions/RequestedAttributes"
        let kinds = Set(asked.compactMap { mapping[$0.name]?.person })
        let isOld = !requester.protocolVersions.isEmpty && requester.protocolVersions.allSatisfy(Self.isBefore14)
        try examination.check(
            .requestAttributes, kinds.count <= 1 || isOld, place, expected: "one kind of person", found: "two")
        for kind in kinds {
            let missing = kind.minimumDataSet.first { name in !asked.contains { $0.name == name } }
            try examination.check(
                .requestAttributes, missing == nil, place, expected: "the whole minimum data set",
                found: missing.map { "no \($0)" })
        }
        return kinds.contains(.legal) ? .legal : .natural
    }
}
