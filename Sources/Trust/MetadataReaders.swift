// SPDX-License-Identifier: EUPL-1.2
public import Foundation
import Synchronization
import YAMLText

/// Who fetched our metadata, and which keys were in it: for each address the last time.
///
/// Kept in memory and written from time to time, so that neither a slow disk nor a full one is felt by whoever fetches.
/// Mostly these are servers of other states, but anybody may fetch: of an IPv6 address only the network of 64 bits is kept,
/// so that nobody fills the list with one network.
public final class MetadataReaders: Sendable {
    public enum Document: String, Codable, Hashable, Sendable, CaseIterable {
        case connector
        case proxyService = "proxy-service"
    }

    /// One that fetches.
    public struct Reader: Codable, Hashable, Sendable {
        /// An IPv4 address, or a network of IPv6, such as `2001:db8::/64`.
        public var address: String
        public var userAgent: String
        public var document: Document
        public var lastFetch: Date
        /// SHA-256 of the certificates that the document had.
        public var keys: [String]

        public init(address: String, userAgent: String, document: Document, lastFetch: Date, keys: [String]) {
            self.address = address
            self.userAgent = userAgent
            self.document = document
            self.lastFetch = lastFetch
            self.keys = keys
        }
    }

    private struct Place: Hashable {
        let address: String
        let document: Document
    }

    private struct State {
        var readers: [Place: Reader] = [:]
        var isChanged = false
    }

    static let limit = 1000
    private let path: String
    private let state: Mutex<State>

    /// - Parameter path: of the file; what cannot be read in it is forgotten.
    public init(path: String) {
        self.path = path
        let readers = (try? Self.read(path: path)) ?? []  // nil: begun anew
        let places = readers.map { (Place(address: $0.address, document: $0.document), $0) }
        state = Mutex(State(readers: Dictionary(places) { $1 }))
    }

    /// What a node wrote, oldest first; nothing if there is no file.
    public static func read(path: String) throws -> [Reader] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode([Reader].self, from: LocalFile.read(path, limit: 4 << 20))
    }

    /// Remembers a fetch. The oldest is forgotten for it where there are too many.
    public func note(_ reader: Reader) {
        var reader = reader
        // What the other side says of itself: short, and nothing that a terminal would obey.
        reader.userAgent = String(
            reader.userAgent.unicodeScalars.filter { (0x20...0x7E).contains($0.value) }.prefix(120).map(Character.init))
        state.withLock { state in
            state.readers[Place(address: reader.address, document: reader.document)] = reader
            state.isChanged = true
            guard state.readers.count > Self.limit else { return }
            if let oldest = state.readers.min(by: { $0.value.lastFetch < $1.value.lastFetch }) {
                state.readers[oldest.key] = nil
            }
        }
    }

    public var all: [Reader] { state.withLock { Self.ordered($0.readers) } }

    /// Writes down what is new. What could not be written is tried again the next time.
    public func save() throws {
        let readers = state.withLock { state -> [Reader]? in
            defer { state.isChanged = false }
            return state.isChanged ? Self.ordered(state.readers) : nil
        }
        guard let readers else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        do {
            try LocalFile.replace(path, with: try encoder.encode(readers), rights: 0o600)
        } catch {
            state.withLock { $0.isChanged = true }
            throw error
        }
    }

    private static func ordered(_ readers: [Place: Reader]) -> [Reader] {
        readers.values.sorted { ($0.lastFetch, $0.address) < ($1.lastFetch, $1.address) }
    }
}
