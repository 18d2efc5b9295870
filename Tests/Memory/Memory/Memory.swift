// SPDX-License-Identifier: EUPL-1.2
import CMemory
import Glibc

/// Does everything that calls C again and again, what succeeds and what fails, and watches the heap: whatever a round does not
/// give back is lost for every message. LeakSanitizer cannot say so, because Swift keeps tags in its pointers. Run as `bin/test`
/// runs it: without the small caches of the allocator.
///
/// Ends with the line `N passed, N failed`.
@main
enum Memory {
    private static let rounds = 40
    private static let turns = 5
    /// Less than the smallest piece of memory that can be lost in each round; caches may grow a little.
    private static let octetsPerRound = 8

    static func main() throws {
        var (passed, failed) = (0, 0)
        let leak = Boundary.leak
        for boundary in try Boundary.all() + [leak] {
            let growth = try growth(of: boundary)
            let isGood = (growth < rounds * octetsPerRound) == (boundary.name != leak.name)
            if isGood { passed += 1 } else { failed += 1 }
            print("\(isGood ? "ok   " : "FAIL ") \(boundary.name): \(growth) octets more after \(rounds) rounds")
        }
        print("\(passed) passed, \(failed) failed")
        exit(failed == 0 ? 0 : 1)
    }

    /// The least of several turns: what is lost is lost in each of them, while a cache grows once.
    private static func growth(of boundary: Boundary) throws -> Int {
        for _ in 0..<rounds { try boundary.run() }
        let turns = try (0..<turns).map { _ in
            let before = Int(cmemory_in_use())
            for _ in 0..<rounds { try boundary.run() }
            return Int(cmemory_in_use()) - before
        }
        return turns.min() ?? .max
    }
}

/// Something that calls C, with all that can go wrong in it.
struct Boundary {
    struct NotRefused: Error {
        let name: String
        let number: Int
    }

    let name: String
    let run: () throws -> Void

    /// - Parameters:
    ///   - good: what must not throw.
    ///   - bad: what must.
    init(_ name: String, good: [() throws -> Void], bad: [() throws -> Void]) {
        self.name = name
        run = {
            for good in good { try good() }
            for (number, bad) in bad.enumerated() {
                guard (try? bad()) == nil else { throw NotRefused(name: name, number: number) }
            }
        }
    }

    /// Shows that a leak would be seen.
    static var leak: Boundary { Boundary("a planted leak is seen", good: [{ _ = strdup("lost") }], bad: []) }
}
