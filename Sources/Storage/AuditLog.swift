// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import XMLSecurity

/// The end of an audit trail. Every line holds its number and the digest of the line before, so whoever knows a later
/// end can tell that nothing before it was altered, removed, moved or added.
///
/// A trail that is cut off at its end, or written anew as a whole, looks sound by itself: compare its end with one that
/// was kept elsewhere.
public struct AuditChain: Hashable, Sendable {
    public static let empty = AuditChain(counter: 0, digest: "-")

    /// The number of the last line; the first line is 1.
    public let counter: Int
    /// SHA-256 of the last line without its line break, lower-case hexadecimal; `-` where there is no line.
    public let digest: String

    private init(counter: Int, digest: String) {
        self.counter = counter
        self.digest = digest
    }

    /// Reads an end as it is written down to be kept elsewhere: `1234:` and 64 hexadecimal digits.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let counter = Int(parts[0]), counter > 0, parts[1].utf8.count == 64,
            parts[1].utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        self.init(counter: counter, digest: String(parts[1]))
    }

    /// - Parameter line: the last line of a trail, whose number is `counter`.
    public init(endingWith line: String, counter: Int) {
        self.init(counter: counter, digest: DigestAlgorithm.sha256.hash(Array(line.utf8)).hexadecimal)
    }

    /// Moves on to the next line, and returns it: JSON with sorted keys and no line break.
    public mutating func append(_ event: AuditEvent) -> String {
        let line = event.line(counter: counter + 1, previous: digest)
        self = AuditChain(endingWith: line, counter: counter + 1)
        return line
    }
}

extension AuditChain {
    /// What is wrong with a trail, at the first line where it shows.
    public struct Fault: Error, Hashable, Sendable {
        public enum Reason: Hashable, Sendable {
            /// The line is no audit line.
            case unreadable
            /// Another line stands here: lines were removed, moved or added.
            case outOfPlace(found: Int)
            /// The text of the line is not the one that was written.
            case altered
            /// The trail ends before it.
            case missing
        }

        /// The number that the line has, or should have.
        public let line: Int
        public let reason: Reason
    }

    /// Checks lines that follow one another, and returns where they end, for comparison or to go on from.
    ///
    /// - Parameter start: where the line before the first one ended; not given for a whole trail.
    @discardableResult
    public static func verify(_ lines: [String], after start: AuditChain = .empty) throws(Fault) -> AuditChain {
        var end = start
        for (index, line) in lines.enumerated() {
            let number = end.counter + 1
            guard let link = Link(line) else { throw Fault(line: number, reason: .unreadable) }
            guard link.counter == number else { throw Fault(line: number, reason: .outOfPlace(found: link.counter)) }
            let here = AuditChain(endingWith: line, counter: number)
            guard link.previous == end.digest else {
                let isVouchedFor = index + 1 == lines.count || Link(lines[index + 1])?.previous == here.digest
                throw Fault(line: isVouchedFor && end != .empty ? end.counter : number, reason: .altered)
            }
            end = here
        }
        return end
    }

    private struct Link: Decodable {
        let counter: Int
        let previous: String

        init?(_ line: String) {
            // Whatever the decoder dislikes about the line, the line is unreadable.
            guard let link = try? JSONDecoder().decode(Link.self, from: Data(line.utf8)) else { return nil }
            self = link
        }
    }
}

extension AuditChain: CustomStringConvertible {
    public var description: String { "\(counter):\(digest)" }
}

extension AuditChain.Fault: CustomStringConvertible {
    public var description: String {
        switch reason {
        case .unreadable: "line \(line) is not an audit line"
        case .outOfPlace(let found): "line \(found) stands where line \(line) belongs"
        case .altered: "line \(line) was altered"
        case .missing: "line \(line) is missing: the trail ends before it"
        }
    }
}

extension AuditEvent {
    /// All fields in the order of their names; what is not known is `-`, so that every record has the same shape.
    fileprivate func line(counter: Int, previous: String) -> String {
        let fields: [(name: String, value: String)] = [
            ("at", quoted(milliseconds(at))),
            ("counter", String(counter)),
            ("detail", quoted(detail)),
            ("digest", quoted(digest)),
            ("exchange", quoted(exchange?.rawValue)),
            ("inResponseTo", quoted(inResponseTo?.rawValue)),
            ("kind", quoted(kind.rawValue)),
            ("memberState", quoted(memberState?.rawValue)),
            ("message", quoted(message?.rawValue)),
            ("previous", quoted(previous)),
            ("receiver", quoted(receiver?.rawValue)),
            ("result", quoted(result)),
            ("sender", quoted(sender?.rawValue)),
            ("support", quoted(support)),
        ]
        return "{" + fields.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}"
    }
}

/// ISO 8601 in UTC. The format style cuts off what is below a millisecond; half of one more makes that rounding.
private func milliseconds(_ date: Date) -> String {
    (date + 0.0005).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
}

/// `-` stands for what is not known.
private func quoted(_ text: String?) -> String { (text ?? "-").quotedJSON }
