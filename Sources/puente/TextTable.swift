// SPDX-License-Identifier: EUPL-1.2
import Incidents

/// Columns of text for a terminal.
struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: String...) { self.header = header }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// One line for each row; the last column is as long as it likes.
    var text: String {
        let all = [header] + rows
        let widths = header.indices.dropLast().map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return (padded + row.suffix(1)).joined(separator: "  ").trimmingEnd()
        }.joined(separator: "\n")
    }
}
