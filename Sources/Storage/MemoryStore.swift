// SPDX-License-Identifier: EUPL-1.2
public import Federation

public import struct Foundation.Date

/// Keeps everything in memory and forgets it when the process ends: for tests and for looking around.
public actor MemoryStore: ExchangeStore, AuditTrail {
    private struct Use: Hashable {
        let kind: ReplayKey.Kind
        let issuer: EntityID
        let id: MessageID

        init(_ key: ReplayKey) {
            (kind, issuer, id) = (key.kind, key.issuer, key.id)
        }
    }

    private struct Kept {
        var exchange: Exchange
        /// The newest question, kept after the exchange is finished.
        var question: MessageID?
    }

    private var exchanges: [Exchange.ID: Kept] = [:]
    private var questions: [MessageID: Exchange.ID] = [:]
    private var used: [Use: Date] = [:]
    private var lines: [String] = []
    private var chain = AuditChain.empty
    /// Those with an exchange, and those without; the oldest first.
    private var incidents: [Bool: [Incident]] = [:]

    public init() {}

    public func open(_ exchange: Exchange, using keys: [ReplayKey], _ event: AuditEvent) throws(StoreError) {
        let uses = try unused(keys, at: event.at)
        guard exchanges[exchange.id] == nil else { throw .unavailable("the exchange exists already") }
        try keep(exchange)
        used.merge(uses) { $1 }
        append(event)
    }

    public func find(_ id: Exchange.ID) throws(StoreError) -> Exchange {
        guard let kept = exchanges[id] else { throw .unknown }
        return kept.exchange
    }

    public func underway(at now: Date) -> [EntityID: Int] {
        exchanges.values.map(\.exchange).filter { now < $0.expiresAt }.compactMap(\.neededPeer)
            .reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    public func find(awaiting question: MessageID) throws(StoreError) -> Exchange {
        guard let id = questions[question] else { throw .unknown }
        return try find(id)
    }

    public func update(
        _ id: Exchange.ID, using keys: [ReplayKey], _ events: [AuditEvent],
        _ step: @escaping @Sendable (Exchange) throws(Rejection) -> Exchange
    ) throws -> Exchange {
        let uses = try unused(keys, at: events.first?.at ?? .distantPast)
        let next = try step(find(id))
        guard next.id == id else { throw StoreError.unavailable("a step may not exchange the exchange") }
        try keep(next)
        used.merge(uses) { $1 }
        events.forEach(append)
        return next
    }

    public func record(_ event: AuditEvent, using key: ReplayKey?) throws(StoreError) {
        used.merge(try unused(key.map { [$0] } ?? [], at: event.at)) { $1 }
        append(event)
    }

    public func record(_ incident: Incident, _ event: AuditEvent?) {
        var kept = incidents[incident.exchange != nil, default: []]
        kept.append(incident)
        incidents[incident.exchange != nil] = kept.suffix(incidentLimit)
        event.map(append)
    }

    private func append(_ event: AuditEvent) { lines.append(chain.append(event)) }

    public func purge(before date: Date) {
        used = used.filter { $0.value >= date }
        incidents = incidents.mapValues { $0.filter { $0.until >= date } }
        for (id, kept) in exchanges where kept.exchange.expiresAt < date {
            exchanges[id] = nil
            if let question = kept.question { questions[question] = nil }
        }
    }

    public func probe() {}

    public func close() {}

    public func auditLines(after counter: Int, limit: Int) -> [String] {
        Array(lines.dropFirst(max(0, counter)).prefix(max(0, limit)))
    }

    public func auditLines(
        where field: AuditRecord.Field, is value: String, from start: Date, to end: Date
    ) -> [String] {
        lines.filter { line in
            line.contains(AuditRecord.part(field, value))
                && AuditRecord.instant(of: line).map { start <= $0 && $0 <= end } ?? false
        }
    }

    public func lastAuditLine() -> (counter: Int, line: String)? { lines.last.map { (chain.counter, $0) } }

    public func incident(_ code: SupportCode) -> Incident? {
        incidents.values.lazy.joined().first { $0.support == code }
    }

    private func keep(_ exchange: Exchange) throws(StoreError) {
        let old = exchanges[exchange.id]?.question
        let new = exchange.awaited(before: old)
        if let new, let holder = questions[new], holder != exchange.id {
            throw .unavailable("the question is that of another exchange")
        }
        if let old { questions[old] = nil }
        if let new { questions[new] = exchange.id }
        exchanges[exchange.id] = Kept(exchange: exchange, question: new)
    }

    private func unused(_ keys: [ReplayKey], at now: Date) throws(StoreError) -> [Use: Date] {
        var uses: [Use: Date] = [:]
        for key in keys {
            let expiry = uses[Use(key)] ?? used[Use(key)]
            if let expiry, expiry >= now { throw .duplicate(key) }
            uses[Use(key)] = key.expiresAt
        }
        return uses
    }
}
