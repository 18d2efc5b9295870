// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Testing

@testable import Trust

@Suite("Who fetched our metadata")
struct MetadataReadersTests {
    static let start = Date(timeIntervalSince1970: 1_772_442_000)

    static func reader(
        _ address: String, _ seconds: Double = 0, _ keys: [String] = ["a"],
        _ document: MetadataReaders.Document = .connector, agent: String = "Java/17"
    ) -> MetadataReaders.Reader {
        .init(address: address, userAgent: agent, document: document, lastFetch: start + seconds, keys: keys)
    }

    @Test("The last fetch of each address and document is kept, and outlives a restart")
    func kept() throws {
        let folder = try Folder([:])
        let path = folder.path + "/readers.json"
        let readers = MetadataReaders(path: path)
        readers.note(Self.reader("192.0.2.1"))
        readers.note(Self.reader("192.0.2.2", 1))
        readers.note(Self.reader("192.0.2.1", 2, ["a", "b"]))
        readers.note(Self.reader("192.0.2.1", 3, ["c"], .proxyService))
        try readers.save()
        let expected = [
            Self.reader("192.0.2.2", 1), Self.reader("192.0.2.1", 2, ["a", "b"]),
            Self.reader("192.0.2.1", 3, ["c"], .proxyService),
        ]
        #expect(readers.all == expected)
        #expect(try MetadataReaders.read(path: path) == expected)
        #expect(MetadataReaders(path: path).all == expected)
        #expect(try MetadataReaders.read(path: folder.path + "/none") == [])
    }

    @Test("Nobody but its owner may read the list, also where an older one could be read by all")
    func rights() throws {
        let folder = try Folder(["old.json": "[]"])
        for name in ["old.json", "new.json"] {
            let path = "\(folder.path)/\(name)"
            let readers = MetadataReaders(path: path)
            readers.note(Self.reader("192.0.2.1"))
            try readers.save()
            let rights = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
            #expect(rights?.intValue == 0o600)
        }
    }

    @Test("A thousand are kept, the oldest are forgotten")
    func bounded() throws {
        let readers = MetadataReaders(path: "/nowhere")
        for number in 0..<1010 { readers.note(Self.reader("192.0.2.\(number)", Double(number))) }
        #expect(readers.all.count == 1000)
        #expect(readers.all.first?.address == "192.0.2.10")
    }

    @Test("A name is cut, and nothing in it does anything to a terminal")
    func agent() {
        let readers = MetadataReaders(path: "/nowhere")
        readers.note(Self.reader("192.0.2.1", agent: "x\u{1B}[2J\r\n" + String(repeating: "y", count: 500)))
        let agent = readers.all[0].userAgent
        #expect(agent.hasPrefix("x[2Jy") && agent.count == 120)
    }

    @Test("Where nothing can be written nothing is lost, and it is tried again")
    func unwritable() throws {
        let folder = try Folder([:])
        let readers = MetadataReaders(path: folder.path + "/later/readers.json")
        readers.note(Self.reader("192.0.2.1"))
        #expect(throws: (any Error).self) { try readers.save() }
        try FileManager.default.createDirectory(atPath: folder.path + "/later", withIntermediateDirectories: true)
        try readers.save()
        #expect(try MetadataReaders.read(path: folder.path + "/later/readers.json").count == 1)
    }

    @Test("A file that cannot be read is begun anew")
    func damaged() throws {
        let folder = try Folder(["readers.json": "[{"])
        let readers = MetadataReaders(path: folder.path + "/readers.json")
        #expect(readers.all == [])
        readers.note(Self.reader("192.0.2.1"))
        try readers.save()
        #expect(try MetadataReaders.read(path: folder.path + "/readers.json").count == 1)
    }
}
