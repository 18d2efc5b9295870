// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit

/// The files of a node of their own, for attacks on what an operator looks after.
extension Workbench {
    /// Copies the files into a folder of its own for as long as `body` needs them.
    func withCopy<T: Sendable>(_ body: @Sendable (Workbench) async throws -> T) async throws -> T {
        let copy = Workbench(folder: file("copy-\(UUID().uuidString.prefix(8))"), program: program)
        try FileManager.default.createDirectory(at: copy.folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: copy.folder) }  // the folder around it goes too
        for name in ["keys", "metadata", "mappings", "puente.yaml"] {
            try FileManager.default.copyItem(at: file(name), to: copy.file(name))
        }
        // Without the countries whose metadata has ended: they are the last, and a fault of their own.
        try copy.edit("metadata/trust-list.yaml") { list in
            let end = list.firstRange(of: "  - entity-id: \(Battlefield.endedCountry)")?.lowerBound ?? list.endIndex
            return String(list[..<end])
        }
        return try await body(copy)
    }

    /// Runs a command on these files.
    func puente(_ arguments: String...) async throws -> Result {
        let isSigning = arguments.prefix(2) == ["trust", "sign"]
        return try await run(arguments + (isSigning ? [] : ["--config", file("puente.yaml").path]))
    }

    /// The number of the version of trust in force.
    func version() async throws -> Int {
        let history = try await puente("trust", "history")
        return history.output.split(separator: "\n").count { $0.first?.isNumber ?? false }
    }

    func edit(_ path: String, _ change: (String) -> String) throws {
        let before = try String(contentsOf: file(path), encoding: .utf8)
        let after = change(before)
        guard after != before else { throw NothingToSpoil(name: path) }
        try Data(after.utf8).write(to: file(path))
    }

    func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: file(path)) }

    /// What `puente check` says of the files after something was done to them.
    ///
    /// - Parameter words: what the operator has to read.
    func check(_ words: String..., after change: @escaping @Sendable (Workbench) throws -> Void) async throws -> Outcome
    {
        try await withCopy { copy in
            try change(copy)
            let result = try await copy.puente("check")
            guard result.code == 1 else { return .accepted("check, exit code \(result.code)") }
            let missing = words.filter { !result.output.contains($0) }
            guard missing.isEmpty else { return .broken("\(missing) not in: \(result.output.suffix(400))") }
            return .refused(how: "check names the place", rule: nil)
        }
    }
}
