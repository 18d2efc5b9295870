// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import Testing

@Suite("Altered answers")
struct MutationTests {
    private static let snippets = [
        "<!-- -->", "<![CDATA[x]]>", "&#13;", "&amp;", " ", "\n", "<a/>", " xmlns=''", " xml:lang='es'", " Id='_1'",
        "\u{301}",
        "<?x y?>", "</", "=", "A",
    ].map { Array($0.utf8) }

    /// One octet replaced, removed or put in, or a snippet somewhere.
    private static func mutate(_ octets: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var octets = octets
        let index = Int.random(in: octets.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: octets[index] ^= .random(in: 1...255, using: &random)
        case 1: octets.remove(at: index)
        case 2: octets.insert(.random(in: 0...255, using: &random), at: index)
        default: octets.insert(contentsOf: snippets.randomElement(using: &random) ?? [], at: index)
        }
        return octets
    }

    @Test(
        "An answer that was altered anywhere is refused, or still says the same",
        arguments: 1...10 as ClosedRange<UInt64>)
    func altered(seed: UInt64) throws {
        let world = try World()
        let (_, exchange, question) = try world.ask()
        var answer = try NodeAnswer(.german, to: question)
        let octets = try answer.octets()
        let honest = try world.accept(answer, to: question, in: exchange)
        var random = SplitMix(state: seed)
        for _ in 0..<100 {
            let altered = Self.mutate(octets, &random)
            answer.editsOctets = { _ in altered }
            let rule = try brokenRule {
                let outcome = try world.accept(answer, to: question, in: exchange)
                #expect(outcome == honest)
            }
            #expect(rule != .ownFailure)
        }
    }
}

/// Random numbers that are the same in each run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
