// SPDX-License-Identifier: EUPL-1.2
public import AttributeSources
public import Bridge
import Dialects
import Federation
public import Foundation
public import Logging
import SAML
import SecondOpinion
public import Settings
import Synchronization
import XMLSecurity
public import YAMLText

/// Holds the snapshot in force, and makes the next one aside.
///
/// The files on disk and the metadata of the peers say what is wished; the archive says what is in force. What the rules
/// let pass is taken over at once, the rest waits for an operator (`Docs/trust.md`).
public final class TrustDirectory: Sendable {
    /// What whoever opens the directory is about to do.
    public enum Mode: Sendable {
        /// A node that runs: what the rules let pass is taken over.
        case serving
        /// A command that looks, and writes nothing.
        case looking
        /// A command of an operator: nothing is taken over but what they decide.
        case operating
    }

    struct State: Sendable {
        var files: Files
        /// Of the version in force; 0 where nothing was ever archived.
        var version: Int
        /// In the order of the trust lists.
        var held: [Held]
        /// What the files and documents want, without the octets.
        var wishes: [NodeKey: Wish]
        /// What the lists of other states say, those that are on.
        var listings: [Listing]
        var revocations: Revocations
        /// What was found when the files and documents were last looked at; its automatic steps are in force already.
        var plan: TrustPlan
        var snapshot: Snapshot
    }

    /// Everything that comes from the operator's files.
    struct Files: Sendable {
        var registry: Registry
        var keys: OwnKeys
        var eidas: MappingTable
        var clave2: MappingTable
        var requesters: [EntityID: Requester]
        /// `nil` where the settings name none.
        var sources: AttributeBroker?
    }

    public let settings: Settings
    public let archive: TrustArchive
    let documents: DocumentFolder
    /// Of this process for as long as it runs.
    let listener: [Certificate]
    let logger: Logger
    let mode: Mode
    /// `nil` where the settings want no second opinion.
    let opinions: SecondOpinions?
    let state: Mutex<State>
    /// One change of the trust at a time, in this process.
    let settling = Mutex(())
    /// When each source is asked next; those that are not here, at once.
    let due = Mutex<[Address: Date]>([:])
    /// Where there may be something new before that.
    let hinted = Mutex<Set<Address>>([])

    /// The snapshot in force. Take it once for each step of a login.
    public var snapshot: Snapshot { state.withLock(\.snapshot) }
    public var keys: OwnKeys { state.withLock(\.files.keys) }
    /// Who completes what the gateway says; `nil` where the settings name no sources.
    public var sources: AttributeBroker? { state.withLock(\.files.sources) }
    var files: Files { state.withLock(\.files) }
    var verifier: Verifier {
        Verifier(settings: settings, documents: documents, reader: opinions, isBeside: mode == .serving)
    }
    /// What waits for an operator, and what fails.
    public var plan: TrustPlan { state.withLock(\.plan) }
    /// The number of the version in force.
    public var version: Int { state.withLock(\.version) }

    /// Reads the files, the archive and the metadata that is at hand. Nothing is fetched yet.
    ///
    /// - Returns: `nil` if there are faults.
    public convenience init?(
        _ settings: Settings, at now: Date, logger: Logger, for mode: Mode = .serving, into faults: Faults
    ) {
        self.init(settings, at: now, logger: logger, for: mode, asking: LibXMLSec1(), into: faults)
    }

    /// - Parameter reader: asked about signatures if the settings want it.
    init?(
        _ settings: Settings, at now: Date, logger: Logger, for mode: Mode, asking reader: any SecondReader,
        into faults: Faults
    ) {
        self.settings = settings
        let opinions = settings.wantsSecondOpinion ? SecondOpinions(reader, logger: logger) : nil
        self.opinions = opinions
        if opinions == nil, mode == .serving { logger.warning("second opinion is off") }
        self.logger = logger
        self.mode = mode
        documents = DocumentFolder(path: settings.stateDirectory + "/metadata")
        listener = Self.listenerChain(settings)
        guard let files = Self.files(settings, at: now, into: faults) else { return nil }
        do throws(TrustArchive.Fault) {
            archive = try Self.archive(settings, mode)
            let (settlement, version) = try Settlement.reached(
                files, [:], archive, before: [], Verifier(settings: settings, documents: documents, reader: opinions),
                for: mode, why: "the files were read", at: now)
            state = Mutex(State(files, settlement, version, settings, mode, opinions, at: now))
        } catch {
            faults.add(error.fault(settings))
            return nil
        }
    }

