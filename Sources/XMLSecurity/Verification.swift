// SPDX-License-Identifier: EUPL-1.2

/// An element whose own signature was found valid: exactly what the signature covers, and nothing around it.
public struct SignedElement {
    public let element: Element
    /// The certificate over whose key the signature was made: one of those that the caller trusts.
    public let certificate: Certificate
    public let algorithm: SignatureAlgorithm
    let signature: Element

    /// The children that the signature covers: all but the signature itself.
    public var children: [Element] { element.children.filter { !($0 == signature) } }
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
        let certificate = try parts.certificate(among: trusted, signing: octets, policy: policy)
        let content = try canonical(inclusive: parts.contentPrefixes, omitting: parts.signature)
        guard parts.digest.hash(content) == parts.digestValue else { throw XMLFault(.digest, path) }
        return SignedElement(
            element: self, certificate: certificate, algorithm: parts.algorithm, signature: parts.signature)
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

        let parts = try signature.parts(["SignedInfo", "SignatureValue", "KeyInfo?"], attributes: ["Id"])
        signedInfo = parts[0]!
        value = try parts[1]!.octets()
        shown = try Self.certificates(in: parts[2])

        let info = try signedInfo.parts(["CanonicalizationMethod", "SignatureMethod", "Reference"], attributes: ["Id"])
        signedInfoPrefixes = try info[0]!.exclusiveC14N()
        algorithm = try Self.algorithm(info[1]!, policy)
        let reference = info[2]!
        try reference.check(leadsTo: element, identifier: identifier)

        let target = try reference.parts(["Transforms", "DigestMethod", "DigestValue"], attributes: ["URI", "Id", "Type"])
        contentPrefixes = try Self.prefixes(of: target[0]!)
        digest = try Self.digest(target[1]!)
        digestValue = try target[2]!.octets()
        guard digestValue.count == digest.length else { throw XMLFault(.digest, element.path) }
    }

    private static func algorithm(_ method: Element, _ policy: SignaturePolicy) throws(XMLFault) -> SignatureAlgorithm {
        _ = try method.parts([], attributes: ["Algorithm"])
        let uri = method["Algorithm"] ?? ""
        guard let algorithm = SignatureAlgorithm(rawValue: uri), policy.algorithms.contains(algorithm) else {
            throw XMLFault(.signatureAlgorithm, method.path, expected: "a permitted signature algorithm", found: uri)
        }
        return algorithm
    }

    private static func digest(_ method: Element) throws(XMLFault) -> DigestAlgorithm {
        _ = try method.parts([], attributes: ["Algorithm"])
        let uri = method["Algorithm"] ?? ""
        guard let digest = DigestAlgorithm(rawValue: uri) else {
            throw XMLFault(.signatureAlgorithm, method.path, expected: "SHA-256, SHA-384 or SHA-512", found: uri)
        }
        return digest
    }

    /// Enveloped signature, then exclusive C14N: nothing more, nothing less, in this order.
    private static func prefixes(of transforms: Element) throws(XMLFault) -> [String] {
        let steps = try transforms.parts(["Transform", "Transform"], attributes: [])
        _ = try steps[0]!.parts([], attributes: ["Algorithm"])
        guard steps[0]!["Algorithm"] == AlgorithmURI.enveloped else {
            throw XMLFault(
                .signatureAlgorithm, steps[0]!.path, expected: AlgorithmURI.enveloped, found: steps[0]!["Algorithm"])
        }
        return try steps[1]!.exclusiveC14N()
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

    func certificate(
        among trusted: [Certificate], signing octets: [UInt8], policy: SignaturePolicy
    ) throws(XMLFault) -> Certificate {
        let candidates = shown.isEmpty ? trusted : trusted.filter(isShown)
        guard !candidates.isEmpty else { throw XMLFault(.keyUnknown, signature.path + "/KeyInfo") }
        var weakness: XMLFault?
        for candidate in candidates {
            do {
                try candidate.publicKey.check(for: algorithm, policy, at: signature.path)
                if candidate.publicKey.isValid(value, over: octets, algorithm) { return candidate }
            } catch {
                weakness = error
            }
        }
        throw weakness ?? XMLFault(.signatureValue, signature.path)
    }

    /// Whether KeyInfo shows this certificate, or another one over the same key.
    private func isShown(_ certificate: Certificate) -> Bool {
        if shown.contains(certificate.der) { return true }
        return shown.contains { der in
            // An unreadable certificate in KeyInfo shows nothing; it is no reason to refuse.
            (try? Certificate(der: der))?.publicKeyInfo == certificate.publicKeyInfo
        }
    }
}

