// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// CPU seconds that this process has used, its threads and the system's work for it included.
func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func wallSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Something is not as the measurement needs it.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Things of which each is done again and again, in turn, so that a noisy machine is as noisy for all of them.
struct Contest {
    typealias Work = () throws -> Void

    private let works: [Work]
    private let counts: [Int]

    /// Warms up.
    ///
    /// - Parameter slice: CPU seconds that each gets in a round.
    init(_ works: [Work], slice: Double) throws {
        self.works = works
        counts = try works.map { work in
            _ = try Self.seconds(work, times: 3)
            return max(1, Int(slice / (try Self.seconds(work, times: 5))))
        }
    }

    /// CPU seconds for doing each once: `[round][work]`.
    func run(rounds: Int) throws -> [[Double]] {
        try (0..<rounds).map { round in
            var row = [Double](repeating: 0, count: works.count)
            for place in works.indices {
                let turn = (place + round) % works.count
                row[turn] = try Self.seconds(works[turn], times: counts[turn])
            }
            return row
        }
    }

    private static func seconds(_ work: Work, times: Int) throws -> Double {
        let start = cpuSeconds()
        for _ in 0..<times { try work() }
        return (cpuSeconds() - start) / Double(times)
    }
}

extension [Double] {
    var median: Double {
        let sorted = sorted()
        guard let last = sorted.last else { return .nan }
        return count.isMultiple(of: 2)
            ? (sorted[count / 2 - 1] + sorted[count / 2]) / 2 : sorted.count == 1 ? last : sorted[count / 2]
    }
}

/// A table of plain text: the first column to the left, the others to the right.
struct Table {
    private var rows: [[String]]

    init(_ heads: String...) { rows = [heads] }

    mutating func add(_ row: String...) { rows.append(row) }

    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + blanks : blanks + cell.0
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

func milliseconds(_ seconds: Double) -> String { String(format: "%.2f", seconds * 1000) }
func ratio(_ value: Double) -> String { String(format: "%.2fx", value) }
