// SPDX-License-Identifier: EUPL-1.2
import CFuzzer
import Foundation

/// What libFuzzer throws octets at.
public protocol FuzzTarget {
    /// Good and bad inputs to begin with, by name.
    static func seeds() throws -> [(name: String, octets: [UInt8])]
    /// Judges one input; it breaks no promise by being refused.
    static func run(_ octets: [UInt8]) throws
}

extension FuzzTarget {
    /// The whole program: writes the seeds for `--seeds FOLDER`; otherwise the arguments are libFuzzer's.
    public static func main(
        _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    ) -> Int32 {
        if CommandLine.arguments.dropFirst().first == "--seeds", let folder = CommandLine.arguments.last {
            scenery("the seeds are written") { try write(seeds(), into: URL(filePath: folder)) }
            return 0
        }
        current = { octets in promise("nothing is thrown") { try run(octets) } }
        var (count, arguments) = (count, arguments)
        return LLVMFuzzerRunDriver(&count, &arguments) { octets, size in
            current(Array(UnsafeBufferPointer(start: octets, count: size)))
            return 0
        }
    }

    private static func write(_ seeds: [(name: String, octets: [UInt8])], into folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for seed in seeds { try Data(seed.octets).write(to: folder.appending(path: seed.name)) }
    }
}

/// Set once, before libFuzzer begins; a C function pointer cannot carry it.
nonisolated(unsafe) private var current: ([UInt8]) -> Void = { _ in }

/// Ends the run where something is not as it must be: libFuzzer keeps the input.
public func promise(_ isKept: Bool, _ words: @autoclosure () -> String) {
    guard !isKept else { return }
    FileHandle.standardError.write(Data("A promise is broken: \(words())\n".utf8))
    abort()
}

/// The same for work that must not throw.
public func promise<T>(_ words: @autoclosure () -> String, _ work: () throws -> T) -> T {
    do {
        return try work()
    } catch {
        promise(false, "\(words()), but \(error)")
        abort()
    }
}

/// What all runs share. LeakSanitizer does not see through the tags that Swift keeps in the pointers of an `enum`, and
/// would call it lost.
public func scenery<T>(_ words: @autoclosure () -> String, _ work: () throws -> T) -> T {
    __lsan_disable()
    defer { __lsan_enable() }
    return promise(words(), work)
}
