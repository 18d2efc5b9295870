// SPDX-License-Identifier: EUPL-1.2
import Federation
import NIOPosix
import Synchronization

/// A few threads for XML and cryptography, which block and would starve everything else on the shared pool.
///
/// The queue is bounded: what does not fit is refused at once, and the person is told to try again.
public final class Workers: Sendable {
    private let pool: NIOThreadPool
    private let capacity: Int
    private let waiting = Mutex(0)

    /// - Parameters:
    ///   - threads: 0 for as many as there are cores.
    ///   - capacity: how much may wait or run at the same time.
    public init(threads: Int, cores: Int, capacity: Int) {
        pool = NIOThreadPool(numberOfThreads: threads > 0 ? threads : max(1, cores))
        self.capacity = capacity
        pool.start()
    }

    /// - Throws: ``Rule/overloaded`` when the queue is full, or whatever `work` throws.
    public func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        let isAdmitted = waiting.withLock { count in
            guard count < capacity else { return false }
            count += 1
            return true
        }
        guard isAdmitted else { throw Rejection(.overloaded, expected: "at most \(capacity) at the same time") }
        defer { waiting.withLock { $0 -= 1 } }
        return try await pool.runIfActive { try work() }
    }

    public func shutdown() async throws { try await pool.shutdownGracefully() }
}
