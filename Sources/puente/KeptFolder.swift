// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// A folder that a command fills with files of its own, for once or to keep.
struct KeptFolder {
    let url: URL
    private let isKept: Bool

    /// - Parameters:
    ///   - path: where to keep them; `nil` for a temporary folder.
    ///   - name: of the command. Its mark tells its own folder from one with an operator's keys, which it would replace.
    init(_ path: String?, for name: String) throws {
        isKept = path != nil
        url =
            path.map { URL(filePath: $0) }
            ?? FileManager.default.temporaryDirectory.appending(path: "puente-\(name)-\(UUID().uuidString.prefix(8))")
        let mark = url.appending(path: ".puente-\(name)")
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            let isOurs = FileManager.default.fileExists(atPath: mark.path)
            guard try isOurs || FileManager.default.contentsOfDirectory(atPath: url.path).isEmpty else {
                throw failure("\(url.path) has files in it already, which would be replaced. Name an empty folder.")
            }
            try Data().write(to: mark)
        } catch let error as CocoaError {
            throw failure("\(url.path) cannot be used: \(error.underlyingWords).")
        }
    }

    /// What cannot be removed lies in a temporary folder, and is worthless.
    func leave() {
        if !isKept { try? FileManager.default.removeItem(at: url) }
    }
}

extension CocoaError {
    /// What the system said, as it says it elsewhere.
    var underlyingWords: String {
        (underlying as? POSIXError).map { String(cString: strerror($0.code.rawValue)).lowercased() }
            ?? "the system refused it"
    }
}
