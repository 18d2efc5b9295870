// SPDX-License-Identifier: EUPL-1.2
public import Foundation
import Synchronization

/// A token of SoftHSM with keys of ours in it: Debian's `softhsm2` and `opensc`, which must be there.
public final class SoftToken: Sendable {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    public static let pin = "1234-secret"
    public let folder: URL
    /// A copy of its own: each process has one state for each file that it loads.
    public let module: String
    public let label: String
    private static let starting = Mutex(())

    /// - Parameters:
    ///   - without: mechanisms that the token shall not know.
    public init(label: String = "Puente", keys: [TestKey], without mechanisms: [String] = []) throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "puente-softhsm-\(UInt64.random(in: 0 ... .max))")
        self.folder = folder
        self.label = label
        module = folder.appending(path: "module.so").path
        try FileManager.default.createDirectory(
            at: folder.appending(path: "tokens"), withIntermediateDirectories: true)
        let installed = URL(filePath: "/usr/lib/softhsm/libsofthsm2.so").resolvingSymlinksInPath().path
        try FileManager.default.copyItem(atPath: installed, toPath: module)
        // SoftHSM 2.6.1 overlooks the first of those that it shall not know.
        let known = mechanisms.isEmpty ? "ALL" : (["-CKM_MD5"] + mechanisms).joined(separator: ",")
        let text = """
            directories.tokendir = \(folder.appending(path: "tokens").path)
            objectstore.backend = file
            log.level = ERROR
            slots.mechanisms = \(known)
            """
        try Data(text.utf8).write(to: folder.appending(path: "softhsm2.conf"))
        try run([
            "softhsm2-util", "--init-token", "--free", "--label", label, "--pin", Self.pin, "--so-pin", "00000000",
        ])
        for key in keys { try add(key) }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }  // the system clears its temporary folder anyway

    /// Puts a key in, named like the test key.
    public func add(_ key: TestKey, named name: String? = nil) throws {
        let der = folder.appending(path: "key.der")
        try run([
            "openssl", "pkey", "-in", Repository.path("Tests/Vectors/keys/\(key.rawValue).pem"), "-outform", "DER",
            "-out", der.path,
        ])
        let use = TestKey.curves.contains(key) ? "--usage-derive" : "--usage-decrypt"
        try run([
            "pkcs11-tool", "--module", module, "--token-label", label, "--login", "--pin", Self.pin, "--write-object",
            der.path, "--type", "privkey", "--label", name ?? key.rawValue, "--id", "0a", "--usage-sign", use,
        ])
    }

    /// Where the key is, as RFC 7512 writes it.
    public func address(of key: TestKey) -> String { "pkcs11:token=\(label);object=\(key.rawValue);type=private" }

    /// Loads the module for the first time, while the environment names its configuration.
    public func start<T>(_ load: (_ module: String) throws -> T) throws -> T {
        try Self.starting.withLock { _ in
            setenv("SOFTHSM2_CONF", folder.appending(path: "softhsm2.conf").path, 1)
            return try load(module)
        }
    }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["SOFTHSM2_CONF": folder.appending(path: "softhsm2.conf").path]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        let told = Pipe()
        process.standardError = told
        try process.run()
        let text = try told.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(arguments[0]): \(String(decoding: text, as: UTF8.self))")
        }
    }
}
