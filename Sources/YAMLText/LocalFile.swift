// SPDX-License-Identifier: EUPL-1.2
public import Foundation

/// Reading of files that an operator names, with words for what may go wrong.
public enum LocalFile {
    /// Why a file was not read.
    public struct Problem: Error, Hashable, Sendable {
        /// What is there instead, to follow "found".
        public let found: String
        public let advice: String

        public init(found: String, advice: String) {
            self.found = found
            self.advice = advice
        }
    }

    /// The octets of a regular file of at most `limit` bytes.
    public static func read(_ path: String, limit: Int) throws(Problem) -> Data {
        try check(path, limit: limit)
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw Problem(
                found: "a file that this user may not read",
                advice: "Give the user that runs puente the right to read it.")
        } catch {
            throw Problem(found: "a file that cannot be read", advice: "Check the disk and the file.")
        }
    }

    /// Whether others than the owner and the group may read or change the file; `false` if there is none.
    ///
    /// - Parameter besidesGroup: whether the group may.
    public static func isOpenToOthers(_ path: String, besidesGroup: Bool = true) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: resolvingLinks(path))  // nil: no file
        return ((attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0) & (besidesGroup ? 0o007 : 0o077) != 0
    }

    /// `path` as seen from the folder of `file`, unless it is absolute.
    public static func path(_ path: String, besides file: String) -> String {
        let folder = (file as NSString).deletingLastPathComponent
        if path.hasPrefix("/") || folder.isEmpty { return path }
        return (folder as NSString).appendingPathComponent(path)
    }

    /// The paths that a pattern stands for, sorted: those of the files whose names match its last part, as the shell takes
    /// `*`, `?` and `[` (glob(7)). A path without these stands for itself, whether or not there is a file.
    public static func matching(_ pattern: String) throws(Problem) -> [String] {
        let (folder, name) = ((pattern as NSString).deletingLastPathComponent, (pattern as NSString).lastPathComponent)
        guard name.contains(where: { "*?[".contains($0) }) else { return [pattern] }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder) } catch let
            error as CocoaError where error.code == .fileReadNoPermission
        {
            throw Problem(
                found: "a folder that this user may not read",
                advice: "Give the user that runs puente the right to list \(folder).")
        } catch {
            names = []  // No folder, and so no file in it.
        }
        let paths = names.filter { fnmatch(name, $0, FNM_PERIOD) == 0 }.sorted()
            .map { (folder as NSString).appendingPathComponent($0) }
        guard !paths.isEmpty else {
            throw Problem(found: "none that matches", advice: "Create one, or correct the pattern.")
        }
        return paths
    }

    /// Whether a regular file of at most `limit` bytes is there. It is not opened.
    public static func check(_ path: String, limit: Int) throws(Problem) {
        // nil: absent, or behind a folder that may not be entered
        let attributes = try? FileManager.default.attributesOfItem(atPath: resolvingLinks(path))
        guard let attributes else {
            var status = stat()
            throw absence(of: path, stat(path, &status) == 0 ? ENOENT : errno)
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw Problem(found: "something else at \(path)", advice: "Name a file, not a folder or a device.")
        }
        let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
        guard size <= limit else {
            throw Problem(found: "\(size) bytes", advice: "Keep the file at or under \(limit) bytes.")
        }
    }

    /// Why nothing could be learned of a file, by the number of the system's error.
    static func absence(of path: String, _ error: Int32) -> Problem {
        guard error == EACCES else {
            return Problem(found: "no file at \(path)", advice: "Create it, or correct the path.")
        }
        return Problem(
            found: "a folder above \(path) that this user may not enter",
            advice: "Give the user that runs puente the right to enter each folder of the path.")
    }

    private static func resolvingLinks(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }
}
