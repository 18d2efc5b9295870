// SPDX-License-Identifier: EUPL-1.2
import Attacks
import Federation
import Foundation
import PuenteTestKit
import Testing

@Suite("The corpus of attacks")
struct CorpusTests {
    @Test("The classes are those of the threat model, each with a title")
    func classes() throws {
        let model = String(decoding: try Repository.octets("Docs/threat-model.md"), as: UTF8.self)
        #expect(AttackClass.all.count == 133)
        #expect(Set(AttackClass.all.map(\.id)).count == 133)
        for attack in AttackClass.all {
            #expect(!attack.title.isEmpty && attack.title.count <= 60, "\(attack.id)")
            #expect(model.contains(attack.id) || Self.isInRange(attack.id, of: model), "\(attack.id)")
        }
    }

    /// `A01–A06`
    private static func isInRange(_ id: String, of model: String) -> Bool {
        model.matches(of: /([A-H])(\d\d)–[A-H](\d\d)/).contains { range in
            guard let first = Int(range.2), let last = Int(range.3), let number = Int(id.dropFirst()) else {
                return false
            }
            return id.hasPrefix(range.1) && (first...last).contains(number)
        }
    }

    @Test("Every sample belongs to a class, and no two of a class and role are called the same")
    func samples() {
        let known = Set(AttackClass.all.map(\.id))
        for sample in Corpus.samples { #expect(known.contains(sample.attackClass), "\(sample)") }
        let names = Corpus.samples.map(\.description)
        #expect(names.count == Set(names).count)
    }

    @Test("Words choose samples by class, role and title, in any case")
    func matching() {
        #expect(Corpus.samples(matching: []).count == Corpus.samples.count)
        let chosen = Corpus.samples(matching: ["a01 GATEWAY"])
        #expect(!chosen.isEmpty && chosen.allSatisfy { $0.attackClass == "A01" && $0.role == .gateway })
        #expect(Corpus.samples(matching: ["no such words"]).isEmpty)
    }
}
