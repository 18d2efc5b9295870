// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import XMLSecurity
import YAMLText

/// A document on its way to the folder. Belongs to one thread; whoever forgets it has discarded it.
///
/// It is locked as long as it is written, so that it can be told from what a crash left behind.
final class DocumentDraft {
    private let folder: DocumentFolder
    private let path: String
    private let file: OpenFile
    private let hash: RunningDigest
    private(set) var size = 0
    private var isKept = false

    init(in folder: DocumentFolder) throws(Rejection) {
        self.folder = folder
        path = "\(folder.path)/\(UUID().uuidString).part"
        try Self.make(folder.path)
        file = try OpenFile(opening: path, O_WRONLY | O_CREAT | O_EXCL)
        LocalFile.give(path, toOwnerOf: folder.path)
        hash = RunningDigest(.sha256)
        flock(file.number, LOCK_EX | LOCK_NB)
    }

    deinit { if !isKept { unlink(path) } }

    func append(_ octets: some ContiguousBytes) throws(Rejection) {
        let written: Result<Int, Rejection> = octets.withUnsafeBytes { buffer in
            Result { () throws(Rejection) in
                try file.write(buffer)
                hash.add(buffer)
                return buffer.count
            }
        }
        size += try written.get()
    }

    /// Content first, then its name, then the folder: a crash in between leaves a draft, or the whole document.
    func keep() throws(Rejection) -> DocumentFolder.Digest {
        let digest = DocumentFolder.Digest(octets: hash.finish())
        try file.synchronize()
        guard rename(path, folder.path(of: digest)) == 0 else { throw Rejection(disk: folder.path) }
        isKept = true
        try OpenFile(opening: folder.path, O_RDONLY | O_DIRECTORY).synchronize()
        return digest
    }

    /// Unless somebody is writing it.
    static func removeLeftover(_ path: String) {
        guard let file = try? OpenFile(opening: path, O_RDONLY) else { return }  // gone meanwhile
        if flock(file.number, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
    }

    private static func make(_ path: String) throws(Rejection) {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            LocalFile.give(path, toOwnerOf: path + "/..")
        } catch {
            throw Rejection(.metadataUnavailable, path, expected: "a folder that can be made", found: "\(error)")
        }
    }
}

/// An open file, closed when it is forgotten.
final class OpenFile: Sendable {
    let number: Int32
    private let path: String

    /// A file that is made belongs to its owner alone.
    init(opening path: String, _ flags: Int32) throws(Rejection) {
        self.path = path
        number = open(path, flags | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw Rejection(disk: path) }
    }

    deinit { close(number) }

    func write(_ octets: UnsafeRawBufferPointer) throws(Rejection) {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = Foundation.write(number, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Rejection(disk: path) }
            rest = rest.dropFirst(count)
        }
    }

    /// Fewer only at the end of the file, where there are none.
    func read(upTo length: Int) throws(Rejection) -> [UInt8] {
        while true {
            var failed = false
            let octets = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
                let found = Foundation.read(number, buffer.baseAddress, length)
                failed = found < 0
                count = max(0, found)
            }
            if !failed { return octets }
            guard errno == EINTR else { throw Rejection(disk: path) }
        }
    }

    func size() throws(Rejection) -> Int {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw Rejection(disk: path) }
        return Int(status.st_size)
    }

    /// Returns when everything is on the disk.
    func synchronize() throws(Rejection) { guard fsync(number) == 0 else { throw Rejection(disk: path) } }
}

extension Rejection {
    /// What the system just said about a file.
    fileprivate init(disk path: String) {
        let cause = String(cString: strerror(errno))
        self.init(.metadataUnavailable, path, expected: "a file that can be read and written", found: cause)
    }
}
