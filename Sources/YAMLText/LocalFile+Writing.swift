// SPDX-License-Identifier: EUPL-1.2
public import Foundation

extension LocalFile {
    /// Puts a file in place whole or not at all: written aside, on the disk, then renamed over the old one, whose owner,
    /// group and rights it keeps. A new one can be read by everybody.
    ///
    /// - Parameter rights: what it gets whatever the old one had, such as `0o600`.
    public static func replace(_ path: String, with contents: Data, rights: mode_t? = nil) throws(Problem) {
        var template = Array((path + ".XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw system("a folder where nothing can be written") }
        defer {
            close(descriptor)
            unlink(template)
        }
        var old = stat()
        if stat(path, &old) == 0 {
            // Who may not give a file away keeps it: then the rights decide.
            _ = fchown(descriptor, old.st_uid, old.st_gid)
            guard fchmod(descriptor, rights ?? old.st_mode & 0o7777) == 0 else {
                throw system("rights that cannot be kept")
            }
        } else {
            guard fchmod(descriptor, rights ?? 0o644) == 0 else { throw system("rights that cannot be set") }
        }
        guard writeAll(contents, to: descriptor), fsync(descriptor) == 0, rename(template, path) == 0 else {
            throw system("a file that cannot be written")
        }
        synchronizeFolder(of: path)
    }

    /// Runs `body` while nobody else runs one for a file of the same folder.
    public static func locked<T>(_ path: String, _ body: () throws -> T) throws -> T {
        let descriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Fault(
                file: path, expected: "a folder that is there", found: String(cString: strerror(errno)),
                advice: "Create it, or correct the path.")
        }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        return try body()
    }

    private static func folder(of path: String) -> String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }

    private static func writeAll(_ contents: Data, to descriptor: Int32) -> Bool {
        contents.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                guard written > 0 || written < 0 && errno == EINTR else { return false }
                rest = rest.dropFirst(max(0, written))
            }
            return true
        }
    }

    /// So that the new name outlives a loss of power.
    private static func synchronizeFolder(of path: String) {
        let descriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func system(_ found: String) -> Problem {
        Problem(
            found: "\(found): \(String(cString: strerror(errno)))",
            advice: "See to the rights of the folder and to space on the disk.")
    }
}

extension LocalFile {
    /// Gives what root makes to whom a folder belongs, so that the node can read what an operator made as root. What others
    /// make stays theirs.
    public static func give(_ path: String, toOwnerOf folder: String) {
        var owner = stat()
        if stat(folder, &owner) == 0 { _ = chown(path, owner.st_uid, owner.st_gid) }
    }

    /// Gives a new file the owner, group and rights of another, so that whoever reads the one can read the other. What the
    /// system does not let us give away stays ours.
    ///
    /// - Parameter isSecret: whether nobody but owner and group may have rights.
    public static func resemble(_ path: String, _ model: String, isSecret: Bool) {
        var old = stat()
        guard stat(model, &old) == 0, chown(path, old.st_uid, old.st_gid) == 0 else { return }
        let rights = isSecret ? old.st_mode & 0o640 | 0o600 : 0o644
        chmod(path, rights)
    }
}
