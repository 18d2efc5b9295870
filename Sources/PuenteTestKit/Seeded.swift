// SPDX-License-Identifier: EUPL-1.2

/// Numbers that follow from a seed, for property tests (SplitMix64).
public struct Seeded: RandomNumberGenerator, Sendable {
    private var state: UInt64
    public init(_ seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension [UInt8] {
    /// One octet changed, taken out or put in.
    public func edited(_ random: inout Seeded) -> [UInt8] {
        var copy = self
        let index = Int.random(in: 0..<Swift.max(count, 1), using: &random)
        let octet = UInt8.random(in: 0x20...0x7E, using: &random)
        switch (copy.isEmpty, Int.random(in: 0..<3, using: &random)) {
        case (true, _): copy.append(octet)
        case (false, 0): copy[index] = octet
        case (false, 1): copy.remove(at: index)
        default: copy.insert(octet, at: index)
        }
        return copy
    }
}
