// SPDX-License-Identifier: EUPL-1.2

/// An element whose own signature was found valid: exactly what the signature covers, and nothing around it.
public struct SignedElement {
    public let element: Element
    /// The certificate over whose key the signature was made: one of those that the caller trusts.
    public let certificate: Certificate
    public let algorithm: SignatureAlgorithm
}

extension Element {
    /// Verifies the enveloped signature of this element.
    ///
    /// The signature must be the only `ds:Signature` child, its one Reference must lead to this very element, and its parts
    /// must be those of the SAML profile. The value is checked before any digest is computed.
    ///
    /// Not checked: where among the children the signature stands, whether the certificate is valid today, or what the
    /// element says. KeyInfo only selects among `trusted`, by public key.
    /// - Spec: SAML Core 2.0 §5.4; eIDAS dossier §5.3, C2-10.
    public func verifySignature(
        trusting trusted: [Certificate], policy: SignaturePolicy, identifier: XMLName = "ID"
    ) throws(XMLFault) -> SignedElement {
        let parts = try SignatureParts(of: self, policy: policy, identifier: identifier)
        let octets = try parts.signedInfo.canonical(inclusive: parts.signedInfoPrefixes)
        let certificate = try signer(
            of: parts.value, over: octets, parts.algorithm, among: parts.candidates(among: trusted), policy,
            at: parts.signature.path)
        let content = try canonical(inclusive: parts.contentPrefixes, omitting: parts.signature)
        guard parts.digest.hash(content) == parts.digestValue else { throw XMLFault(.digest, path) }
        return SignedElement(element: self, certificate: certificate, algorithm: parts.algorithm)
    }
}

/// A signature taken apart, with everything in it accounted for.
private struct SignatureParts {
    let signature: Element
    let signedInfo: Element
    let signedInfoPrefixes: [String]
    let contentPrefixes: [String]
    let algorithm: SignatureAlgorithm
    let digest: DigestAlgorithm
    let digestValue: [UInt8]
    let value: [UInt8]
    let shown: [[UInt8]]

    init(of element: Element, policy: SignaturePolicy, identifier: XMLName) throws(XMLFault) {
        let found = element.children(Namespace.ds("Signature"))
        guard !found.isEmpty else { throw XMLFault(.signatureMissing, element.path) }
        guard found.count == 1 else { throw XMLFault(.signatureRepeated, element.path, found: "\(found.count)") }
        signature = found[0]

        var parts = try Parts(of: signature, attributes: ["Id"])
        signedInfo = try parts.next("SignedInfo")
        value = try parts.next("SignatureValue").octets()
        shown = try Self.certificates(in: parts.nextIfAny("KeyInfo"))

        var info = try Parts(of: signedInfo, attributes: ["Id"])
        signedInfoPrefixes = try info.next("CanonicalizationMethod").exclusiveC14N()
        algorithm = try Self.algorithm(info.next("SignatureMethod"), policy)
        // Behind the algorithms: whoever uses another is told its name, not that of a detail.
        try parts.end()
        let reference = try info.next("Reference")
        try info.end()
        try reference.check(leadsTo: element, identifier: identifier)

        var target = try Parts(of: reference, attributes: ["URI", "Id", "Type"])
        contentPrefixes = try Self.prefixes(of: target.next("Transforms"))
        digest = try Self.digest(target.next("DigestMethod"))
        digestValue = try target.next("DigestValue").octets()
        try target.end()
        guard digestValue.count == digest.length else { throw XMLFault(.digest, element.path) }
    }

    private static func algorithm(_ method: Element, _ policy: SignaturePolicy) throws(XMLFault) -> SignatureAlgorithm {
        let uri = method["Algorithm"] ?? ""
        guard let algorithm = SignatureAlgorithm(rawValue: uri), policy.algorithms.contains(algorithm) else {
            throw XMLFault(.signatureAlgorithm, method.path, expected: "a permitted signature algorithm", found: uri)
        }
        try Parts(of: method, attributes: ["Algorithm"]).end()
        return algorithm
    }

    private static func digest(_ method: Element) throws(XMLFault) -> DigestAlgorithm {
        try Parts(of: method, attributes: ["Algorithm"]).end()
        let uri = method["Algorithm"] ?? ""
        guard let digest = DigestAlgorithm(rawValue: uri) else {
            throw XMLFault(.signatureAlgorithm, method.path, expected: "SHA-256, SHA-384 or SHA-512", found: uri)
        }
        return digest
    }

