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
