// SPDX-License-Identifier: EUPL-1.2

/// Why a message was turned away: one rule, and for the operator where it was broken.
///
/// Carries identifiers, codes, algorithm names, addresses and instants. Never attribute values, never XML.
public struct Rejection: Error, Hashable, Sendable, Codable {
    public let rule: Rule
    /// The element or attribute, as a path such as `Response/Assertion/Issuer` or `AuthnRequest/@Destination`.
    public let element: String?
    public let expected: String?
    public let found: String?

    public init(_ rule: Rule, _ element: String? = nil, expected: String? = nil, found: String? = nil) {
        self.rule = rule
        self.element = element.map(Self.shortened)
        self.expected = expected.map(Self.shortened)
        self.found = found.map(Self.shortened)
    }

    /// Names of elements and values come from strangers: no line breaks or other controls, at most 200 characters.
    static func shortened(_ text: String) -> String {
        // What nearly every text is; one exchange has hundreds.
        if text.utf8.count <= 200, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        let clean = text.unicodeScalars.prefix(201).map { scalar -> Character in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: "\u{FFFD}"
            default: Character(scalar)
            }
        }
        return clean.count <= 200 ? String(clean) : String(clean.prefix(199)) + "…"
    }
}

extension Rejection: CustomStringConvertible {
    public var description: String {
        var text = rule.code
        if let element { text += " at \(element)" }
        if let expected { text += ", expected \(expected)" }
        if let found { text += ", found \(found)" }
        return text
    }
}

/// What the other side learns: a SAML status, deliberately vague.
public enum Status: String, Hashable, Sendable, Codable, CaseIterable {
    case requester, responder, authenticationFailed, requestDenied, invalidAttribute, assuranceTooLow
}

/// What the person learns: which page is shown.
public enum PageReason: String, Hashable, Sendable, CaseIterable {
    /// The service sent something that we cannot accept.
    case serviceFault
    /// The other country answered in a way that we cannot accept.
    case countryFault
    /// The login took too long, or was answered already.
    case expired
    /// The login was begun in another browser, or cookies are off.
    case otherBrowser
    /// The country cannot be used just now.
    case countryUnavailable
    /// The person was identified, but not strongly enough or not with all that the service needs.
    case notEnough
    /// The Connector of another country sent something that we cannot accept.
    case connectorFault
    /// The national gateway answered in a way that we cannot accept.
    case gatewayFault
    /// The way in which the person identified themselves does not serve here; another may.
    case otherMethod
    /// A datum that the other country must have cannot be had just now.
    case dataMissing
    /// More comes from the person's address or for their service than we take on, or too slowly.
    case tooMany
    /// We are overloaded or something here is broken.
    case ownFault
    case notFound
}

extension Rule {
    /// No `default`: a new rule does not compile until someone decides what the peer learns.
    /// All cryptographic faults look alike from outside.
    public var status: Status {
        switch self {
        case .responseLoATooLow: .assuranceTooLow
        case .attributeMissing, .attributeInvalid, .attributeRepeated, .dataSetIncomplete, .identifierInvalid,
            .identifierCountry, .representationNotAccepted, .requestAttributesUnavailable, .sourceUnavailable,
            .sourceInvalid:
            .invalidAttribute
        case .responseMethod, .responseCertificateClass, .responsePartialAfirma, .responseLoAInvalid,
            .responseLoANotPublished, .requestLoAUnavailable:
            .authenticationFailed
        case .requestRate, .loginRate, .exchangesOpen, .ownFailure, .overloaded, .storeUnavailable, .notReady,
            .metadataUnavailable, .metadataAddressRefused,
            .metadataExpired, .countryDisabled, .encryptionKeyMissing, .messageTooLarge:
            .responder
        case .tooSlow, .headTooLarge, .notHTTP, .methodNotAllowed, .contentType, .parameterMissing, .parameterRepeated,
            .parameterTooLarge, .base64, .deflate, .relayStateTooLong, .relayStateChanged, .crossSite, .xmlEncoding,
            .xmlDocumentType, .xmlMalformed,
            .xmlLimit, .xmlIdentifierRepeated, .xmlCommentInText, .xmlForbiddenNode, .xmlNamespace, .messageType,
            .messageSchema, .messageVersion, .messageIdentifier, .messageIssueInstant, .messageDestination,
            .messageConsent, .messageIssuer, .signatureMissing, .signatureRepeated, .signatureStructure,
            .signatureReference,
            .signatureAlgorithm, .signatureKeyUnknown, .signatureKeyWeak, .signatureKeyExpired, .signatureKeyRevoked,
            .signatureDigest,
            .signatureValue, .signatureSecondOpinion, .encryptionMissing, .encryptionStructure, .encryptionAlgorithm,
            .encryptionFailed, .peerUnknown, .peerDisabled, .replayed, .requestForceAuthn, .requestIsPassive,
            .requestReplyAddress,
            .requestBinding, .requestExtensions, .requestLoA, .requestAttributes, .requestSector, .requestNameID,
            .requestMethodExcluded, .requestSubject, .requestVersion, .requestCountry, .requestRequesterID,
            .responseUnsolicited, .responseStatus, .responseAssertions, .responseSubject, .responseConditions,
            .responseAudience,
            .responseNotYetValid, .responseExpired, .responseConfirmation, .responseAuthnStatement,
            .responseAttributeStatement, .exchangeUnknown, .exchangeExpired, .exchangeFinished,
            .exchangeOtherBrowser, .metadataSignature, .metadataExpiry, .metadataContent, .metadataRoleMissing,
            .metadataKeys,
            .metadataEndpoint, .metadataCountry, .metadataEntity, .metadataListContent, .metadataListExpiry,
            .metadataListEntry, .revocationList, .configuration, .keyUnusable:
            .requester
        }
    }

