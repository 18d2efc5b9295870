// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// Digests that nobody may use any more.
enum OldDigest {
    static func sha1(_ message: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        for block in blocks(of: message, isBigEndian: true) {
            var words = block
            for index in 16..<80 {
                let mixed = words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]
                words.append(mixed.rolled(1))
            }
            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
            for index in 0..<80 {
                let (mixed, constant): (UInt32, UInt32) =
                    switch index / 20 {
                    case 0: (b & c | ~b & d, 0x5A82_7999)
                    case 1: (b ^ c ^ d, 0x6ED9_EBA1)
                    case 2: (b & c | b & d | c & d, 0x8F1B_BCDC)
                    default: (b ^ c ^ d, 0xCA62_C1D6)
                    }
                (a, b, c, d, e) = (a.rolled(5) &+ mixed &+ e &+ constant &+ words[index], a, b.rolled(30), c, d)
            }
            state = zip(state, [a, b, c, d, e]).map { $0 &+ $1 }
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
    }

    static func md5(_ message: [UInt8]) -> [UInt8] {
        let turns: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
        for words in blocks(of: message, isBigEndian: false) {
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            for index in 0..<64 {
                let (mixed, word): (UInt32, Int) =
                    switch index / 16 {
                    case 0: (b & c | ~b & d, index)
                    case 1: (d & b | ~d & c, (5 * index + 1) % 16)
                    case 2: (b ^ c ^ d, (3 * index + 5) % 16)
                    default: (c ^ (b | ~d), 7 * index % 16)
                    }
                let sum = a &+ mixed &+ sines[index] &+ words[word]
                (a, b, c, d) = (d, b &+ sum.rolled(turns[index / 16 * 4 + index % 4]), b, c)
            }
            state = zip(state, [a, b, c, d]).map { $0 &+ $1 }
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    private static let sines = (1...64).map { UInt32(abs(sin(Double($0))) * 4_294_967_296) }

    private static func blocks(of message: [UInt8], isBigEndian: Bool) -> [[UInt32]] {
        let zeros = (119 - message.count % 64) % 64
        let length = (0..<8).map {
            UInt8(truncatingIfNeeded: (8 * message.count) >> (isBigEndian ? 56 - 8 * $0 : 8 * $0))
        }
        let padded = message + [0x80] + [UInt8](repeating: 0, count: zeros) + length
        return stride(from: 0, to: padded.count, by: 64).map { start in
            stride(from: start, to: start + 64, by: 4).map { place in
                (0..<4).reduce(0) { $0 | UInt32(padded[place + $1]) << (isBigEndian ? 24 - 8 * $1 : 8 * $1) }
            }
        }
    }
}

extension UInt32 {
    fileprivate func rolled(_ bits: UInt32) -> UInt32 { self << bits | self >> (32 - bits) }
}
