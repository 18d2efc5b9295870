// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import XMLSecurity

extension Element {
    /// Who signed this element, a document about peers: somebody who is pinned, or whose certificate chains to a pin.
    ///
    /// - Returns: `nil` if it is unsigned and may be. A signature that is there must be good all the same.
    /// - Spec: eIDAS Interoperability Architecture 1.4 §6.3; dossier M-10 to M-17.
    func signer(
        pins: [Certificate], allowsUnsigned: Bool, policy: SignaturePolicy, confirmedBy reader: (any SecondReader)?,
        at now: Date
    ) throws(Rejection) -> Certificate? {
        guard !children(Namespace.ds("Signature")).isEmpty else {
            guard allowsUnsigned else {
                throw Rejection(.metadataSignature, path, expected: "a signature", found: "nothing")
            }
            return nil
        }
        return try signer(pins: pins, at: now) { trusted throws(XMLFault) in
            try verifySignature(trusting: trusted, policy: policy, confirmedBy: reader).certificate
        }
    }

    /// - Parameter verify: says whose signature it is, among the certificates to trust.
    func signer(
        pins: [Certificate], at now: Date, _ verify: ([Certificate]) throws(XMLFault) -> Certificate
    ) throws(Rejection) -> Certificate {
        let signer = try trustedSigner(pins: pins, at: now) { trusted throws(XMLFault) in
            try verify(trusted.servingFirst(at: now))
        }
        if let refusal = refusal(of: signer, at: now) { throw refusal }
        return signer
    }

    private func trustedSigner(
        pins: [Certificate], at now: Date, _ verify: ([Certificate]) throws(XMLFault) -> Certificate
    ) throws(Rejection) -> Certificate {
        let shown = signatureCertificates
        // A pinned certificate needs no chain, and to read certificates is slow.
        if let first = shown.first, pins.contains(where: { $0.der == first }) {
            do throws(XMLFault) { return try verify(pins) } catch {
                let isOnlyOne = shown.allSatisfy { der in pins.contains { $0.der == der } }
                guard error.kind != .secondOpinion, !isOnlyOne else { throw badSignature(error, nil) }
            }
        }
        // Whose they are is not said by their order (XML Signature 1.1 §4.5.4).
        let signers = shown.compactMap { try? Certificate(der: $0) }
        var (trusted, refused): ([Certificate], Rejection?) = (pins, nil)
        for leaf in signers where !pins.contains(leaf) {
            if let refusal = refusal(of: leaf, through: signers.filter { $0 != leaf }, to: pins, at: now) {
                // An authority that is shown as a link of somebody's chain is not expected to have signed.
                let isLink = signers.contains { $0 != leaf && $0.issuer == leaf.subject }
                refused = refused ?? (isLink ? nil : refusal)
            } else {
                trusted.append(leaf)
            }
        }
        do { return try verify(trusted) } catch {
            // Only where nobody who is trusted has made the signature, those who are not are the cause.
            let isCause = [.signatureValue, .keyUnknown, .keyWeak].contains(error.kind)
            throw (isCause ? refused : nil) ?? badSignature(error, signers.first)
        }
    }

    /// Why whoever shows a certificate is not believed for it; `nil` if they are.
    private func refusal(
        of leaf: Certificate, through others: [Certificate], to pins: [Certificate], at now: Date
    ) -> Rejection? {
        if let refusal = refusal(of: leaf, at: now) { return refusal }
        guard leaf.chains(to: pins, through: others, at: now) else {
            return refusal(
                of: leaf, "a pinned signer, or one whose certificate chains to a pin", "no chain of valid certificates")
        }
        return nil
    }

    /// Why a certificate makes nobody a signer now; `nil` if it does.
    private func refusal(of signer: Certificate, at now: Date) -> Rejection? {
        guard signer.isValid(at: now) else {
            return refusal(
                of: signer, "a signer's certificate that is valid",
                now < signer.notBefore
                    ? "one from \(Instant.write(signer.notBefore)) on"
                    : "one that ended \(Instant.write(signer.notAfter))")
        }
        guard signer.maySign else {
            return refusal(of: signer, "a signer's certificate for signatures", "one with another key usage")
        }
        return nil
    }

    private func refusal(of signer: Certificate, _ expected: String, _ found: String) -> Rejection {
        Rejection(.metadataSignature, path, expected: expected, found: found + ", signer \(signer.subject)")
    }

    func badSignature(_ fault: XMLFault, _ shown: Certificate?) -> Rejection {
        Rejection(
            fault.kind == .secondOpinion ? .signatureSecondOpinion : .metadataSignature, fault.element ?? path,
            expected: fault.expected ?? "a signature of a pinned certificate",
            found: fault.found ?? shown.map { "\(fault.kind), signer \($0.subject)" } ?? "\(fault.kind)")
    }

    /// The certificates that the signature of this element shows: claims, to be chained to a pin or thrown away.
    var shownSigners: [Certificate] { signatureCertificates.compactMap { try? Certificate(der: $0) } }

    /// Their octets; ten at most.
    private var signatureCertificates: [[UInt8]] {
        Array(
            children(Namespace.ds("Signature")).flatMap { $0.children(Namespace.ds("KeyInfo")) }
                .flatMap(\.shownCertificates).prefix(10))
    }

    /// The octets of each X509Certificate of this KeyInfo.
    var shownCertificates: [[UInt8]] {
        children(Namespace.ds("X509Data")).flatMap { $0.children(Namespace.ds("X509Certificate")) }
            .compactMap(\.base64)
    }
}

/// HTTPS, or plain HTTP on this very machine, as tests and demonstrations use it.
func isWebAddress(_ location: String, limit: Int) -> Bool {
    // Foundation escapes the others by itself, so that it would take what no browser is sent to.
    guard location.utf8.count <= limit, location.utf8.allSatisfy(isAddressOctet),
        let url = URLComponents(string: location), let host = url.host, !host.isEmpty,
        url.user == nil
    else { return false }
    let scheme = url.scheme?.lowercased()
    return scheme == "https" || (scheme == "http" && ["localhost", "127.0.0.1", "[::1]", "::1"].contains(host))
}

/// Printable ASCII without the characters that no address contains (RFC 3986 §2). A backslash, for one, is a slash to
/// browsers.
public func isAddressOctet(_ octet: UInt8) -> Bool {
    (0x21...0x7E).contains(octet) && !#""<>\^`{|}"#.utf8.contains(octet)
}
