// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Testing

@testable import Trust

@Suite("The folder of documents")
struct DocumentFolderTests {
    let folder: Folder
    let documents: DocumentFolder

    init() throws {
        folder = try Folder([:])
        documents = DocumentFolder(path: folder.path + "/state/metadata")
    }

    var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: documents.path)) ?? [] }

    func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber).intValue
    }

    @Test("A document is found under its digest, by its owner alone")
    func kept() throws {
        let digest = try documents.keep(Array("abc".utf8))
        #expect(digest.rawValue == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(documents.has(digest))
        #expect(try documents.read(digest) == Array("abc".utf8))
        #expect(try documents.keep(Array("abc".utf8)) == digest)
        #expect(files == ["\(digest).xml"])
        #expect(try mode(documents.path) == 0o700)
        #expect(try mode(documents.path(of: digest)) == 0o600)
    }

    @Test("A large document comes in pieces, in order")
    func pieces() throws {
        let octets = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let draft = try documents.draft()
        for start in stride(from: 0, to: octets.count, by: 70_001) {
            try draft.append(Array(octets[start..<min(start + 70_001, octets.count)]))
        }
        #expect(draft.size == octets.count)
        let digest = try draft.keep()
        #expect(digest == DocumentFolder.Digest(of: octets))
        let reader = try documents.open(digest)
        #expect(reader.size == octets.count)
        var (read, count): ([UInt8], Int) = ([], 0)
        while let piece = try reader.next() { (read, count) = (read + piece, count + 1) }
        #expect(read == octets)
        #expect(count == 4)
    }

    @Test("What is not there, is too large or was changed is refused")
    func refused() throws {
        let digest = try documents.keep(Array("abc".utf8))
        #expect(throws: Rejection.self) { try documents.read(digest, limit: 2) }
        let absent = DocumentFolder.Digest(of: [])
        #expect(!documents.has(absent))
        let missing = #expect(throws: Rejection.self) { try documents.read(absent) }
        #expect(missing?.rule == .metadataUnavailable)
        #expect(missing?.found == "No such file or directory")
        try Data("abd".utf8).write(to: URL(fileURLWithPath: documents.path(of: digest)))
        let damaged = #expect(throws: Rejection.self) { try documents.read(digest) }
        #expect(damaged?.found?.hasPrefix("a damaged file") == true)
        try documents.keep(Array("abc".utf8))
        #expect(try documents.read(digest) == Array("abc".utf8))
    }

    @Test("Until all of it is there, a document has no name; a draft that is given up is gone")
    func drafts() throws {
        do {
            let draft = try documents.draft()
            try draft.append(Array("abc".utf8))
            #expect(files.count == 1 && files.allSatisfy { $0.hasSuffix(".part") })
        }
        #expect(files.isEmpty)
    }

    @Test("Sweeping removes what nobody needs and what a crash left, not what is being written nor what is not ours")
    func swept() throws {
        let (wanted, other) = (try documents.keep([1]), try documents.keep([2]))
        for name in ["crashed.part", "notes.txt", "x.xml"] {
            #expect(FileManager.default.createFile(atPath: documents.path + "/" + name, contents: Data([3])))
        }
        let draft = try documents.draft()
        try draft.append([4, 5])
        documents.sweep(keeping: [wanted], at: Date())
        #expect(documents.has(wanted) && documents.has(other), "another process may have fetched it just now")
        documents.sweep(keeping: [wanted], at: Date() + 3700)
        #expect(documents.has(wanted) && !documents.has(other))
        #expect(!files.contains("crashed.part") && files.contains("notes.txt") && files.contains("x.xml"))
        #expect(try documents.read(try draft.keep()) == [4, 5])
        DocumentFolder(path: documents.path + "/nowhere").sweep(keeping: [], at: Date())
    }

    @Test("A folder that cannot be made is told")
    func noFolder() throws {
        try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
        let refusal = #expect(throws: Rejection.self) {
            try DocumentFolder(path: folder.path + "/file/metadata").keep([1])
        }
        #expect(refusal?.rule == .metadataUnavailable)
    }

    @Test("Only digests are digests", arguments: ["", "abc", "../../etc/passwd", String(repeating: "A", count: 64)])
    func digests(text: String) {
        #expect(DocumentFolder.Digest(text) == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([DocumentFolder.Digest].self, from: JSONEncoder().encode([text]))
        }
    }

    @Test("A digest is stored as its text")
    func coded() throws {
        let digest = DocumentFolder.Digest(of: [1])
        let text = try JSONEncoder().encode([digest])
        #expect(String(decoding: text, as: UTF8.self) == "[\"\(digest)\"]")
        #expect(try JSONDecoder().decode([DocumentFolder.Digest].self, from: text) == [digest])
    }
}