    /// No `default`: a new rule does not compile until someone decides what the person reads.
    public var page: PageReason {
        switch self {
        case .headTooLarge, .notHTTP, .contentType, .parameterMissing, .parameterRepeated, .parameterTooLarge, .base64,
            .deflate, .relayStateTooLong, .xmlEncoding, .xmlDocumentType, .xmlMalformed, .xmlLimit,
            .xmlIdentifierRepeated,
            .xmlCommentInText, .xmlForbiddenNode, .xmlNamespace, .messageType, .messageSchema, .messageVersion,
            .messageIdentifier, .messageIssueInstant, .messageDestination, .messageConsent, .messageIssuer,
            .signatureMissing, .signatureRepeated, .signatureStructure, .signatureReference, .signatureAlgorithm,
            .signatureKeyUnknown, .signatureKeyWeak, .signatureKeyExpired, .signatureKeyRevoked, .signatureDigest,
            .signatureValue,
            .signatureSecondOpinion, .peerUnknown, .peerDisabled, .requestForceAuthn, .requestIsPassive,
            .requestReplyAddress,
            .requestBinding, .requestExtensions, .requestLoA, .requestAttributes, .requestSector, .requestNameID,
            .requestMethodExcluded, .requestSubject, .requestVersion, .requestRequesterID:
            .serviceFault
        case .encryptionMissing, .encryptionStructure, .encryptionAlgorithm, .encryptionFailed, .relayStateChanged,
            .responseUnsolicited, .responseStatus, .responseAssertions, .responseSubject, .responseConditions,
            .responseAudience, .responseNotYetValid, .responseExpired, .responseConfirmation,
            .responseAuthnStatement, .responseAttributeStatement, .responseLoAInvalid,
            .responseLoANotPublished, .attributeInvalid, .attributeRepeated, .identifierInvalid, .identifierCountry:
            .countryFault
        case .requestRate, .loginRate, .exchangesOpen, .tooSlow: .tooMany
        case .replayed, .exchangeExpired, .exchangeFinished: .expired
        case .exchangeOtherBrowser, .crossSite: .otherBrowser
        case .metadataUnavailable, .metadataAddressRefused, .metadataExpired, .countryDisabled, .metadataSignature,
            .metadataExpiry, .metadataContent, .metadataRoleMissing, .metadataKeys, .metadataEndpoint,
            .metadataCountry, .metadataEntity, .metadataListContent, .metadataListExpiry, .metadataListEntry,
            .revocationList, .requestLoAUnavailable, .requestAttributesUnavailable, .requestCountry:
            .countryUnavailable
        case .responseLoATooLow, .attributeMissing, .dataSetIncomplete, .representationNotAccepted: .notEnough
        case .responseMethod, .responseCertificateClass: .otherMethod
        case .responsePartialAfirma: .gatewayFault
        case .sourceUnavailable, .sourceInvalid: .dataMissing
        // Whoever reloads an address that takes messages only comes by GET: a person, and no fault of any service.
        case .exchangeUnknown, .methodNotAllowed: .notFound
        case .ownFailure, .overloaded, .storeUnavailable, .notReady, .encryptionKeyMissing, .messageTooLarge,
            .configuration, .keyUnusable:
            .ownFault
        }
    }
}
