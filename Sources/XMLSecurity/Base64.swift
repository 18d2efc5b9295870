// SPDX-License-Identifier: EUPL-1.2

/// Base64 with the standard alphabet and padding (RFC 4648 §4), strict when reading.
public enum Base64 {
    public static func encode(_ bytes: [UInt8]) -> String {
        guard !bytes.isEmpty else { return "" }
        return String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { buffer in
            bytes.withUnsafeBufferPointer { encode($0, into: buffer) }
        }
    }

    /// Decodes text in which the white space of XML (blank, tab, CR, LF) may stand anywhere but within the padding, as
    /// `xs:base64Binary` allows; within the padding, which it also allows, Santuario reads none.
    /// - Returns: `nil` for any other character, wrong padding, or bits that are not zero behind the last octet.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        text.withContiguousStorageIfAvailable(decode) ?? Array(text).withUnsafeBufferPointer(decode)
    }

    public static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8(decode)
    }

    static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var isValid = false
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { buffer, count in
            Tables.shared.withDigits { digits in
                var reader = Base64Reader(digits: digits, output: buffer)
                isValid = reader.read(text) && reader.finish()
                count = reader.written
            }
        }
        return isValid ? bytes : nil
    }

    private static func encode(_ bytes: UnsafeBufferPointer<UInt8>, into text: UnsafeMutableBufferPointer<UInt8>) -> Int
    {
        Tables.shared.withPairs { pairs in
            let whole = bytes.count / 3 * 3
            var (index, written) = (0, 0)
            func put(_ triple: Int) {
                let (first, second) = (pairs[triple >> 12], pairs[triple & 0xFFF])
                text[written] = UInt8(truncatingIfNeeded: first)
                text[written + 1] = UInt8(truncatingIfNeeded: first >> 8)
                text[written + 2] = UInt8(truncatingIfNeeded: second)
                text[written + 3] = UInt8(truncatingIfNeeded: second >> 8)
                written += 4
            }
            while index < whole {
                put(Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2]))
                index += 3
            }
            let rest = bytes.count - whole
            guard rest > 0 else { return written }
            put(Int(bytes[whole]) << 16 | (rest == 2 ? Int(bytes[whole + 1]) << 8 : 0))
            for place in 1...(3 - rest) { text[written - place] = UInt8(ascii: "=") }
            return written
        }
    }

    fileprivate static let space: UInt8 = 0xFE

    /// What a digit is worth, and how two digits are written.
    private struct Tables {
        private var digits = [UInt8](repeating: 0xFF, count: 256)
        private var pairs: [UInt16] = []

        static let shared = Tables()

        private init() {
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
            for (value, octet) in alphabet.enumerated() { digits[Int(octet)] = UInt8(value) }
            for octet in " \t\r\n".utf8 { digits[Int(octet)] = space }
            for first in alphabet { for second in alphabet { pairs.append(UInt16(first) | UInt16(second) << 8) } }
        }

        func withDigits<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R { digits.withUnsafeBufferPointer(body) }
        func withPairs<R>(_ body: (UnsafeBufferPointer<UInt16>) -> R) -> R { pairs.withUnsafeBufferPointer(body) }
    }
}

private struct Base64Reader {
    let digits: UnsafeBufferPointer<UInt8>
    let output: UnsafeMutableBufferPointer<UInt8>
    private(set) var written = 0
    private var bits: UInt32 = 0
    private var count = 0
    private var padding = 0
    private var isPaddingOver = false

    init(digits: UnsafeBufferPointer<UInt8>, output: UnsafeMutableBufferPointer<UInt8>) {
        self.digits = digits
        self.output = output
    }

    mutating func read(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        while index < text.count {
            if count == 0, padding == 0 { readQuads(text, &index) }
            guard index < text.count else { return true }
            guard read(text[index]) else { return false }
            index += 1
        }
        return true
    }

    /// Four digits at a time, which is how all but the ends of lines and of the text are read.
    private mutating func readQuads(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) {
        guard var to = output.baseAddress.map({ $0 + written }), let start = text.baseAddress.map({ $0 + index }) else {
            return
        }
        var from = start
        let end = start + (text.count - index) / 4 * 4
        while from < end {
            let (a, b) = (digits[Int(from[0])], digits[Int(from[1])])
            let (c, d) = (digits[Int(from[2])], digits[Int(from[3])])
            guard a | b | c | d < 64 else { break }
            to[0] = a &<< 2 | b &>> 4
            to[1] = b &<< 4 | c &>> 2
            to[2] = c &<< 6 | d
            (to, from) = (to + 3, from + 4)
        }
        let read = from - start
        (index, written) = (index + read, written + read / 4 * 3)
    }

    private mutating func read(_ octet: UInt8) -> Bool {
        let value = digits[Int(octet)]
        if value == Base64.space {
            isPaddingOver = padding > 0
            return true
        }
        if octet == UInt8(ascii: "=") {
            padding += 1
            return !isPaddingOver
        }
        guard value < 64, padding == 0 else { return false }
        bits = bits << 6 | UInt32(value)
        count += 1
        if count == 4 {
            put(bits >> 16, bits >> 8, bits)
            count = 0
        }
        return true
    }

    /// What is left: nothing, or two or three digits and their padding.
    mutating func finish() -> Bool {
        switch (count, padding) {
        case (0, 0): return true
        case (2, 2) where bits & 0xF == 0: put(bits >> 4)
        case (3, 1) where bits & 0x3 == 0: put(bits >> 10, bits >> 2)
        default: return false
        }
        return true
    }

    private mutating func put(_ octets: UInt32...) {
        for octet in octets {
            output[written] = UInt8(truncatingIfNeeded: octet)
            written += 1
        }
    }
}
