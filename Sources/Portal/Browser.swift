// SPDX-License-Identifier: EUPL-1.2
import HTTPTypes
import XMLSecurity

/// The cookie that ties exchanges to one browser: 128 random bits that nobody else knows.
///
/// One for all exchanges of a browser, so that several tabs work; the exchange keeps only its digest. The answer comes back
/// from another site by POST, so that the cookie must be `SameSite=None` wherever there is TLS.
struct BrowserKey: Sendable {
    let secret: String

    /// What an exchange keeps.
    var digest: String { DigestAlgorithm.sha256.hash(Array(secret.utf8)).hexadecimal }

    init() throws(XMLFault) { secret = try randomBytes(16).hexadecimal }

    /// Reads the cookie of a request; `nil` if there is none, or it is none of ours.
    init?(_ header: String?, isSecure: Bool) {
        let name = Self.name(isSecure: isSecure)
        let values = (header ?? "").utf8.split(separator: UInt8(ascii: ";")).compactMap { pair -> Substring? in
            let parts = pair.drop { $0 == UInt8(ascii: " ") }.split(separator: UInt8(ascii: "="), maxSplits: 1)
            return parts.count == 2 && parts[0].elementsEqual(name.utf8) ? Substring(parts[1]) : nil
        }
        // Two of the same name: somebody planted one (cookie tossing).
        guard values.count == 1, values[0].utf8.count == 32, values[0].utf8.allSatisfy(Self.isHex) else { return nil }
        secret = String(values[0])
    }

    func setCookie(isSecure: Bool) -> String {
        let attributes = isSecure ? "; Secure; SameSite=None" : "; SameSite=Lax"
        return "\(Self.name(isSecure: isSecure))=\(secret); Path=/; HttpOnly" + attributes
    }

    private static func name(isSecure: Bool) -> String { isSecure ? "__Host-puente" : "puente" }
    private static func isHex(_ octet: UInt8) -> Bool { (48...57).contains(octet) || (97...102).contains(octet) }
}
