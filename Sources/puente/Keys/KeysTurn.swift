// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Foundation
import SAML
import Settings
import Trust
import YAMLText

/// Which ring, and what is known of it.
struct RingArgument: ParsableArguments {
    @Argument(
        help: "What the key is for: \(Settings.KeyPurpose.allCases.map(\.rawValue).joined(separator: ", ")).",
        transform: purpose)
    var place: Settings.KeyPurpose
    @OptionGroup var configuration: ConfigurationOption

    @Sendable private static func purpose(_ word: String) throws -> Settings.KeyPurpose {
        if let purpose = Settings.KeyPurpose(rawValue: word) { return purpose }
        let words = Settings.KeyPurpose.allCases.map(\.rawValue)
        let meant = nearest(to: word, among: words).map { "Did you mean \($0)?" } ?? ""
        throw ValidationError("\(quoted(word)) is none of \(words.joined(separator: ", ")). \(meant)")
    }

    func turn(at now: Date) throws -> (settings: Settings, turn: KeyTurn, ring: KeyRing) {
        let reading = Settings.read(path: configuration.config, rules: SettingsRules(checksFiles: false))
        guard let settings = reading.value else { throw Configuration.report(reading.faults) }
        guard let turn = KeyTurn(place, settings, at: now) else {
            throw failure(
                "\(configuration.config): \(place.rawValue) has no ring. Make one with puente keys add --ring, and name it "
                    + "in the settings as \(place.rawValue)-ring.")
        }
        let faults = Faults()
        let ring = KeyRing.read(
            path: turn.path, isProduction: false, rules: SettingsRules(checksFiles: false), into: faults)
        guard let ring, faults.isEmpty else { throw Configuration.report(faults.sorted) }
        return (settings, turn, ring)
    }
}

struct KeysRoll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roll",
        abstract: "Use the next key, and retire the one that is used now.",
        discussion: """
            A signing key is used only when everybody who fetches our metadata has it: who fetched, and who still holds an \
            older document, is shown. --force goes on nevertheless. A key that does not work or whose certificate is not valid \
            is never used.

            Examples:
              puente keys roll connector.signing
              puente keys roll connector.encryption --config /etc/puente/puente.yaml
            """)

    @OptionGroup var argument: RingArgument
    @Flag(help: "Go on although not everybody has the key.") var force = false

    func run() async throws {
        let now = Date()
        let (settings, turn, ring) = try argument.turn(at: now)
        if let next = ring.first(.next) {
            let faults = turn.faults(of: next)
            guard faults.isEmpty else { throw Configuration.report(faults) }
            if turn.isAnnounced { try askReaders(settings, turn, next) }
        }
        try turning { try KeyRing.change(path: turn.path) { try $0.roll(at: now) } }
        for purpose in turn.purposes {
            print("\(purpose.rawValue): \(ring.first(.next)?.id ?? "") is used from now on")
        }
        for note in Set(turn.purposes.compactMap(\.noteAfterRoll)).sorted() { print("Note: \(note)") }
        try await Control.takeOver(settings)
    }

    private func askReaders(_ settings: Settings, _ turn: KeyTurn, _ next: KeyRing.Entry) throws {
        let all = (try? MetadataReaders.read(path: settings.metadataReaders)) ?? []  // nil: nobody is known
        let readers = turn.readers(all, of: next)
        let peers = readers.isEmpty ? nil : PeerAddresses(settings)
        var table = TextTable("ADDRESS", "PEER", "DOCUMENT", "LAST FETCH", "HAS \(next.id)", "CALLS ITSELF")
        for (reader, standing) in readers {
            table.add([
                reader.address, peers?.name(of: reader.address) ?? "unknown", reader.document.rawValue,
                reader.lastFetch.short, standing.words, reader.userAgent,
            ])
        }
        if !readers.isEmpty { print(table.text + "\n") }
        let knowing = readers.filter { $0.standing == .knows }.map(\.reader.address)
        if let unseen = peers?.unseen(turn.readingRole, among: knowing), !unseen.isEmpty {
            print(
                "Not seen to have fetched \(next.id): \(unseen.joined(separator: ", ")). A node that fetches from another "
                    + "machine, or has our metadata as a file, cannot be told from here: ask its operator.\n")
        }
        let lacking = readers.count { if case .lacks = $0.standing { true } else { false } }
        let problem =
            readers.contains { $0.standing == .knows }
            ? lacking > 0 ? "\(lacking) of those above still hold metadata without \(next.id)" : nil
            : "nobody is known to have fetched our metadata with \(next.id) in it"
        guard let problem else { return }
        guard force else {
            throw failure(
                "Not done: \(problem). Wait until they fetched, or until their metadata has ended; --force goes on "
                    + "nevertheless, and whoever does not know the key will refuse our messages.")
        }
        print("Forced, although \(problem).")
    }
}

struct KeysRetire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract: "End the life of a key that is no longer used, or that never was.",
        discussion: """
            An encryption key is needed until the metadata that named it has ended and the logins of that time are over; a \
            signing key until the logins are over. --force goes on before that. The files of a key that is gone are not read \
            any more and may be deleted.

            Examples:
              puente keys retire connector.signing 2026-11-27
              puente keys retire connector.encryption 2026-11-27 --config /etc/puente/puente.yaml
            """)

    @OptionGroup var argument: RingArgument
    @Argument(help: "The key, as puente keys list names it.") var id: String
    @Flag(help: "Go on although logins that are under way may need the key.") var force = false

    func run() async throws {
        let now = Date()
        let (settings, turn, ring) = try argument.turn(at: now)
        if let entry = ring.entries.first(where: { $0.id == id }), let end = turn.needed(entry) {
            guard force else {
                throw failure(
                    "Not done: logins may need \(id) until \(end.short) UTC. Wait, or go on nevertheless with --force.")
            }
            print("Forced, although logins may need \(id) until \(end.short) UTC.")
        }
        try turning { try KeyRing.change(path: turn.path) { try $0.retire(id, at: now) } }
        for purpose in turn.purposes { print("\(purpose.rawValue): \(id) is gone") }
        try await Control.takeOver(settings)
    }
}

extension KeyTurn.Standing {
    fileprivate var words: String {
        switch self {
        case .knows: "yes"
        case .lacks(let end): "NO, until \(end.short)"
        case .ranOut: "no, but its copy has ended"
        }
    }
}

extension Settings.KeyPurpose {
    /// Whom nobody but a person can tell.
    fileprivate var noteAfterRoll: String? {
        switch self {
        case .connectorSigning, .connectorEncryption, .proxyServiceSigning: nil
        case .connectorMetadata, .proxyServiceMetadata:
            "other states pin what signs our metadata: they must have the new certificate on another way by now."
        case .claveSigning: "services pin the certificate of our answers: they must have the new one by now."
        case .claveGatewaySigning: "the gateway knows us by our certificate: it must have the new one by now."
        }
    }
}
