// SPDX-License-Identifier: EUPL-1.2
public import Foundation

/// Where the files are that tests read.
public enum Repository {
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    public static func path(_ relative: String) -> String { root.appending(path: relative).path(percentEncoded: false) }
    public static func octets(_ relative: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: relative)))
    }
}

/// Files by other makers, which are too many for this repository.
///
/// They are looked for in `PUENTE_SHARED`, else in a folder `shared` beside this repository or above it; a few of them are
/// committed in `Tests/Vectors/others`, for a desk that has no such folder.
public struct SharedVectors: Sendable {
    public struct Missing: Error, CustomStringConvertible {
        public let description: String
    }

    public let folder: URL
    /// Whether all files are there, not just the committed few.
    public let isComplete: Bool

    /// - Throws: ``Missing`` under `CI`, where all files must be there.
    public init() throws {
        let environment = ProcessInfo.processInfo.environment
        if let folder = Self.candidates(environment).first(where: { FileManager.default.fileExists(atPath: $0.path) }) {
            self.folder = folder
            isComplete = true
            return
        }
        guard environment["CI"] == nil else {
            throw Missing(description: "No folder shared/vectors beside \(Repository.root.path): set PUENTE_SHARED")
        }
        folder = Repository.root.appending(path: "Tests/Vectors/others")
        isComplete = false
    }

    private static func candidates(_ environment: [String: String]) -> [URL] {
        var found = environment["PUENTE_SHARED"].map { [URL(filePath: $0).appending(path: "vectors")] } ?? []
        var above = Repository.root
        while above.path != "/", !above.path.isEmpty {
            above = above.deletingLastPathComponent()
            found.append(above.appending(path: "shared/vectors"))
        }
        return found
    }

    public func octets(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: path))) }

    /// Those of the given files that are here: all of them, unless only the committed few are.
    public func present(_ paths: [String]) -> [String] {
        isComplete ? paths : paths.filter { FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }
    }
}

/// Texts that were reviewed by a person.
public enum Golden {
    /// The reviewed text of a file in the folder `Golden` beside a test; with `UPDATE_GOLDEN=1` the text is written first.
    public static func reviewed(_ name: String, now text: String, beside test: String = #filePath) throws -> String {
        let file = URL(filePath: test).deletingLastPathComponent().appending(path: "Golden").appending(path: name)
        return try reviewed(file, now: text)
    }

    public static func reviewed(_ file: URL, now text: String) throws -> String {
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return try String(contentsOf: file, encoding: .utf8)
    }
}
