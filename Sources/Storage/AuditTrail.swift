// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation

/// What a store has written down for operators.
public protocol AuditTrail: Sendable {
    /// The lines that follow the one numbered `counter`, oldest first; from the beginning with 0.
    ///
    /// - Parameter limit: how many at most. Fewer are returned only where the trail ends.
    func auditLines(after counter: Int, limit: Int) async throws(StoreError) -> [String]

    /// The lines of about this time in which a field has this value, oldest first.
    func auditLines(
        where field: AuditRecord.Field, is value: String, from start: Date, to end: Date
    ) async throws(StoreError) -> [String]

    /// The last line and its number; `nil` of an empty trail.
    func lastAuditLine() async throws(StoreError) -> (counter: Int, line: String)?

    /// What was kept of somebody who was turned away; `nil` if it is not, or no longer, there.
    func incident(_ code: SupportCode) async throws(StoreError) -> Incident?
}

extension AuditTrail {
    /// Checks the whole trail, or all that follows an end that was kept elsewhere.
    ///
    /// - Parameter start: its line has to be there as it was, and is where the checking begins.
    /// - Returns: where the trail ends.
    /// - Throws: ``AuditChain/Fault`` of the first line where something shows; ``StoreError``.
    public func verify(after start: AuditChain = .empty) async throws -> AuditChain {
        var end = start
        if start != .empty { try await checkIsThere(start) }
        while true {
            let lines = try await auditLines(after: end.counter, limit: Self.pageSize)
            if lines.isEmpty { return end }
            end = try AuditChain.verify(lines, after: end)
        }
    }

    private static var pageSize: Int { 1000 }

    private func checkIsThere(_ kept: AuditChain) async throws {
        guard let line = try await auditLines(after: kept.counter - 1, limit: 1).first else {
            throw AuditChain.Fault(line: kept.counter, reason: .missing)
        }
        guard AuditChain(endingWith: line, counter: kept.counter) == kept else {
            throw AuditChain.Fault(line: kept.counter, reason: .altered)
        }
    }

    /// Where the trail ends, without checking it.
    public func auditEnd() async throws(StoreError) -> AuditChain {
        try await lastAuditLine().map { AuditChain(endingWith: $0.line, counter: $0.counter) } ?? .empty
    }
}

/// An audit line, read.
public struct AuditRecord: Hashable, Sendable, Decodable {
    /// Fields by which lines are looked for.
    public enum Field: String, Sendable { case exchange, support }

    public let counter: Int
    public let at: String
    public let kind: String
    public let exchange: String?
    public let message: String?
    public let inResponseTo: String?
    public let sender: String?
    public let receiver: String?
    public let memberState: String?
    public let result: String?
    public let support: String?
    public let detail: String?

    /// `nil` if it is no audit line.
    public init?(_ line: String) {
        // Whatever the decoder dislikes about the line, the line is unreadable.
        guard let record = try? JSONDecoder().decode(AuditRecord.self, from: Data(line.utf8)) else { return nil }
        self = record
    }

    private enum Key: CodingKey {
        case counter, at, kind, exchange, message, inResponseTo, sender, receiver, memberState, result, support, detail
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        func text(_ key: Key) throws -> String? {
            let text = try values.decode(String.self, forKey: key)
            return text == "-" ? nil : text
        }
        counter = try values.decode(Int.self, forKey: .counter)
        at = try values.decode(String.self, forKey: .at)
        kind = try values.decode(String.self, forKey: .kind)
        exchange = try text(.exchange)
        message = try text(.message)
        inResponseTo = try text(.inResponseTo)
        sender = try text(.sender)
        receiver = try text(.receiver)
        memberState = try text(.memberState)
        result = try text(.result)
        support = try text(.support)
        detail = try text(.detail)
    }
}

extension AuditRecord {
    /// What stands in a line with this value in this field. Both are ours, and need no escapes.
    package static func part(_ field: Field, _ value: String) -> String { "\"\(field.rawValue)\":\"\(value)\"" }

    /// When a line was written, without reading all of it; `nil` if it is no audit line.
    package static func instant(of line: String) -> Date? {
        let head = "{\"at\":\""
        guard line.hasPrefix(head) else { return nil }
        return try? Date(  // No instant, no audit line.
            String(line.dropFirst(head.count).prefix { $0 != "\"" }),
            strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
