// SPDX-License-Identifier: EUPL-1.2
public import AttributeSources
public import Bridge
import Dialects
import Dispatch
import Federation
public import Foundation
public import Logging
import SAML
public import Settings
import Synchronization
import XMLSecurity
public import YAMLText

/// Holds the snapshot in force, and makes the next one aside.
public final class TrustDirectory: Sendable {
    /// What is known of one node abroad.
    struct Known: Sendable {
        var entity: VerifiedEntity?
        var failure: Rejection?
        /// Since when it is in this state.
        var since: Date
    }

    /// An entity may have both roles, each with a source and pins of its own.
    struct NodeKey: Hashable, Sendable {
        let entityID: EntityID
        let role: EntityDescriptor.Role

        init(_ entry: NodeEntry) { (entityID, role) = (entry.entityID, entry.role) }
    }

    private struct State: Sendable {
        var files: Files
        var known: [NodeKey: Known]
        var snapshot: Snapshot
    }

    /// Everything that comes from the operator's files.
    struct Files: Sendable {
        var registry: Registry
        var keys: OwnKeys
        var eidas: MappingTable
        var clave2: MappingTable
        /// `nil` where the settings name none.
        var sources: AttributeBroker?
    }

    /// What could be read of them.
    struct Draft {
        var registry: Reading<Registry>
        var keys: OwnKeys?
        var eidas: MappingTable?
        var clave2: MappingTable?
        var sources: AttributeBroker?
        var hasSources: Bool

        /// `nil` if anything is missing.
        var files: Files? {
            guard let registry = registry.value, let keys, let eidas, let clave2, !hasSources || sources != nil else {
                return nil
            }
            return Files(registry: registry, keys: keys, eidas: eidas, clave2: clave2, sources: sources)
        }
    }

    private let settings: Settings
    private let source: MetadataSource
    private let logger: Logger
    private let state: Mutex<State>

    /// The snapshot in force. Take it once for each step of a login.
    public var snapshot: Snapshot { state.withLock(\.snapshot) }
    public var keys: OwnKeys { state.withLock(\.files.keys) }
    /// Who completes what the gateway says; `nil` where the settings name no sources.
    public var sources: AttributeBroker? { state.withLock(\.files.sources) }
    private var entries: [NodeEntry] { state.withLock(\.files.registry.nodes).filter { $0.isInUse(settings) } }

    /// Reads the files and the metadata that is at hand. Nothing is fetched yet.
    ///
    /// - Returns: `nil` if there are faults.
    public init?(_ settings: Settings, at now: Date, logger: Logger, into faults: Faults) {
        self.settings = settings
        self.logger = logger
        source = MetadataSource(copies: settings.stateDirectory + "/metadata")
        guard let files = Self.files(settings, at: now, into: faults) else { return nil }
        let requesters = Self.requesters(files.registry.services, files.keys, into: faults)
        guard faults.isEmpty else { return nil }
        let known = Self.atHand(files.registry.nodes.filter { $0.isInUse(settings) }, source, at: now)
        state = Mutex(
            State(
                files: files, known: known,
                snapshot: Self.snapshot(files, requesters, known, settings, at: now)))
    }

    /// Reads the operator's files again. If anything in them is wrong, the old ones stay in force.
    public func reload(at now: Date) -> [Fault] {
        let faults = Faults()
        guard let files = Self.files(settings, at: now, into: faults) else { return faults.sorted }
        let requesters = Self.requesters(files.registry.services, files.keys, into: faults)
        guard faults.isEmpty else { return faults.sorted }
        let before = state.withLock(\.known)
        // The pins or the country may have changed: what was good is verified again.
        var known = Self.atHand(files.registry.nodes.filter { $0.isInUse(settings) }, source, at: now)
        for (node, fresh) in known where fresh.entity == nil {
            if let earlier = before[node] { known[node]?.since = earlier.since }
        }
        let snapshot = Self.snapshot(files, requesters, known, settings, at: now)
        state.withLock { $0 = State(files: files, known: known, snapshot: snapshot) }
        return []
    }

