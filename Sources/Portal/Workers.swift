// SPDX-License-Identifier: EUPL-1.2
import Federation
import NIOPosix
import Synchronization

/// A few threads for XML and cryptography, which block and would starve everything else on the shared pool.
///
/// The queue is bounded: what does not fit is refused at once, and the person is told to try again.
public final class Workers: Sendable {
    private let pool: NIOThreadPool
    private let gate: Gate

    /// - Parameters:
    ///   - threads: 0 for as many as there are cores.
    ///   - capacity: how much may wait or run at the same time.
    public init(threads: Int, cores: Int, capacity: Int) {
        pool = NIOThreadPool(numberOfThreads: threads > 0 ? threads : max(1, cores))
        gate = Gate(capacity)
        pool.start()
    }

    /// What `work` holds and returns is handed over, not shared: a parsed message may go from one piece of work to the next.
    ///
    /// - Throws: ``Rule/overloaded`` when the queue is full, or whatever `work` throws.
    public func run<T>(_ work: sending @escaping () throws -> sending T) async throws -> sending T {
        try gate.enter()
        defer { gate.leave() }
        // `sending` makes the compiler check every caller: nobody else can reach the work or its result meanwhile.
        nonisolated(unsafe) let work = work
        return try await pool.runIfActive { Handed(value: try work()) }.value
    }

    private struct Handed<T>: @unchecked Sendable {
        nonisolated(unsafe) let value: T
    }

    public func shutdown() async throws { try await pool.shutdownGracefully() }
}

/// Lets in so many at the same time, and turns the others away at once.
final class Gate: Sendable {
    private let capacity: Int
    private let inside = Mutex(0)

    init(_ capacity: Int) { self.capacity = capacity }

    /// - Throws: ``Rule/overloaded``. Whoever is let in must ``leave()``.
    func enter() throws(Rejection) {
        let isAdmitted = inside.withLock { count in
            guard count < capacity else { return false }
            count += 1
            return true
        }
        guard isAdmitted else { throw Rejection(.overloaded, expected: "at most \(capacity) at the same time") }
    }

    func leave() { inside.withLock { $0 -= 1 } }
}
