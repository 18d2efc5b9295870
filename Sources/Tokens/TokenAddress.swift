// SPDX-License-Identifier: EUPL-1.2
import XMLSecurity

/// Which key in which token: a PKCS#11 URI.
///
/// - Spec: RFC 7512 §2.3.
public struct TokenAddress: Hashable, Sendable {
    /// What the token has to say of itself; what is not named may be anything.
    var token: [Label: String] = [:]
    var object: String?
    var id: [UInt8]?

    enum Label: String, Hashable, Sendable { case token, manufacturer, model, serial }

    /// - Returns: `nil` if it is no URI of a private key, says nothing of the token, or nothing of the key in it (`object` or
    ///   `id`), or holds what we do not know: a name with a slip in it must not find another key.
    public init?(_ uri: String) {
        guard uri.hasPrefix("pkcs11:"), !uri.contains("?") else { return nil }
        for pair in uri.dropFirst("pkcs11:".count).split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let octets = Self.octets(parts[1]),
                let text = String(validating: octets, as: UTF8.self)
                    ?? (parts[0] == "id" ? "" : nil)
            else { return nil }
            switch parts[0] {
            case "object": object = text
            case "id": id = octets
            case "type": guard text == "private" else { return nil }
            default:
                guard let label = Label(rawValue: String(parts[0])) else { return nil }
                token[label] = text
            }
        }
        guard !token.isEmpty, object != nil || id != nil else { return nil }
    }

    private static func octets(_ text: Substring) -> [UInt8]? {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.popFirst() {
            guard first == UInt8(ascii: "%") else {
                octets.append(first)
                continue
            }
            guard rest.count >= 2, let octet = [UInt8](hexadecimal: rest.prefix(2)) else { return nil }
            octets += octet
            rest = rest.dropFirst(2)
        }
        return octets
    }
}