    /// Asks every source once, each on its own: one bad country never touches another.
    ///
    /// - Parameter afterReading: whether files were read a moment ago, so that those which were good need not be read again.
    public func refresh(afterReading: Bool = false, now: @Sendable () -> Date) async {
        let known = state.withLock(\.known)
        let entries = entries.filter { !afterReading || $0.source.isFetched || known[NodeKey($0)]?.entity == nil }
        await withTaskGroup(of: (NodeEntry, Result<(VerifiedEntity, [UInt8]), Rejection>).self) { group in
            for entry in entries {
                let instant = now()
                group.addTask { [source] in
                    do {
                        let octets = try await source.read(entry.source)
                        return (entry, .success((try Self.verify(octets, entry, at: instant), octets)))
                    } catch let rejection as Rejection {
                        return (entry, .failure(rejection))
                    } catch {
                        return (
                            entry, .failure(Rejection(.metadataUnavailable, entry.entityID.rawValue, found: "\(error)"))
                        )
                    }
                }
            }
            for await (entry, result) in group { take(result, of: entry, at: now()) }
        }
    }

    private func take(_ result: Result<(VerifiedEntity, [UInt8]), Rejection>, of entry: NodeEntry, at now: Date) {
        switch result {
        case .success(let (entity, octets)):
            keep(octets, of: entry)
            change(entry, at: now) { known in
                if known.failure != nil || known.entity == nil { known.since = now }
                known.entity = entity
                known.failure = nil
            }
        case .failure(let rejection):
            logger.warning(
                "metadata not refreshed",
                metadata: [
                    "entity": "\(entry.entityID)", "country": "\(entry.country)", "rule": "\(rejection.rule.code)",
                    "detail": "\(rejection)",
                ])
            change(entry, at: now) { known in
                if known.failure == nil { known.since = now }
                known.failure = rejection
            }
        }
    }

    private func keep(_ octets: [UInt8], of entry: NodeEntry) {
        guard case .https = entry.source else { return }
        do {
            try source.keep(octets, of: entry)
        } catch {
            logger.error(
                "copy of metadata not written", metadata: ["entity": "\(entry.entityID)", "cause": "\(error)"])
        }
    }

    private func change(_ entry: NodeEntry, at now: Date, _ body: (inout Known) -> Void) {
        state.withLock { state in
            // What was verified by an entry that was changed or removed meanwhile no longer counts: its pins may be gone.
            guard state.files.registry.nodes.contains(entry) else { return }
            body(&state.known[NodeKey(entry), default: Known(entity: nil, failure: nil, since: now)])
            state.snapshot = Self.snapshot(
                state.files, state.snapshot.connector.requesters, state.known, settings, at: now)
        }
    }
}

extension NodeEntry.Source {
    var isFetched: Bool { if case .https = self { true } else { false } }
}

extension NodeEntry {
    /// Whether we ask this node: Connectors ask us instead.
    var isAsked: Bool { role == .proxyService }
    /// Whether its metadata is wanted: a node that is switched off is left in peace, and so are Connectors as long as they
    /// are not served.
    func isInUse(_ settings: Settings) -> Bool { enabled && (isAsked || settings.proxyService != nil) }
}

// MARK: Building

extension TrustDirectory {
    /// Reads all of the operator's files, whatever is wrong with one of them, so that all faults are told at once.
    static func draft(_ settings: Settings, at now: Date, into faults: Faults) -> Draft {
        let keys = OwnKeys(settings, at: now, into: faults)
        let eidas = MappingTable.read(path: settings.mappings.eidas, into: faults)
        let clave2 = MappingTable.read(path: settings.mappings.clave2, into: faults)
        let names = eidas.flatMap { eidas in clave2.map { eidas.names.union($0.names) } }
        let rules = RegistryRules(attributes: names, isProduction: settings.isProduction) { octets in
            _ = try Certificate(pemOrDER: Array(octets))
        }
        let reading = Registry.read(trustLists: settings.trustLists, services: settings.services, rules: rules)
        reading.faults.forEach(faults.add)
        let path = settings.proxyService?.attributeSources
        let sources = path.flatMap { path in
            eidas.flatMap { eidas in
                AttributeBroker.read(path: path, mapping: eidas, isProduction: settings.isProduction, into: faults)
            }
        }
        return Draft(
            registry: reading, keys: keys, eidas: eidas, clave2: clave2, sources: sources, hasSources: path != nil)
    }

