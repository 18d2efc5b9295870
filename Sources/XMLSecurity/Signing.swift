// SPDX-License-Identifier: EUPL-1.2

/// A key with its certificate and the algorithm to sign with: all that a signature needs.
public struct Signer: Sendable {
    public let key: PrivateKey
    /// The signer's certificate first, then the chain up to the anchor, if the receiver wants one.
    public let chain: [Certificate]
    public let algorithm: SignatureAlgorithm

    /// - Throws: `.keyUnusable` if key and certificate do not belong together, or the key does not fit the algorithm.
    public init(key: PrivateKey, chain: [Certificate], algorithm: SignatureAlgorithm? = nil) throws(XMLFault) {
        guard let certificate = chain.first, key.belongs(to: certificate.publicKey) else {
            throw XMLFault(.keyUnusable, expected: "the certificate of the private key", found: chain.first?.subject)
        }
        guard let algorithm = algorithm ?? key.defaultAlgorithm, key.kind.fits(algorithm) else {
            throw XMLFault(.keyUnusable, expected: "a key for \(algorithm?.uri ?? "signatures")", found: "\(key.kind)")
        }
        self.key = key
        self.chain = chain
        self.algorithm = algorithm
    }

    public var certificate: Certificate { chain[0] }

    /// The same key and certificate with another algorithm.
    public func using(_ algorithm: SignatureAlgorithm) throws(XMLFault) -> Signer {
        try Signer(key: key, chain: chain, algorithm: algorithm)
    }
}

extension XMLNode {
    /// This element with an enveloped signature over it, put behind the given number of children.
    ///
    /// Plain exclusive C14N, one Reference to the element's ID, the certificates in KeyInfo, Base64 without line breaks.
    /// - Parameter identifier: the attribute that holds the ID; without such an attribute the Reference is empty, which
    ///   stands for the document and is right for a root element only.
    /// - Parameter inclusive: namespaces that only values mention, to be covered all the same (InclusiveNamespaces).
    /// - Spec: SAML Core 2.0 §5.4; eIDAS dossier §5.3; Cl@ve dossier §11.1.
    public func signed(
        by signer: Signer, behind index: Int, identifier: XMLName = "ID", inclusive: [Namespace] = []
    ) throws(XMLFault) -> XMLNode {
        let signature = try Self.signature(
            over: [(self, self[identifier].map { "#" + $0 } ?? "")], isEnveloped: true, inclusive: inclusive,
            by: signer, keyInfo: XMLNode(Namespace.ds("KeyInfo"), [], [.x509Data(signer.chain)]))
        return inserting(signature, at: index)
    }

    /// `ds:Signature` over elements of the document in which it will stand, each by its ID.
    ///
    /// - Parameter keyInfo: how the receiver finds the certificate.
    /// - Spec: Web Services Security: SOAP Message Security 1.1.1 §8.
    public static func signature(
        over elements: [XMLNode], by signer: Signer, identifier: XMLName, keyInfo: XMLNode
    ) throws(XMLFault) -> XMLNode {
        var targets: [(XMLNode, String)] = []
        for element in elements {
            guard let id = element[identifier], !id.isEmpty else {
                throw XMLFault(.signatureReference, element.name.local, expected: "an ID")
            }
            targets.append((element, "#" + id))
        }
        return try signature(over: targets, isEnveloped: false, by: signer, keyInfo: keyInfo)
    }

    private static func signature(
        over targets: [(element: XMLNode, uri: String)], isEnveloped: Bool, inclusive: [Namespace] = [],
        by signer: Signer, keyInfo: XMLNode
    ) throws(XMLFault) -> XMLNode {
        let prefixes = inclusive.map(\.prefix).joined(separator: " ")
        let list =
            prefixes.isEmpty
            ? nil : XMLNode(Namespace.ec("InclusiveNamespaces"), [("PrefixList", prefixes)])
        let enveloped = XMLNode(Namespace.ds("Transform"), [("Algorithm", AlgorithmURI.enveloped)])
        let canonical = XMLNode(Namespace.ds("Transform"), [("Algorithm", AlgorithmURI.exclusiveC14N)], [list])
        let transforms = isEnveloped ? [enveloped, canonical] : [canonical]
        let digest = signer.algorithm.digest
        let references = targets.map { target in
            let content = digest.hash(target.element.canonical(inclusive: inclusive))
            return XMLNode(
                Namespace.ds("Reference"), [("URI", target.uri)],
                [
                    XMLNode(Namespace.ds("Transforms"), [], transforms),
                    XMLNode(Namespace.ds("DigestMethod"), [("Algorithm", digest.uri)]),
                    XMLNode(Namespace.ds("DigestValue"), text: Base64.encode(content)),
                ])
        }
        let signedInfo = XMLNode(
            Namespace.ds("SignedInfo"), [],
            [
                XMLNode(Namespace.ds("CanonicalizationMethod"), [("Algorithm", AlgorithmURI.exclusiveC14N)]),
                XMLNode(Namespace.ds("SignatureMethod"), [("Algorithm", signer.algorithm.uri)]),
            ] + references)
        let value = try signer.key.sign(signedInfo.canonical(), signer.algorithm)
        return XMLNode(
            Namespace.ds("Signature"), [],
            [signedInfo, XMLNode(Namespace.ds("SignatureValue"), text: Base64.encode(value)), keyInfo])
    }

    /// `ds:X509Data` with certificates.
    static func x509Data(_ certificates: [Certificate]) -> XMLNode {
        XMLNode(
            Namespace.ds("X509Data"), [],
            certificates.map { XMLNode(Namespace.ds("X509Certificate"), text: $0.base64) })
    }

    /// `ds:KeyInfo` with one certificate, as metadata carries it.
    public static func keyInfo(_ certificate: Certificate) -> XMLNode {
        XMLNode(Namespace.ds("KeyInfo"), [], [.x509Data([certificate])])
    }
}
