// SPDX-License-Identifier: EUPL-1.2
import GRDB

/// Lets callers share a flush to the disk: while one transaction is being written, the steps that arrive gather for the
/// next. Every step succeeds or fails by itself; no caller hears of success before the transaction is on the disk.
actor GroupCommit {
    private struct Step: Sendable {
        /// Works within the transaction, alone or beside others; what it returns tells the caller how it went.
        /// Throws if the whole transaction is lost.
        let run: @Sendable (Database, _ isAlone: Bool) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private let pool: DatabasePool
    private var waiting: [Step] = []
    private var writing: Task<Void, Never>?

    init(_ pool: DatabasePool) {
        self.pool = pool
    }

    /// - Throws: what `work` throws, or why the transaction could not be written. Nothing of `work` remains then.
    func perform<T: Sendable>(_ work: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { caller in
            waiting.append(
                Step(
                    run: { db, isAlone in
                        if isAlone {
                            let result = try work(db)
                            return { caller.resume(returning: result) }
                        }
                        let result = Result { try db.nested(work) }
                        // SQLite itself abandons the transaction when, say, the disk is full.
                        if !db.isInsideTransaction { _ = try result.get() }
                        return { caller.resume(with: result) }
                    },
                    fail: { caller.resume(throwing: $0) }))
            // A task of its own: one caller's cancellation must not undo the steps of the others.
            if writing == nil { writing = Task { await self.writeAll() } }
        }
    }

    /// Returns when nothing is left to write.
    func finish() async {
        await writing?.value
    }

    private func writeAll() async {
        while !waiting.isEmpty {
            let batch = waiting
            waiting = []
            do {
                let callers = try await pool.write { db in try batch.map { try $0.run(db, batch.count == 1) } }
                for tell in callers { tell() }
            } catch {
                for step in batch { step.fail(error) }
            }
        }
        writing = nil
    }
}

extension Database {
    /// Runs `work` so that it leaves nothing behind if it throws, and the transaction around it goes on.
    fileprivate func nested<T>(_ work: (Database) throws -> T) throws -> T {
        var result: T?
        try inSavepoint {
            result = try work(self)
            return .commit
        }
        guard let result else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
        return result
    }
}
