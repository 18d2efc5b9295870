// SPDX-License-Identifier: EUPL-1.2
import Federation
import Testing

@Suite("Support codes")
struct SupportCodeTests {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    private static let seeds: [UInt64] = [0, 1, 0x7_FFFF_FFFF, 0x1_2345_6789, 0x5_A5A5_A5A5, 0x2_DEAD_BEEF, .max]

    private func characters(of code: SupportCode) -> [Character] {
        code.description.filter { $0 != "-" }
    }

    @Test("A code is two groups of four speakable characters", arguments: seeds)
    func form(seed: UInt64) {
        let text = SupportCode(random: seed).description
        #expect(text.count == 9)
        #expect(text.split(separator: "-").map(\.count) == [4, 4])
        #expect(text.allSatisfy { $0 == "-" || Self.alphabet.contains($0) })
    }

    @Test("A code reads back as itself, however it is written", arguments: seeds)
    func roundTrip(seed: UInt64) {
        let code = SupportCode(random: seed)
        let text = code.description
        #expect(SupportCode(parsing: text) == code)
        #expect(SupportCode(parsing: text.lowercased()) == code)
        #expect(SupportCode(parsing: text.filter { $0 != "-" }) == code)
        #expect(SupportCode(parsing: " " + text.map { "\($0) " }.joined() + "\n") == code)
        let carelessly = text.map { $0 == "0" ? "O" : $0 == "1" ? "l" : $0 }
        #expect(SupportCode(parsing: String(carelessly)) == code)
    }

    @Test("One wrong character is always noticed", arguments: seeds)
    func singleErrors(seed: UInt64) {
        let good = characters(of: SupportCode(random: seed))
        for position in good.indices {
            for other in Self.alphabet where other != good[position] {
                var bad = good
                bad[position] = other
                #expect(SupportCode(parsing: String(bad)) == nil)
            }
        }
    }

    @Test("Two characters that changed places are always noticed", arguments: seeds)
    func transpositions(seed: UInt64) {
        let good = characters(of: SupportCode(random: seed))
        for first in good.indices {
            for second in good.indices where good[first] != good[second] {
                var bad = good
                bad.swapAt(first, second)
                #expect(SupportCode(parsing: String(bad)) == nil)
            }
        }
    }

    @Test("All the 35 bits count")
    func allBits() {
        let codes = Set((0..<35).map { SupportCode(random: 1 << $0) })
        #expect(codes.count == 35)
        #expect(!codes.contains(SupportCode(random: 0)))
    }

    @Test(
        "What is no code is refused",
        arguments: ["", "0000", "0000-000", "0000-00000", "U000-0000", "０000-0000", "0000-000é", "----"])
    func refused(text: String) {
        #expect(SupportCode(parsing: text) == nil)
    }
}