    /// Enveloped signature, then exclusive C14N: nothing more, nothing less, in this order.
    private static func prefixes(of transforms: Element) throws(XMLFault) -> [String] {
        var steps = try Parts(of: transforms, attributes: [])
        let first = try steps.next("Transform")
        guard first["Algorithm"] == AlgorithmURI.enveloped else {
            throw XMLFault(
                .signatureAlgorithm, first.path, expected: AlgorithmURI.enveloped, found: first["Algorithm"])
        }
        try Parts(of: first, attributes: ["Algorithm"]).end()
        guard let second = steps.nextIfAny("Transform") else {
            // Where none is named, a node-set becomes octets by Canonical XML 1.0 (XML Signature 1.1 §4.4.3.2).
            throw XMLFault(
                .signatureAlgorithm, transforms.path, expected: AlgorithmURI.exclusiveC14N,
                found: AlgorithmURI.inclusiveC14N + ", implied")
        }
        let prefixes = try second.exclusiveC14N()
        if let third = steps.nextIfAny("Transform") {
            throw XMLFault(.signatureStructure, third.path, expected: "two transforms", found: third["Algorithm"])
        }
        try steps.end()
        return prefixes
    }

    /// The certificates that KeyInfo shows. Keys shown in other ways (KeyValue, KeyName) select nothing.
    private static func certificates(in keyInfo: Element?) throws(XMLFault) -> [[UInt8]] {
        guard let keyInfo else { return [] }
        var found: [[UInt8]] = []
        for data in keyInfo.children(Namespace.ds("X509Data")) {
            for certificate in data.children(Namespace.ds("X509Certificate")) { found.append(try certificate.octets()) }
        }
        guard found.count <= 10 else { throw XMLFault(.limit, keyInfo.path, found: "\(found.count) certificates") }
        return found
    }

    /// The trusted certificates that KeyInfo shows, or another one over the same key; all of them if it shows none.
    func candidates(among trusted: [Certificate]) throws(XMLFault) -> [Certificate] {
        if shown.isEmpty { return trusted }
        var keys = Set(trusted.lazy.filter { shown.contains($0.der) }.map(\.publicKeyInfo))
        // An unreadable certificate in KeyInfo shows nothing; it is no reason to refuse.
        if keys.isEmpty { keys = Set(shown.compactMap { try? Certificate(der: $0).publicKeyInfo }) }
        let candidates = trusted.filter { keys.contains($0.publicKeyInfo) }
        guard !candidates.isEmpty else { throw XMLFault(.keyUnknown, signature.path + "/KeyInfo") }
        return candidates
    }
}

/// Verifies a signature that stands outside the XML, as the Redirect binding carries it.
///
/// - Returns: the certificate over whose key it was made.
/// - Spec: SAML Bindings 2.0 §3.4.4.1.
public func verifyDetached(
    _ signature: [UInt8], over octets: [UInt8], algorithm uri: String, trusting trusted: [Certificate],
    policy: SignaturePolicy
) throws(XMLFault) -> Certificate {
    guard let algorithm = SignatureAlgorithm(rawValue: uri), policy.algorithms.contains(algorithm) else {
        throw XMLFault(.signatureAlgorithm, "SigAlg", expected: "a permitted signature algorithm", found: uri)
    }
    return try signer(of: signature, over: octets, algorithm, among: trusted, policy, at: "Signature")
}

/// The first of the candidates over whose key the signature was made.
private func signer(
    of signature: [UInt8], over octets: [UInt8], _ algorithm: SignatureAlgorithm, among candidates: [Certificate],
    _ policy: SignaturePolicy, at path: String
) throws(XMLFault) -> Certificate {
    guard !candidates.isEmpty else { throw XMLFault(.keyUnknown, path) }
    var weakness: XMLFault?
    for candidate in candidates {
        do {
            try candidate.publicKey.check(for: algorithm, policy, at: path)
            if candidate.publicKey.isValid(signature, over: octets, algorithm) { return candidate }
        } catch {
            weakness = error
        }
    }
    throw weakness ?? XMLFault(.signatureValue, path)
}

