// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import Testing

/// Whoever has seen a message and holds no key: no change makes it say something else.
@Suite("Altered messages")
struct MutationTests {
    /// Changes to a message of each kind, so that there are 10,000 and some.
    static let count = 10_000 / SignedKind.allCases.count + 1

    /// Another in each run. `PUENTE_SEED` makes a run again.
    static let seed =
        ProcessInfo.processInfo.environment["PUENTE_SEED"].flatMap(Int.init) ?? .random(in: 0..<1_000_000_000)

    @Test(
        "A message that was altered anywhere is refused by a rule, or still says the same",
        arguments: SignedKind.allCases)
    func altered(kind: SignedKind) throws {
        let message = try kind.message()
        let honest = try message.read(message.octets)
        let document = Mutable(message.octets)
        print("Altered messages: PUENTE_SEED=\(Self.seed) makes these \(Self.count) of \(kind) again.")
        var random = Seeded(Self.seed)
        var rules: Set<Rule> = []
        for number in 1...Self.count {
            let mutation = document.mutation(&random)
            let rule = try brokenRule {
                let read = try message.read(mutation.applied(to: message.octets))
                #expect(read == honest, Self.comment(kind, number, mutation))
            }
            #expect(rule != .ownFailure, Self.comment(kind, number, mutation))
            if let rule { rules.insert(rule) }
        }
        #expect(rules.count > 2)
    }

    private static func comment(_ kind: SignedKind, _ number: Int, _ mutation: Mutation) -> Comment {
        "PUENTE_SEED=\(seed), \(kind), number \(number): \(mutation)"
    }
}
