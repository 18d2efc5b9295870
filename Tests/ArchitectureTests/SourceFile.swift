// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit

/// One file of the repository, as text.
struct SourceFile {
    /// Relative to the root.
    let path: String
    let lines: [Substring]

    /// All Swift files below a folder, by path.
    static func all(in folder: String, named suffixes: [String] = [".swift"]) throws -> [SourceFile] {
        let root = Repository.path(folder)
        guard let walk = FileManager.default.enumerator(atPath: root) else { return [] }
        let paths = walk.compactMap { $0 as? String }.filter { path in suffixes.contains { path.hasSuffix($0) } }
            .sorted()
        return try paths.map { path in
            let text = try String(contentsOfFile: root + "/" + path, encoding: .utf8)
            return SourceFile(
                path: folder + "/" + path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }
}