extension PublicKey {
    fileprivate func check(
        for algorithm: SignatureAlgorithm, _ policy: SignaturePolicy, at path: String
    ) throws(XMLFault) {
        guard kind.fits(algorithm) else {
            throw XMLFault(.keyWeak, path, expected: "a key for \(algorithm.uri)", found: "\(kind)")
        }
        if case .rsa(let bits) = kind, bits < policy.minimumRSABits {
            throw XMLFault(.keyWeak, path, expected: "RSA of \(policy.minimumRSABits) bits or more", found: "\(kind)")
        }
        guard hasSaneExponent else { throw XMLFault(.keyWeak, path, expected: "a public exponent of 65537 or more") }
    }

    /// Whether a policy accepts signatures of a key like this at all.
    public func isStrong(for policy: SignaturePolicy) -> Bool {
        switch kind {
        case .rsa(let bits): bits >= policy.minimumRSABits && hasSaneExponent
        case .ec: true
        case .other: false
        }
    }
}

/// The children of one element, which must be those of XML Signature that are asked for, in this order, and no others.
private struct Parts {
    private let element: Element
    private var rest: ArraySlice<Element>

    init(of element: Element, attributes: [String]) throws(XMLFault) {
        guard element.attributeNames(besides: attributes).isEmpty, !element.hasText else {
            throw XMLFault(.signatureStructure, element.path, found: "unexpected text or attribute")
        }
        self.element = element
        rest = element.children[...]
    }

    mutating func next(_ name: String) throws(XMLFault) -> Element {
        guard let part = nextIfAny(name) else {
            throw XMLFault(.signatureStructure, element.path, expected: name, found: rest.first?.local ?? "nothing")
        }
        return part
    }

    mutating func nextIfAny(_ name: String) -> Element? {
        guard let first = rest.first, first.is(Namespace.ds(name)) else { return nil }
        return rest.removeFirst()
    }

    func end() throws(XMLFault) {
        guard let first = rest.first else { return }
        throw XMLFault(.signatureStructure, element.path, expected: "no more", found: first.local)
    }
}

extension Element {
    fileprivate func octets() throws(XMLFault) -> [UInt8] {
        guard let octets = base64, !octets.isEmpty else {
            throw XMLFault(.signatureStructure, path, expected: "Base64", found: "something else")
        }
        return octets
    }

    /// Checks that this method is exclusive C14N without comments, and returns its PrefixList.
    fileprivate func exclusiveC14N() throws(XMLFault) -> [String] {
        guard self["Algorithm"] == AlgorithmURI.exclusiveC14N else {
            throw XMLFault(.signatureAlgorithm, path, expected: AlgorithmURI.exclusiveC14N, found: self["Algorithm"])
        }
        let inner = children
        guard attributeNames() == ["Algorithm"], !hasText, inner.count <= 1 else {
            throw XMLFault(.signatureStructure, path)
        }
        guard let inclusive = inner.first else { return [] }
        guard inclusive.is(Namespace.ec("InclusiveNamespaces")), inclusive.attributeNames() == ["PrefixList"],
            !inclusive.hasChildren, !inclusive.hasText
        else { throw XMLFault(.signatureStructure, inclusive.path) }
        // Readers differ over the rest: tabs and line ends, which only references bring here, separate prefixes for Santuario
        // alone; two blanks have an empty prefix between them for libxmlsec1 alone, which is the default namespace.
        let list = (inclusive["PrefixList"] ?? "").utf8
        let pieces = list.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        var prefixes = pieces.map { String(Substring($0)) }
        if prefixes.last == "" { prefixes.removeLast() }
        guard list.allSatisfy({ $0 >= 32 }), !prefixes.contains("") else {
            throw XMLFault(.signatureStructure, inclusive.path)
        }
        guard prefixes.count <= 32 else { throw XMLFault(.limit, inclusive.path, found: "\(prefixes.count) prefixes") }
        return prefixes
    }

    /// Checks that this Reference leads to the element: by its ID, or by nothing if it is the document element.
    fileprivate func check(leadsTo element: Element, identifier: XMLName) throws(XMLFault) {
        let uri = self["URI"]
        let id = element[identifier]
        let isByID = id.map { !$0.isEmpty && uri == "#" + $0 } ?? false
        let isDocument = uri == "" && element == element.tree.root
        guard isByID || isDocument else {
            throw XMLFault(
                .signatureReference, path + "/@URI", expected: id.map { "#" + $0 } ?? "", found: uri ?? "nothing")
        }
    }
}
