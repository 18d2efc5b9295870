// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// The documents that we hold, each under the name of its own digest: `<sha256>.xml`.
///
/// A name is there only when all of its octets are, on the disk: what is being written is a draft, `*.part`. Any number of
/// processes may use the folder at the same time.
public struct DocumentFolder: Sendable {
    /// SHA-256 of a document.
    public struct Digest: Hashable, Sendable, LosslessStringConvertible {
        /// 64 small hexadecimal digits.
        public let rawValue: String

        public init?(_ text: String) {
            guard text.wholeMatch(of: /[0-9a-f]{64}/) != nil else { return nil }
            rawValue = text
        }

        init(of octets: [UInt8]) { self.init(octets: DigestAlgorithm.sha256.hash(octets)) }
        init(octets: [UInt8]) { rawValue = octets.hexadecimal }

        public var description: String { rawValue }
    }

    public let path: String

    /// Nothing is touched yet: the folder is made with the first document.
    public init(path: String) { self.path = path }

    func path(of digest: Digest) -> String { "\(path)/\(digest).xml" }

    /// Begins a document. Whoever forgets the draft has discarded it.
    func draft() throws(Rejection) -> DocumentDraft { try DocumentDraft(in: self) }

    @discardableResult
    public func keep(_ octets: [UInt8]) throws(Rejection) -> Digest {
        let draft = try draft()
        try draft.append(octets)
        return try draft.keep()
    }

    public func has(_ digest: Digest) -> Bool { access(path(of: digest), R_OK) == 0 }

    /// Whether a document is there and still what was kept. All of it is read.
    func isWhole(_ digest: Digest) -> Bool {
        do throws(Rejection) {
            let reader = try open(digest)
            while try reader.next() != nil {}
            return true
        } catch { return false }  // Damaged, or gone: it is fetched anew.
    }

    /// All of a document.
    ///
    /// - Throws: ``Rule/metadataUnavailable`` also if it is no longer what was kept.
    public func read(
        _ digest: Digest, limit: Int = XMLLimits.metadata.octets
    ) throws(Rejection) -> [UInt8] {
        let reader = try open(digest)
        guard reader.size <= limit else {
            throw Rejection(
                .metadataUnavailable, path(of: digest), expected: "at most \(limit) octets", found: "\(reader.size)")
        }
        var octets: [UInt8] = []
        octets.reserveCapacity(reader.size)
        while let chunk = try reader.next() { octets += chunk }
        return octets
    }

    /// A document in pieces, for what is too large to be held in memory.
    public func open(_ digest: Digest) throws(Rejection) -> DocumentReader { try DocumentReader(digest, in: self) }

    /// Removes every document but these, and drafts that a crash left behind. Drafts that are being written stay.
    ///
    /// What is younger than an hour stays in any case: another process may have fetched it a moment ago.
    public func sweep(keeping digests: Set<Digest>, at now: Date) {
        // Nothing is there before the first document is.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
            if name.hasSuffix(".part") {
                DocumentDraft.removeLeftover("\(path)/\(name)")
            } else if name.hasSuffix(".xml"), let digest = Digest(String(name.dropLast(4))), !digests.contains(digest),
                isOld(digest, at: now)
            {
                unlink(path(of: digest))
            }
        }
    }

    private func isOld(_ digest: Digest, at now: Date) -> Bool {
        var status = stat()
        return stat(path(of: digest), &status) == 0 && Double(status.st_mtim.tv_sec) < now.timeIntervalSince1970 - 3600
    }
}

extension DocumentFolder.Digest: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let digest = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a digest")
        }
        self = digest
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// Reads one document in pieces. Belongs to one task at a time.
public final class DocumentReader {
    private static let chunk = 256 << 10

    /// Octets of the whole document.
    public let size: Int
    private let path: String
    private let digest: DocumentFolder.Digest
    private let file: OpenFile
    private let hash: RunningDigest
    private var isAtEnd = false

    init(_ digest: DocumentFolder.Digest, in folder: DocumentFolder) throws(Rejection) {
        (self.digest, path) = (digest, folder.path(of: digest))
        file = try OpenFile(opening: path, O_RDONLY)
        size = try file.size()
        hash = RunningDigest(.sha256)
    }

    /// The next piece, or `nil` at the end and behind it.
    ///
    /// - Throws: at the end, if the document is no longer what was kept.
    public func next() throws(Rejection) -> [UInt8]? {
        guard !isAtEnd else { return nil }
        let octets = try file.read(upTo: Self.chunk)
        guard octets.isEmpty else {
            octets.withUnsafeBytes(hash.add)
            return octets
        }
        isAtEnd = true
        let found = DocumentFolder.Digest(octets: hash.finish())
        guard found == digest else {
            throw Rejection(
                .metadataUnavailable, path, expected: "the document that was kept",
                found: "a damaged file, now with digest \(found)")
        }
        return nil
    }
}
