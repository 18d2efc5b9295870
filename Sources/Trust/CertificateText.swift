// SPDX-License-Identifier: EUPL-1.2
import Foundation
import XMLSecurity
import YAMLText

/// The forms in which an operator may give a certificate, brought to DER.
enum CertificateText {
    /// Says what was found instead of a certificate, without quoting it: it may be a key.
    struct Problem: Error, Hashable {
        let found: String
        let advice: String
    }

    /// - Parameter octets: DER, or text that holds one PEM block or nothing but Base64 of DER.
    static func der(from octets: Data) throws(Problem) -> Data {
        if octets.first == 0x30 { return octets }
        guard String(validating: octets, as: UTF8.self) != nil else {
            throw Problem(found: "neither PEM nor DER", advice: "Export the certificate as PEM.")
        }
        return try octets.contains("-----BEGIN ") ? fromPEM(octets) : fromBase64(octets)
    }

    /// Whether this is the certificate in the files that come with Puente, which stands for one that is not known yet.
    static func isSample(_ der: Data) -> Bool { der.contains("Sample to be replaced") }

    private static func fromPEM(_ text: Data) throws(Problem) -> Data {
        if text.contains("PRIVATE KEY-----") {
            throw Problem(
                found: "a private key",
                advice: "Write the certificate; if this key was ever sent to you, tell its owner to replace it.")
        }
        let blocks = text.parts(between: "-----BEGIN CERTIFICATE-----").dropFirst()
        guard blocks.count == 1, let block = blocks.first else {
            throw Problem(
                found: blocks.isEmpty ? "PEM of another kind" : "\(blocks.count) certificates",
                advice:
                    "Write one block that begins with -----BEGIN CERTIFICATE-----; each further one is an entry of its own."
            )
        }
        let parts = block.parts(between: "-----END CERTIFICATE-----")
        guard parts.count == 2 else {
            throw Problem(found: "PEM without its last line", advice: "Add -----END CERTIFICATE-----.")
        }
        return try fromBase64(parts[0])
    }

    private static func fromBase64(_ text: Data) throws(Problem) -> Data {
        guard let der = Base64.decode(text), !der.isEmpty else {
            throw Problem(found: "text that is not Base64", advice: "Copy the certificate again, whole.")
        }
        return Data(der)
    }
}

extension Data {
    fileprivate func contains(_ text: String) -> Bool { range(of: Data(text.utf8)) != nil }

    /// What stands before, between and behind each occurrence of a text.
    fileprivate func parts(between text: String) -> [Data] {
        let mark = Data(text.utf8)
        var (parts, start) = ([Data](), startIndex)
        while let found = range(of: mark, in: start..<endIndex) {
            parts.append(self[start..<found.lowerBound])
            start = found.upperBound
        }
        return parts + [self[start...]]
    }
}

extension YAMLValue {
    /// One certificate as DER: PEM in a block scalar, Base64 of DER, or `file:` with the path of PEM or DER.
    func certificate(_ rules: RegistryRules) -> Data? {
        guard let (value, octets) = certificateOctets() else { return nil }
        do {
            let der = try CertificateText.der(from: octets)
            try check(der, rules)
            return der
        } catch {
            value.fault(expected: "an X.509 certificate", found: error.found, advice: error.advice)
            return nil
        }
    }

    private func check(_ der: Data, _ rules: RegistryRules) throws(CertificateText.Problem) {
        do {
            try rules.checkCertificate(der)
        } catch {
            let reason = (error as? XMLFault)?.expected.map { "it is not \($0)" } ?? "\(error)"
            throw CertificateText.Problem(
                found: "one that cannot be used (\(reason))", advice: "Ask the owner for the certificate again.")
        }
    }

    func certificates(_ rules: RegistryRules, atLeast least: Int = 1) -> [Data] {
        distinct("certificates", atLeast: least) { $0.certificate(rules) }
    }

    private func certificateOctets() -> (YAMLValue, Data)? {
        guard isMap else { return string("a certificate, or file: and a path").map { (self, Data($0.utf8)) } }
        let file = map { $0.required("file") }
        guard let file, let octets = file.fileContents(limit: 65536) else { return nil }
        return (file, octets)
    }
}
