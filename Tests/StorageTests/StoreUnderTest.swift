// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SQLiteStore
import Storage

typealias Store = any ExchangeStore & AuditTrail

/// Every store that keeps the promises of `ExchangeStore`.
enum StoreUnderTest: String, CaseIterable, Sendable {
    case memory, sqlite

    static let all = allCases

    /// A new, empty store for the duration of `body`.
    func run(_ body: (Store) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(MemoryStore())
        case .sqlite:
            try await withFolder { folder in
                let store = try SQLiteStore(path: folder + "/puente.sqlite", sealing: AtRest(.sample))
                try await body(store)
                await store.close()
            }
        }
    }
}

/// A folder of its own, removed afterwards.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("puente-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }  // Left behind, it harms no other test.
    try await body(folder)
}

extension AtRest.Key {
    static let sample = numbered(1)

    static func numbered(_ number: UInt8) -> AtRest.Key {
        var octets = [UInt8](repeating: number, count: 32)
        guard let key = AtRest.Key(taking: &octets) else { preconditionFailure("32 octets") }
        return key
    }
}

extension Date {
    static let noon = Date(timeIntervalSince1970: 1_795_262_400)
}

extension Exchange.ID {
    static func numbered(_ number: Int) -> Exchange.ID {
        let digits = String(number, radix: 16)
        let text = String(repeating: "0", count: 32 - digits.count) + digits
        guard let id = Exchange.ID(rawValue: text) else { preconditionFailure("32 digits") }
        return id
    }
}

extension Exchange {
    static let marker = "Ayuntamiento-de-Getafe"

    static func sample(_ number: Int = 1, expiresAt: Date = .noon + 900) -> Exchange {
        let request = AuthenticationRequest(
            id: MessageID("_request-\(number)"), requester: EntityID("S2833002E_E04975701"), serviceName: marker,
            sector: .public, assurance: .exactly([Assurance(.high), Assurance(.low, notified: false)]),
            person: .natural,
            attributes: [RequestedAttribute(.personIdentifier, isRequired: true)],
            reply: ReplyAddress(
                assertionConsumerService: "https://sede.example/acs", relayState: "a b&c", echoed: [.relayState: "x"]),
            issuedAt: .noon - 1)
        return Exchange(
            id: .numbered(number), request: request, browser: String(repeating: "ab", count: 32), openedAt: .noon,
            expiresAt: expiresAt)
    }
}

extension Exchange.Question {
    static func sample(_ id: String) -> Exchange.Question {
        Exchange.Question(
            id: MessageID(id), responder: EntityID("https://eidas.example/proxy"), memberState: .spain, relayState: "r",
            attributes: [], assurance: .minimum(.substantial), askedAt: .noon + 5)
    }
}

extension Identity {
    static let marker = "Núria-de-Ejemplo"

    /// In two scripts and from two sources, so that nothing of it may be lost.
    static let sample = Identity(
        assurance: Assurance(.substantial, notified: false), memberState: .spain,
        attributes: [
            Attribute(.personIdentifier, "ES/FR/00000000T"),
            Attribute(.firstName, [AttributeValue(marker), AttributeValue("Νούρια", isLatin: false)]),
            Attribute(.dateOfBirth, "1970-05-01", from: .source("padron")),
        ], authenticatedAt: .noon + 7)
}

extension ReplayKey {
    static func request(_ id: String, until expiresAt: Date = .noon + 900) -> ReplayKey {
        ReplayKey(.request, of: EntityID("S2833002E_E04975701"), MessageID(id), until: expiresAt)
    }

    static func response(_ id: String) -> ReplayKey {
        ReplayKey(.response, of: EntityID("https://eidas.example/proxy"), MessageID(id), until: .noon + 900)
    }
}

extension AuditEvent {
    static func sample(_ kind: Kind = .requestReceived, at date: Date = .noon, _ number: Int = 1) -> AuditEvent {
        AuditEvent(kind, at: date, exchange: .numbered(number), message: MessageID("_request-\(number)"))
    }
}

extension AuditTrail {
    /// All lines, read in pages, verified.
    func verifiedLines() async throws -> [String] {
        var (lines, end) = ([String](), AuditChain.empty)
        while true {
            let page = try await auditLines(after: end.counter, limit: 50)
            if page.isEmpty { return lines }
            end = try AuditChain.verify(page, after: end)
            lines += page
        }
    }
}

/// How many of so many parallel callers succeed. Any failure other than `expected` is thrown.
func winners(
    of callers: Int, failing expected: @escaping @Sendable (any Error) -> Bool,
    _ call: @escaping @Sendable (Int) async throws -> Void
) async throws -> Int {
    try await withThrowingTaskGroup(of: Int.self) { group in
        for caller in 0..<callers {
            group.addTask {
                do {
                    try await call(caller)
                    return 1
                } catch  where expected(error) { return 0 }
            }
        }
        return try await group.reduce(0, +)
    }
}
