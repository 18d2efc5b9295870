// SPDX-License-Identifier: EUPL-1.2

/// Why XML could not be read, verified, signed, encrypted or decrypted.
///
/// `element`, `expected` and `found` name elements, algorithms and numbers; never content.
public struct XMLFault: Error, Hashable, Sendable {
    public enum Kind: Hashable, Sendable, CaseIterable {
        case encoding, documentType, malformed, limit, identifierRepeated, commentInText, forbiddenNode, namespace,
            schema
        case signatureMissing, signatureRepeated, signatureStructure, signatureReference, signatureAlgorithm
        case keyUnknown, keyWeak, keyExpired, digest, signatureValue
        /// Somebody else does not find valid what we do.
        case secondOpinion
        case encryptionStructure, encryptionAlgorithm, decryption
        /// A key, certificate or container of ours cannot be read.
        case keyUnusable
        /// A library call failed that cannot fail for a reason of the message.
        case internalFailure
    }

    public let kind: Kind
    public let element: String?
    public let expected: String?
    public let found: String?

    public init(_ kind: Kind, _ element: String? = nil, expected: String? = nil, found: String? = nil) {
        self.kind = kind
        self.element = element
        self.expected = expected
        self.found = found
    }
}
