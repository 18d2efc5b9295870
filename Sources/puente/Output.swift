// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
@preconcurrency import Glibc

/// Standard output. Results are kept in files that it is led to, so that whatever could not be written is told.
enum Output {
    /// At once, even where the output is a file or a pipe.
    static func say(_ text: String, terminator: String = "\n") {
        print(text, terminator: terminator)
        fflush(stdout)
    }

    static func write(_ octets: [UInt8]) { fwrite(octets, 1, octets.count, stdout) }

    /// - Throws: if anything that was printed did not arrive.
    static func finish() throws {
        let isWhole = fflush(stdout) == 0
        let reason = String(cString: strerror(errno)).lowercased()
        guard isWhole, ferror(stdout) == 0 else {
            throw failure("Not all of the output could be written\(isWhole ? "" : ": \(reason)").")
        }
    }
}
