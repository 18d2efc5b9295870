// SPDX-License-Identifier: EUPL-1.2

/// AES with any mode around it, and nothing that would make it fit for use: it takes a time that depends on its input.
struct BareAES {
    private let roundKeys: [[UInt8]]

    private static let substitutes: [UInt8] = {
        var table = [UInt8](repeating: 0x63, count: 256)
        var (power, inverse): (UInt8, UInt8) = (1, 1)
        repeat {
            power ^= doubled(power)
            inverse ^= inverse << 1
            inverse ^= inverse << 2
            inverse ^= inverse << 4
            if inverse & 0x80 != 0 { inverse ^= 0x09 }
            let turned = (1...4).map { inverse << $0 | inverse >> (8 - $0) }
            table[Int(power)] = turned.reduce(inverse, ^) ^ 0x63
        } while power != 1
        return table
    }()

    private static func doubled(_ octet: UInt8) -> UInt8 { octet << 1 ^ (octet & 0x80 != 0 ? 0x1B : 0) }

    /// - Parameter key: of 16, 24 or 32 octets.
    init(key: [UInt8]) {
        let width = key.count / 4
        var words = (0..<width).map { Array(key[4 * $0..<4 * $0 + 4]) }
        var constant: UInt8 = 1
        for index in width..<4 * (width + 7) {
            var word = words[index - 1]
            if index % width == 0 {
                word = [word[1], word[2], word[3], word[0]].map { Self.substitutes[Int($0)] }
                word[0] ^= constant
                constant = Self.doubled(constant)
            } else if width > 6, index % width == 4 {
                word = word.map { Self.substitutes[Int($0)] }
            }
            words.append(zip(words[index - width], word).map { $0 ^ $1 })
        }
        roundKeys = stride(from: 0, to: words.count, by: 4).map { Array(words[$0..<$0 + 4].joined()) }
    }

    /// One block of 16 octets.
    func encrypt(_ block: [UInt8]) -> [UInt8] {
        var state = zip(block, roundKeys[0]).map { $0 ^ $1 }
        for (round, key) in roundKeys.enumerated().dropFirst() {
            // Substituted, and each row turned by its number.
            let turned = (0..<16).map { Self.substitutes[Int(state[($0 + 4 * ($0 % 4)) % 16])] }
            let isLast = round == roundKeys.count - 1
            state = (0..<16).map { place in
                guard !isLast else { return turned[place] ^ key[place] }
                let column = (0..<4).map { turned[place / 4 * 4 + (place + $0) % 4] }
                return Self.doubled(column[0]) ^ Self.doubled(column[1]) ^ column[1] ^ column[2] ^ column[3]
                    ^ key[place]
            }
        }
        return state
    }
}

extension BareAES {
    /// CBC with the padding of XML Encryption 1.1 §5.2: the last octet counts.
    func cbc(_ plain: [UInt8], iv: [UInt8], padding: UInt8? = nil) -> [UInt8] {
        let filling = 16 - plain.count % 16
        let padded = plain + [UInt8](repeating: 0, count: filling - 1) + [padding ?? UInt8(filling)]
        var (sealed, last) = (iv, iv)
        for start in stride(from: 0, to: padded.count, by: 16) {
            last = encrypt(zip(padded[start..<start + 16], last).map { $0 ^ $1 })
            sealed += last
        }
        return sealed
    }

    /// GCM with an IV of any length (NIST SP 800-38D §7.1): IV, cipher text, tag.
    func gcm(_ plain: [UInt8], iv: [UInt8]) -> [UInt8] {
        let key = Block(encrypt([UInt8](repeating: 0, count: 16)))
        let first = iv.count == 12 ? iv + [0, 0, 0, 1] : hash([], iv, key)
        var counter = first
        var sealed: [UInt8] = []
        for start in stride(from: 0, to: plain.count, by: 16) {
            Self.count(&counter)
            sealed += zip(plain[start..<min(start + 16, plain.count)], encrypt(counter)).map { $0 ^ $1 }
        }
        let tag = zip(hash(sealed, [], key), encrypt(first)).map { $0 ^ $1 }
        return iv + sealed + tag
    }

    /// RFC 3394 with the default initial value.
    func wrap(_ content: [UInt8]) -> [UInt8] {
        var head = [UInt8](repeating: 0xA6, count: 8)
        var parts = stride(from: 0, to: content.count, by: 8).map { Array(content[$0..<$0 + 8]) }
        for step in 0..<6 * parts.count {
            let block = encrypt(head + parts[step % parts.count])
            head = Array(block[..<8])
            head[7] ^= UInt8(step + 1)
            parts[step % parts.count] = Array(block[8...])
        }
        return head + parts.joined()
    }

    private static func count(_ counter: inout [UInt8]) {
        for place in (12..<16).reversed() {
            counter[place] &+= 1
            if counter[place] != 0 { return }
        }
    }

    /// GHASH over two texts, each filled up to whole blocks, of which one is empty; and their lengths.
    private func hash(_ sealed: [UInt8], _ iv: [UInt8], _ key: Block) -> [UInt8] {
        let text = sealed + iv
        let filled = text + [UInt8](repeating: 0, count: (16 - text.count % 16) % 16)
        let bits = (0..<8).map { UInt8(truncatingIfNeeded: (8 * text.count) >> (56 - 8 * $0)) }
        var sum = Block(high: 0, low: 0)
        let last = [UInt8](repeating: 0, count: 8) + bits
        for start in stride(from: 0, to: filled.count, by: 16) {
            sum = (sum ^ Block(Array(filled[start..<start + 16]))).times(key)
        }
        return (sum ^ Block(last)).times(key).octets
    }
}

/// An element of GF(2¹²⁸), as GCM writes it.
private struct Block {
    var high: UInt64
    var low: UInt64

    init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    init(_ octets: [UInt8]) {
        high = octets[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = octets[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    var octets: [UInt8] {
        [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) } }
    }

    static func ^ (a: Block, b: Block) -> Block { Block(high: a.high ^ b.high, low: a.low ^ b.low) }

    func times(_ other: Block) -> Block {
        var (product, shifted) = (Block(high: 0, low: 0), other)
        for bit in 0..<128 {
            let isSet = (bit < 64 ? high >> UInt64(63 - bit) : low >> UInt64(127 - bit)) & 1 == 1
            if isSet { product = product ^ shifted }
            let isOdd = shifted.low & 1 == 1
            shifted = Block(high: shifted.high >> 1, low: shifted.low >> 1 | shifted.high << 63)
            if isOdd { shifted.high ^= 0xE100_0000_0000_0000 }
        }
        return product
    }
}