extension PublicKey {
    fileprivate func check(
        for algorithm: SignatureAlgorithm, _ policy: SignaturePolicy, at path: String
    ) throws(XMLFault) {
        guard fits(algorithm) else {
            throw XMLFault(.keyWeak, path, expected: "a key for \(algorithm.uri)", found: "\(kind)")
        }
        if case .rsa(let bits) = kind, bits < policy.minimumRSABits {
            throw XMLFault(.keyWeak, path, expected: "RSA of \(policy.minimumRSABits) bits or more", found: "\(kind)")
        }
        guard hasSaneExponent else { throw XMLFault(.keyWeak, path, expected: "a public exponent of 65537 or more") }
    }
}

extension Element {
    /// The children, which must be exactly these, in this order, all of XML Signature; `?` marks one that may be missing.
    fileprivate func parts(_ names: [String], attributes: Set<String>) throws(XMLFault) -> [Element?] {
        guard !hasText, attributeNames.allSatisfy({ $0.namespace == nil && attributes.contains($0.local) }) else {
            throw XMLFault(.signatureStructure, path, found: "unexpected text or attribute")
        }
        var rest = children[...]
        var found: [Element?] = []
        for name in names {
            let isOptional = name.hasSuffix("?")
            let isNext = rest.first?.is(Namespace.ds(isOptional ? String(name.dropLast()) : name)) ?? false
            guard isNext || isOptional else {
                throw XMLFault(.signatureStructure, path, expected: name, found: rest.first?.local ?? "nothing")
            }
            found.append(isNext ? rest.removeFirst() : nil)
        }
        guard rest.isEmpty else { throw XMLFault(.signatureStructure, path, expected: "no more", found: rest[rest.startIndex].local) }
        return found
    }

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
        guard attributeNames == ["Algorithm"], !hasText, inner.count <= 1 else { throw XMLFault(.signatureStructure, path) }
        guard let inclusive = inner.first else { return [] }
        guard inclusive.is(Namespace.ec("InclusiveNamespaces")), inclusive.attributeNames == ["PrefixList"],
            inclusive.children.isEmpty, !inclusive.hasText
        else { throw XMLFault(.signatureStructure, inclusive.path) }
        let prefixes = (inclusive["PrefixList"] ?? "").split { " \t\r\n".contains($0) }.map(String.init)
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
            throw XMLFault(.signatureReference, path + "/@URI", expected: id.map { "#" + $0 } ?? "", found: uri ?? "nothing")
        }
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
    guard !trusted.isEmpty else { throw XMLFault(.keyUnknown, "Signature") }
    var weakness: XMLFault?
    for candidate in trusted {
        do {
            try candidate.publicKey.check(for: algorithm, policy, at: "Signature")
            if candidate.publicKey.isValid(signature, over: octets, algorithm) { return candidate }
        } catch {
            weakness = error
        }
    }
    throw weakness ?? XMLFault(.signatureValue, "Signature")
}

extension PublicKey {
    /// Whether a policy accepts signatures of a key like this at all.
    public func isStrong(for policy: SignaturePolicy) -> Bool {
        switch kind {
        case .rsa(let bits): bits >= policy.minimumRSABits && hasSaneExponent
        case .ec: true
        case .other: false
        }
    }
}
