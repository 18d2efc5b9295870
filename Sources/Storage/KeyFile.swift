// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Glibc
import XMLSecurity

extension AtRest {
    /// Reads the keys of a file, one per line, each 64 hexadecimal digits: the first seals, all open.
    /// A new key is put in use by writing it above the others.
    ///
    /// Where there is no file, one is made with a new key, readable by its owner alone.
    /// - Throws: ``StoreError/unavailable(_:)`` if the file cannot be read or made, anyone but its owner may use it,
    ///   or a line is no key.
    public init(keyFile path: String) throws(StoreError) {
        if access(path, F_OK) != 0 { try Self.makeKeyFile(path) }
        try self.init(existing: path)
    }

    /// Reads them where there is a file, and makes none.
    ///
    /// - Throws: as ``init(keyFile:)`` does.
    public init(existing path: String) throws(StoreError) {
        var text = try Self.readPrivate(path)
        defer { erase(&text) }
        var keys: [Key] = []
        for (index, line) in text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).enumerated() {
            guard let key = Key(hexadecimal: line) else {
                throw .unavailable("\(path): line \(index + 1) is no key; openssl rand -hex 32 makes one")
            }
            keys.append(key)
        }
        guard let first = keys.first else { throw .unavailable("\(path): there is no key in it") }
        self.init(first, older: Array(keys.dropFirst()))
    }

    private static func readPrivate(_ path: String) throws(StoreError) -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(path) }
        guard status.st_mode & 0o077 == 0 else {
            throw .unavailable("\(path): others than its owner may read or write this key file; chmod 600 it")
        }
        do {
            var data = try file.readToEnd() ?? Data()
            defer { data.resetBytes(in: 0..<data.count) }
            return [UInt8](data)
        } catch { throw .system(path) }
    }

    /// The file appears whole or not at all, and never in place of one that another process has just made.
    private static func makeKeyFile(_ path: String) throws(StoreError) {
        let text = Array((try randomOctets(32).hexadecimal + "\n").utf8)
        try makePrivateDirectory(for: path)
        var template = Array((path + ".XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw .system(path) }
        defer {
            Glibc.close(descriptor)
            unlink(template)
        }
        guard write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0,
            link(template, path) == 0 || errno == EEXIST
        else { throw .system(path) }
    }
}

/// Makes the directory that `path` lies in, open to its owner alone, unless it exists.
package func makePrivateDirectory(for path: String) throws(StoreError) {
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch { throw .unavailable("\(directory.path): the directory cannot be made") }
}

extension StoreError {
    /// What the system said about the last call that failed.
    package static func system(_ path: String) -> StoreError {
        .unavailable("\(path): \(String(cString: strerror(errno)))")
    }
}

extension AtRest.Key {
    fileprivate init?(hexadecimal text: ArraySlice<UInt8>) {
        guard var octets = [UInt8](hexadecimal: text) else { return nil }
        self.init(taking: &octets)
    }
}
