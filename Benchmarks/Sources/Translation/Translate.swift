// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import SecondOpinion
import XMLSecurity

struct Translate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Translate one answer, in one thread, for each set of algorithms.",
        discussion: """
            Verify, decrypt, verify, read, admit, map, sign, encrypt, sign: legs 3 and 4 of the product without HTTP and
            store. CPU time of one message, set against the bare OpenSSL operations and the bare libxml2 operations of the
            same work, in turn in the same run; and against the same with a second opinion on both signatures.
            """)

    @Flag(help: "A fifth of the rounds.") var quick = false
    @Option(help: "One set only, such as rsa3072-pss-sha256.") var suite: String?

    func validate() throws {
        if let suite, Suite.named(suite) == nil {
            throw ValidationError("--suite: one of " + Suite.all.map(\.name).joined(separator: ", "))
        }
    }

    func run() throws {
        var table = Table(
            "translate one response", "messages/s/core", "CPU ms", "OpenSSL ms", "libxml2 ms", "rest / libxml2",
            "CPU / OpenSSL", "with second opinion", "x without")
        for suite in suite.flatMap(Suite.named).map({ [$0] }) ?? Suite.usual {
            let rows = try Contest(try works(suite), slice: 0.03).run(rounds: quick ? 15 : 75)
            let (raw, xml, ours, confirmed) = (median(rows, 0), median(rows, 1), median(rows, 2), median(rows, 3))
            table.add(
                suite.name, String(format: "%.0f", 1 / ours), milliseconds(ours), milliseconds(raw), milliseconds(xml),
                ratio(rows.map { ($0[2] - $0[0]) / $0[1] }.median), ratio(rows.map { $0[2] / $0[0] }.median),
                milliseconds(confirmed), ratio(rows.map { $0[3] / $0[2] }.median))
        }
        print(table.text)
    }

    private func median(_ rows: [[Double]], _ work: Int) -> Double { rows.map { $0[work] }.median }

    /// The bare cryptography, the bare XML, all of it, and all of it with a second opinion.
    private func works(_ suite: Suite) throws -> [Contest.Work] {
        let cast = try Cast(testKeysFor: suite)
        let corpus = try Corpus(suite, count: 16)
        let mapping = try World.mapping("clave2")
        let translators = try [nil, LibXMLSec1()].map { reader in
            try Translator(cast, .testKit, states: [corpus.state], mapping: mapping, confirmedBy: reader)
        }
        let raw = try RawBound(
            cast, signing: TestKeys(suite.signing).sender.key(), response: corpus.response.count,
            assertion: corpus.assertion.count)
        let xml = XMLBound(response: corpus.response, assertion: corpus.assertion)
        return [raw.translate, xml.translate]
            + translators.map { translator in
                var next = 0
                return {
                    next = (next + 1) % corpus.messages.count
                    _ = try translator.translate(corpus.messages[next], from: corpus.state, at: corpus.now)
                }
            }
    }
}

/// Answers of a node abroad: the minimum data set, assertion and response signed, AES-256-GCM.
struct Corpus {
    let now: Date
    let state: MemberState
    /// In Base64.
    let messages: [String]
    /// The octets of one of them.
    let response: [UInt8]
    /// What is encrypted in it.
    let assertion: [UInt8]

    init(_ suite: Suite, count: Int) throws {
        let world = try World()
        let (_, _, question) = try world.ask()
        var answer = try NodeAnswer(.german, to: question, loa: "http://eidas.europa.eu/LoA/high")
        answer.recipe = SignatureRecipe(TestKeys(suite.signing).sender, suite.algorithm)
        answer.assertionRecipe = answer.recipe
        answer.recipients = [try TestKeys(suite.encryption).ourEncryption.recipient(suite.transport)]
        now = world.now
        state = world.responder.country
        messages = try (0..<count).map { _ in Base64.encode(try answer.octets()) }
        response = try answer.octets()
        answer.recipients = []
        guard let content = try answer.content() else { throw Failure("no assertion") }
        assertion = content.serialized()
    }
}