    private static func archive(_ settings: Settings, _ mode: Mode) throws(TrustArchive.Fault) -> TrustArchive {
        let path = settings.stateDirectory + "/trust.sqlite"
        return try TrustArchive(path: mode == .looking && !FileManager.default.fileExists(atPath: path) ? nil : path)
    }

    /// Does ``reload(at:)`` behind everything that somebody waits for.
    public func reload(now: @escaping @Sendable () -> Date) async -> [Fault] {
        await inBackground { self.reload(at: now()) }
    }

    /// Reads the operator's files and the archive again. If anything in the files is wrong, the old ones stay in force.
    public func reload(at now: Date) -> [Fault] {
        settling.withLock { _ in
            // Read in turn with whoever else reads them: the newest files stay.
            let faults = Faults()
            guard let files = Self.files(settings, at: now, into: faults) else { return faults.sorted }
            do throws(TrustArchive.Fault) {
                try settle(files, [:], "the files were read again", at: now)
                return []
            } catch { return [error.fault(settings)] }
        }
    }

    /// Puts what was found in its place, and tells the operator what waits.
    func settle(
        _ files: Files, _ found: [NodeEntry.Source: Finding], _ why: String, at now: Date
    ) throws(TrustArchive.Fault) {
        let before = state.withLock { $0 }
        let (settlement, version) = try Settlement.reached(
            files, found, archive, before: before.held, verifier, for: mode, why: why, at: now)
        let after = State(files, settlement, version, settings, mode, opinions, at: now)
        state.withLock { $0 = after }
        for step in after.plan.waiting where !before.plan.waiting.contains(step) {
            logger.warning(
                "change of trust waits for approval",
                metadata: [
                    "entity": "\(step.node.entityID)", "country": "\(step.country)",
                    "changes": "\(step.waitsFor.map(\.rawValue).joined(separator: ", "))",
                ])
        }
        let known = before.held.keyed(by: \.key)
        for node in after.held {
            guard let failure = node.failure, failure.rule != known[node.key]?.failure?.rule else { continue }
            logger.warning(
                "metadata not taken",
                metadata: [
                    "entity": "\(node.entry.entityID)", "country": "\(node.entry.country)",
                    "rule": "\(failure.rule.code)", "detail": "\(failure)",
                ])
        }
        let toldLists = before.listings.keyed(by: \.entry.name)
        for listing in after.listings {
            guard let failure = listing.failure, toldLists[listing.entry.name]?.failure?.rule != failure.rule else {
                continue
            }
            logger.warning(
                "service list cannot be used",
                metadata: ["list": "\(listing.entry.name)", "rule": "\(failure.rule.code)", "detail": "\(failure)"])
        }
        let told = before.revocations.failures(at: before.plan.madeAt)
        for (source, failure) in after.revocations.failures(at: now) where told[source]?.rule != failure.rule {
            logger.warning(
                "revocation list cannot be used",
                metadata: ["source": "\(source)", "rule": "\(failure.rule.code)", "detail": "\(failure)"])
        }
        for node in after.held {
            guard let bar = node.bar, bar.rule != known[node.key]?.bar?.rule else { continue }
            logger.warning(
                "metadata in force not used",
                metadata: [
                    "entity": "\(node.entry.entityID)", "country": "\(node.entry.country)",
                    "rule": "\(bar.rule.code)", "detail": "\(bar)",
                ])
        }
        if after.version != before.version {
            logger.notice("trust changed", metadata: ["version": "\(after.version)"])
        }
    }
}

extension TrustDirectory.State {
    fileprivate init(
        _ files: TrustDirectory.Files, _ settlement: Settlement, _ version: Int, _ settings: Settings,
        _ mode: TrustDirectory.Mode, _ opinions: SecondOpinions?, at now: Date
    ) {
        // A command takes nothing over; before the first version it shows what that will be.
        let isTaken = mode == .serving || settlement.base == 0
        self.init(
            files: files, version: version, held: isTaken ? settlement.next : settlement.untaken,
            wishes: settlement.wishes.mapValues(\.withoutOctets), listings: settlement.listings,
            revocations: settlement.revocations,
            plan: settlement.plan,
            snapshot: TrustDirectory.snapshot(files, settlement.next, settings, opinions, at: now))
    }
}

extension TrustArchive.Fault {
    func fault(_ settings: Settings) -> Fault {
        Fault(
            file: settings.stateDirectory + "/trust.sqlite", expected: "the archive of our trust, for us alone",
            found: description, advice: advice)
    }

    private var advice: String {
        if case .unusable(_, _, isDamaged: true) = self {
            return
                "Put a copy of it back, or move it aside and start: version 1 is then made anew from the trust lists."
        }
        return "Check the permissions of the state directory, and the space on its disk."
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
