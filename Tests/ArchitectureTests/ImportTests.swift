// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

/// The package manager lets imports through that no target declared; this table does not.
@Suite("Imports")
struct ImportTests {
    /// What each target may import, beside the standard library.
    static let table: [String: Set<String>] = [
        "XMLSecurity": ["CLibXML2", "CLibCrypto", "CPuente", "Foundation", "Synchronization"],
        "Tokens": ["CPKCS11", "XMLSecurity", "Synchronization", "Glibc"],
        "SecondOpinion": ["CSecondOpinion", "XMLSecurity", "Glibc"],
        "Federation": ["Foundation"],
        "SAML": ["XMLSecurity", "Federation", "Foundation"],
        "YAMLText": ["Yams", "Foundation"],
        "Settings": ["YAMLText", "Federation", "Foundation"],
        "Dialects": ["SAML", "Federation", "XMLSecurity", "YAMLText", "Foundation"],
        "Bridge": ["Dialects", "SAML", "Federation", "XMLSecurity", "Foundation"],
        "Trust": [
            "AttributeSources", "Bridge", "Dialects", "SAML", "SecondOpinion", "Federation", "XMLSecurity", "YAMLText",
            "Foundation", "Dispatch",
            "Synchronization",
            "Logging",
            "Settings", "Tokens", "GRDB", "AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOTLS", "NIOSSL", "NIOHTTP1",
        ],
        "AttributeSources": [
            "Dialects", "SAML", "Federation", "XMLSecurity", "YAMLText", "Foundation", "Synchronization",
            "AsyncHTTPClient", "GRDB", "NIOCore", "NIOPosix", "NIOSSL", "NIOHTTP1",
        ],
        "Storage": ["Federation", "XMLSecurity", "Foundation", "Synchronization", "CLibCrypto", "Glibc"],
        "Incidents": ["Storage", "Federation", "Foundation"],
        "SQLiteStore": ["Storage", "Federation", "GRDB", "Foundation", "Synchronization", "Glibc"],
        "Portal": [
            "Bridge", "Dialects", "Trust", "Storage", "SAML", "Federation", "XMLSecurity", "Foundation",
            "Synchronization", "Hummingbird",
            "HTTPTypes", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOHTTPTypes", "NIOTLS", "Logging", "YAMLText",
        ],
        "MockEurope": [
            "AttributeSources", "Dialects", "SAML", "Federation", "XMLSecurity", "YAMLText", "Portal", "Foundation",
            "Synchronization", "GRDB", "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HTTPTypes", "NIOCore",
            "NIOPosix", "NIOHTTP1", "NIOSSL", "AsyncHTTPClient", "ServiceLifecycle", "Logging",
        ],
        "Attacks": [
            "PuenteTestKit", "Dialects", "SAML", "Federation", "XMLSecurity", "YAMLText", "Foundation", "GRDB",
            "AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOHTTP1", "Glibc",
        ],
        "PuenteTestKit": [
            "SAML", "SecondOpinion", "Federation", "XMLSecurity", "Dialects", "Bridge", "Storage", "YAMLText",
            "Foundation", "Synchronization",
        ],
    ]

    /// The pure targets know neither files nor sockets nor the clock: no module that brings them.
    static let pure = ["XMLSecurity", "Federation", "SAML", "Dialects", "Bridge"]

    /// Wires everything together.
    static let free: Set<String> = ["puente"]
    /// C only.
    static let c: Set<String> = ["CPuente", "CLibXML2", "CLibCrypto", "CSecondOpinion", "CXMLSec1", "CPKCS11"]

    struct Import: Hashable, CustomStringConvertible {
        let module: String
        let file: String
        var description: String { "\(file): import \(module)" }
    }

    static func imports(of target: String) throws -> [Import] {
        try SourceFile.all(in: "Sources/\(target)").flatMap { file in
            file.lines.compactMap { line in
                let words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
                guard let place = words.firstIndex(of: "import"), place <= 1, place + 1 < words.count else {
                    return nil
                }
                let access: Set<Substring> = ["public", "internal", "package", "private", "fileprivate"]
                guard place == 0 || access.contains(words[0]) else { return nil }
                let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "typealias", "var", "let"]
                let path =
                    kinds.contains(words[place + 1]) && place + 2 < words.count ? words[place + 2] : words[place + 1]
                return Import(module: String(path.prefix { $0 != "." }), file: file.path)
            }
        }
    }

    @Test("Every target of the repository is in the table")
    func complete() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.path("Sources"))
        #expect(Set(folders) == Set(Self.table.keys).union(Self.free).union(Self.c))
    }

    @Test("A target imports what the table allows", arguments: table.keys.sorted())
    func allowed(target: String) throws {
        let found = try Self.imports(of: target)
        let allowed = try #require(Self.table[target])
        let forbidden = found.filter { !allowed.contains($0.module) }
        #expect(forbidden.isEmpty)
    }

    @Test("The pure core reads no clock, no file, no network and no environment", arguments: pure)
    func purity(target: String) throws {
        let words = [
            "Date()", "Date.now", "Date(timeIntervalSinceNow", "FileManager", "FileHandle", "URLSession", "ProcessInfo",
            "Data(contentsOf",
            "String(contentsOf", "getenv", "print(", "DispatchQueue", "Task {", "async ", "await ",
        ]
        for file in try SourceFile.all(in: "Sources/\(target)") {
            for (number, line) in file.lines.enumerated()
            where !line.trimmingPrefix(while: \.isWhitespace).hasPrefix("//") {
                for word in words { #expect(!line.contains(word), "\(file.path):\(number + 1)") }
            }
        }
    }
}
