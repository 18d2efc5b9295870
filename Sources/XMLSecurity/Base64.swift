// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

/// Base64 with the standard alphabet and padding (RFC 4648 §4), strict when reading.
public enum Base64 {
    public static func encode(_ bytes: [UInt8]) -> String {
        guard !bytes.isEmpty else { return "" }
        return String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4 + 1) { buffer in
            Int(EVP_EncodeBlock(buffer.baseAddress, bytes, Int32(bytes.count)))
        }
    }

    /// Decodes text in which the white space of XML (blank, tab, CR, LF) may stand anywhere, as `xs:base64Binary` allows.
    /// - Returns: `nil` for any other character, wrong padding, or bits that are not zero behind the last octet.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        text.withContiguousStorageIfAvailable(decode) ?? Array(text).withUnsafeBufferPointer(decode)
    }

    public static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8(decode)
    }

    static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        table.withUnsafeBufferPointer { decode(text, $0) }
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>, _ table: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var valid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { buffer, count in
            var bits: UInt32 = 0
            var digits = 0
            var padding = 0
            var (index, written) = (0, 0)
            defer { count = written }
            while index < text.count {
                // Four digits at a time, which is how all but the ends of lines and of the text are read.
                while digits & 3 == 0, padding == 0, index + 4 <= text.count {
                    let (a, b) = (table[Int(text[index])], table[Int(text[index + 1])])
                    let (c, d) = (table[Int(text[index + 2])], table[Int(text[index + 3])])
                    guard a | b | c | d < 64 else { break }
                    buffer[written] = a << 2 | b >> 4
                    buffer[written + 1] = b << 4 | c >> 2
                    buffer[written + 2] = c << 6 | d
                    written += 3
                    index += 4
                }
                guard index < text.count else { break }
                let octet = text[index]
                let value = table[Int(octet)]
                index += 1
                if value < 64 {
                    guard padding == 0 else {
                        valid = false
                        return
                    }
                    bits = bits << 6 | UInt32(value)
                    digits += 1
                    if digits & 3 == 0 {
                        buffer[written] = UInt8(truncatingIfNeeded: bits >> 16)
                        buffer[written + 1] = UInt8(truncatingIfNeeded: bits >> 8)
                        buffer[written + 2] = UInt8(truncatingIfNeeded: bits)
                        written += 3
                    }
                } else if octet == UInt8(ascii: "=") {
                    padding += 1
                } else if value != space {
                    valid = false
                    return
                }
            }
            switch (digits & 3, padding) {
            case (0, 0): return
            case (2, 2) where bits & 0xF == 0:
                buffer[written] = UInt8(truncatingIfNeeded: bits >> 4)
                written += 1
            case (3, 1) where bits & 0x3 == 0:
                buffer[written] = UInt8(truncatingIfNeeded: bits >> 10)
                buffer[written + 1] = UInt8(truncatingIfNeeded: bits >> 2)
                written += 2
            default: valid = false
            }
        }
        return valid ? bytes : nil
    }

    private static let space: UInt8 = 0xFE
    private static let table: [UInt8] = {
        var table = [UInt8](repeating: 0xFF, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, octet) in alphabet.utf8.enumerated() { table[Int(octet)] = UInt8(value) }
        for octet in " \t\r\n".utf8 { table[Int(octet)] = space }
        return table
    }()
}
