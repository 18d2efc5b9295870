// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// The log of a node that we started, a line of JSON for each entry.
public actor Journal {
    private let url: URL
    private let file: FileHandle
    private var rest = Data()

    init(_ url: URL) throws {
        self.url = url
        file = try FileHandle(forReadingFrom: url)
    }

    /// Everything that was written so far.
    func text() throws -> String { String(decoding: try Data(contentsOf: url), as: UTF8.self) }

    private struct Line: Decodable {
        let message: String
        let rule: String?
        let support: String?
    }

    /// Passes over what was written before.
    func skip() { _ = lines() }

    /// The rule by which the node turned something away since ``skip()``; by the support code where the page has one.
    func rule(of reply: Reply) async throws -> String? {
        let support = reply.supportCode
        var seen: [Line] = []
        // The line is written before the answer leaves; whoever was turned away without one gets none.
        for _ in 0..<(support == nil ? 1 : 40) {
            seen += lines()
            let found = seen.last { line in
                line.rule != nil
                    && (support == nil ? Self.decisions.contains(line.message) : line.support == support)
            }
            if let found { return found.rule }
            try await Task.sleep(for: .milliseconds(25))
        }
        return nil
    }

    private static let decisions = ["turned away", "answer not accepted", "answer not sent", "request not served"]

    private func lines() -> [Line] {
        rest += (try? file.readToEnd()) ?? Data()
        var found: [Line] = []
        while let end = rest.firstIndex(of: 10) {
            if let line = try? JSONDecoder().decode(Line.self, from: rest[..<end]) { found.append(line) }
            rest = rest[rest.index(after: end)...]
        }
        return found
    }
}
