// SPDX-License-Identifier: EUPL-1.2

/// An element whose own signature was found valid: exactly what the signature covers, and nothing around it.
public struct SignedElement {
    public let element: Element
    /// The certificate over whose key the signature was made: one of those that the caller trusts.
    public let certificate: Certificate
    public let algorithm: SignatureAlgorithm
}

/// What a trusted key has signed about an element: the digest that it must have.
package struct PromisedDigest {
    package let certificate: Certificate
    let algorithm: SignatureAlgorithm
    let signature: Element
    let prefixes: [String]
    let digest: DigestAlgorithm
    let value: [UInt8]
}

extension Element {
    /// Verifies the enveloped signature of this element.
    ///
    /// The signature must be the only `ds:Signature` child, its one Reference must lead to this very element, and its parts
    /// must be those of the SAML profile. The value is checked before any digest is computed.
    ///
    /// Not checked: where among the children the signature stands, whether the certificate is valid today, or what the
    /// element says. KeyInfo only selects among `trusted`, by public key.
    /// - Parameter reader: asked last, about what is good by all that we know.
    /// - Spec: SAML Core 2.0 §5.4; eIDAS dossier §5.3, C2-10.
    public func verifySignature(
        trusting trusted: [Certificate], policy: SignaturePolicy, identifier: XMLName = "ID",
        confirmedBy reader: (any SecondReader)?
    ) throws(XMLFault) -> SignedElement {
        let promised = try promisedDigest(trusting: trusted, policy: policy, identifier: identifier)
        let content = try canonical(inclusive: promised.prefixes, omitting: promised.signature)
        guard promised.digest.hash(content) == promised.value else { throw XMLFault(.digest, path) }
        try promised.confirm(self, identifier: identifier, in: tree.octets, by: reader)
        return SignedElement(element: self, certificate: promised.certificate, algorithm: promised.algorithm)
    }

    /// All of the above but the digest of this element: for one whose content comes in pieces.
    package func promisedDigest(
        trusting trusted: [Certificate], policy: SignaturePolicy, identifier: XMLName = "ID"
    ) throws(XMLFault) -> PromisedDigest {
        let found = children(Namespace.ds("Signature"))
        guard let signature = found.first else { throw XMLFault(.signatureMissing, path) }
        guard found.count == 1 else { throw XMLFault(.signatureRepeated, path, found: "\(found.count)") }
        let parts = try SignatureParts(of: signature, enveloped: true, policy: policy)
        let reference = parts.references[0]
        try reference.check(leadsTo: self, identifier: identifier)
        return PromisedDigest(
            certificate: try parts.verifyValue(trusting: trusted, policy), algorithm: parts.algorithm,
            signature: signature, prefixes: reference.prefixes, digest: reference.digest, value: reference.digestValue)
    }

    /// Verifies this `ds:Signature`, which stands apart from the elements that it covers, as in WS-Security.
    ///
    /// There must be one Reference to each of `elements`, at most one to each of `others`, and no further one; each leads by
    /// an ID, and has exclusive C14N as its only transform. KeyInfo selects nothing but certificates of an X509Data.
    /// - Parameter identifiers: the attributes that may hold the ID.
    /// - Returns: what is covered: first `elements`, in their order.
    /// - Spec: Web Services Security: SOAP Message Security 1.1.1 §8.
    public func verifySignature(
        over elements: [Element], perhaps others: [Element] = [], trusting trusted: [Certificate],
        policy: SignaturePolicy, identifiers: [XMLName]
    ) throws(XMLFault) -> [SignedElement] {
        let parts = try SignatureParts(of: self, enveloped: false, policy: policy)
        let targets = elements + others
        var references: [Int: SignatureParts.Reference] = [:]
        for reference in parts.references {
            let target = targets.firstIndex { reference.leads(to: $0, identifiers) }
            guard let target, references.updateValue(reference, forKey: target) == nil else {
                throw XMLFault(.signatureReference, reference.element.path + "/@URI", found: reference.uri ?? "nothing")
            }
        }
        for (index, element) in elements.enumerated() where references[index] == nil {
            throw XMLFault(.signatureReference, path, expected: "a Reference to \(element.path)")
        }
        let certificate = try parts.verifyValue(trusting: trusted, policy)
        var signed: [SignedElement] = []
        for (index, element) in targets.enumerated() {
            guard let reference = references[index] else { continue }
            signed.append(try parts.verify(reference, over: element, certificate))
        }
        return signed
    }
}

extension SignatureParts {
    /// Before any digest: only a trusted key may make us compute more.
    fileprivate func verifyValue(trusting trusted: [Certificate], _ policy: SignaturePolicy) throws(XMLFault)
        -> Certificate
    {
        let octets = try signedInfo.canonical(inclusive: signedInfoPrefixes)
        return try signer(among: candidates(among: trusted), for: algorithm, policy, at: signature.path) { key in
            key.isValid(value, over: octets, algorithm)
        }
    }

    fileprivate func verify(
        _ reference: Reference, over element: Element, _ certificate: Certificate
    ) throws(XMLFault) -> SignedElement {
        let content = try element.canonical(inclusive: reference.prefixes)
        guard reference.digest.hash(content) == reference.digestValue else { throw XMLFault(.digest, element.path) }
        return SignedElement(element: element, certificate: certificate, algorithm: algorithm)
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
    return try signer(among: trusted, for: algorithm, policy, at: "Signature") { key in
        key.isValid(inQuery: signature, over: octets, algorithm)
    }
}

/// The first of the candidates over whose key the signature was made.
private func signer(
    among candidates: [Certificate], for algorithm: SignatureAlgorithm, _ policy: SignaturePolicy, at path: String,
    _ isValid: (PublicKey) -> Bool
) throws(XMLFault) -> Certificate {
    guard !candidates.isEmpty else { throw XMLFault(.keyUnknown, path) }
    var weakness: XMLFault?
    var isTried = false
    for candidate in candidates {
        do {
            try candidate.publicKey.check(for: algorithm, policy, at: path)
            isTried = true
            if isValid(candidate.publicKey) { return candidate }
        } catch {
            weakness = error
        }
    }
    // A weak key among others says nothing of a signature that none of them made.
    throw (isTried ? nil : weakness) ?? XMLFault(.signatureValue, path)
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
