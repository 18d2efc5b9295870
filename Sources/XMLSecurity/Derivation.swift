// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

/// HMAC-SHA-256 (RFC 2104): 32 octets.
///
/// - Throws: `.internalFailure`.
public func hmacSHA256(key: SecretOctets, _ data: [UInt8]) throws(XMLFault) -> [UInt8] {
    try checked(key.withUnsafeBytes { hmac($0, data) })
}

/// The same under a key that is held elsewhere too.
public func hmacSHA256(key: [UInt8], _ data: [UInt8]) throws(XMLFault) -> [UInt8] {
    try checked(key.withUnsafeBytes { hmac($0, data) })
}

private func checked(_ code: [UInt8]?) throws(XMLFault) -> [UInt8] {
    guard let code else { throw XMLFault(.internalFailure, expected: "an HMAC") }
    return code
}

private func hmac(_ key: UnsafeRawBufferPointer, _ data: [UInt8]) -> [UInt8]? {
    var code = [UInt8](repeating: 0, count: 32)
    var length = 0
    let made = EVP_Q_mac(
        nil, "HMAC", nil, "SHA256", nil, key.baseAddress, key.count, data, data.count, &code, code.count, &length)
    return made != nil && length == code.count ? code : nil
}

/// Base32 with the alphabet of RFC 4648 §6, without padding.
public enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    public static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var (bits, count) = (0, 0)
        for byte in bytes {
            (bits, count) = (bits << 8 | Int(byte), count + 8)
            while count >= 5 {
                count -= 5
                text.append(alphabet[bits >> count & 31])
            }
            bits &= (1 << count) - 1
        }
        if count > 0 { text.append(alphabet[bits << (5 - count) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }
}