    static func files(_ settings: Settings, at now: Date, into faults: Faults) -> Files? {
        draft(settings, at: now, into: faults).files
    }

    static func requesters(
        _ services: [ServiceEntry], _ keys: OwnKeys, into faults: Faults
    ) -> [EntityID: Requester] {
        var requesters: [EntityID: Requester] = [:]
        for entry in services {
            do {
                requesters[entry.providerName] = try Requester(entry, gateway: keys.gateway)
            } catch {
                faults.add(
                    Fault(
                        file: "service \(entry.providerName)", expected: error.expected ?? "a usable key",
                        found: error.found ?? "\(error.kind)",
                        advice: "Correct signature or encryption of this service in the services file."))
            }
        }
        return requesters
    }

    static func verify(_ octets: [UInt8], _ entry: NodeEntry, at now: Date) throws(Rejection) -> VerifiedEntity {
        let expectation: MetadataExpectation
        do {
            expectation = try MetadataExpectation(entry)
        } catch {
            throw Rejection(.configuration, "certificates", expected: error.expected, found: error.found)
        }
        return try VerifiedEntity(octets, expecting: expectation, at: now)
    }

    /// What is known of each node without fetching. On all cores, because nobody can log in before it is done.
    private static func atHand(_ entries: [NodeEntry], _ source: MetadataSource, at now: Date) -> [NodeKey: Known] {
        let known = Mutex<[NodeKey: Known]>([:])
        DispatchQueue.concurrentPerform(iterations: entries.count) { number in
            let found = atHand(entries[number], source, at: now)
            known.withLock { $0[NodeKey(entries[number])] = found }
        }
        return known.withLock { $0 }
    }

    /// A file, or the last good copy of what was fetched.
    static func atHand(_ entry: NodeEntry, _ source: MetadataSource, at now: Date) -> Known {
        do throws(Rejection) {
            switch entry.source {
            case .file(let path):
                return Known(
                    entity: try verify(try MetadataSource.file(path), entry, at: now), failure: nil, since: now)
            case .https(let url, _):
                guard let copy = source.copy(of: entry) else {
                    throw Rejection(.metadataUnavailable, url, expected: "metadata", found: "none was fetched yet")
                }
                return Known(entity: try verify(copy, entry, at: now), failure: nil, since: now)
            }
        } catch {
            return Known(entity: nil, failure: error, since: now)
        }
    }

    private static func snapshot(
        _ files: Files, _ requesters: [EntityID: Requester], _ known: [NodeKey: Known], _ settings: Settings,
        at now: Date
    ) -> Snapshot {
        let eidas = EIDAS(mapping: files.eidas, saysSectorInRequest: settings.connector.spType == .inRequest)
        let connector = Route(
            .connector, node: files.keys.node(settings), requesters: requesters,
            countries: files.registry.nodes.filter(\.isAsked).map { country($0, known[NodeKey($0)], at: now) },
            requesterDialect: Clave2(mapping: files.clave2), responderDialect: eidas)
        return Snapshot(connector: connector, proxyService: proxyService(files, known, eidas, settings))
    }

    private static func country(_ entry: NodeEntry, _ known: Known?, at now: Date) -> Route.Country {
        func out(_ reason: Rejection) -> Route.Country.State { .out(reason, since: known?.since ?? now) }
        let state: Route.Country.State
        if !entry.enabled {
            state = out(Rejection(.countryDisabled, expected: "enabled: true", found: "false"))
        } else if let entity = known?.entity {
            do throws(Rejection) { state = .usable(try Responder(entity, entry)) } catch { state = out(error) }
        } else {
            state = out(known?.failure ?? Rejection(.metadataUnavailable, found: "nothing yet"))
        }
        return Route.Country(
            memberState: entry.country, entityID: entry.entityID, displayName: entry.displayName, state: state)
    }
}
