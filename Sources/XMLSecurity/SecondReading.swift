// SPDX-License-Identifier: EUPL-1.2

/// A signature that we have found valid: where it stands, by whose key, and over what.
public struct FoundSignature: Sendable {
    /// All octets of the document that it stands in.
    public let document: [UInt8]
    /// The name of the attributes that are identifiers.
    public let attribute: String
    /// Of the signed element; empty for the document element.
    public let identifier: String
    public let certificate: Certificate
    public let digest: DigestAlgorithm
    /// Of the only thing that it covers.
    public let digestValue: [UInt8]

    public init(
        document: [UInt8], attribute: String, identifier: String, certificate: Certificate, digest: DigestAlgorithm,
        digestValue: [UInt8]
    ) {
        self.document = document
        self.attribute = attribute
        self.identifier = identifier
        self.certificate = certificate
        self.digest = digest
        self.digestValue = digestValue
    }
}

/// Somebody else who verifies each signature that we have found valid, from the octets on.
///
/// Whatever verifies an enveloped signature has to be given one, or `nil` where nobody else is to be asked.
public protocol SecondReader: Sendable {
    /// Whether the same key has signed the same thing, and nothing else, by their reading too.
    func confirms(_ found: FoundSignature) -> Bool
}

extension PromisedDigest {
    /// Asks somebody else about the signature from which this was read, once the digest is known to be kept.
    ///
    /// - Parameter document: in which the signed element stands.
    /// - Throws: `.secondOpinion`.
    package func confirm(
        _ element: Element, identifier: XMLName = "ID", in document: [UInt8], by reader: (any SecondReader)?
    ) throws(XMLFault) {
        guard let reader else { return }
        let found = FoundSignature(
            document: document, attribute: identifier.local, identifier: element[identifier] ?? "",
            certificate: certificate, digest: digest, digestValue: value)
        guard reader.confirms(found) else {
            throw XMLFault(.secondOpinion, element.path, expected: "two verifiers of one mind", found: "disagreement")
        }
    }
}
