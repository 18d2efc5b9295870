// SPDX-License-Identifier: EUPL-1.2

/// The member of `words` that was most likely meant by `text`, or `nil` if none is near.
public func nearest(to text: String, among words: some Sequence<String>) -> String? {
    let limit = max(1, text.count / 3)
    let measured = words.map { word in
        let isCut = text.count > 3 && (word.hasPrefix(text) || text.hasPrefix(word))
        return (word: word, distance: isCut ? 1 : editDistance(text.lowercased(), word.lowercased()))
    }
    return measured.filter { $0.distance <= limit }.min { ($0.distance, $0.word) < ($1.distance, $1.word) }?.word
}

/// `low, substantial or high`.
func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}

/// How to mend a word that is none of `words`.
func adviceToChoose(_ words: [String], insteadOf text: String) -> String {
    switch words.count {
    case 1: "Write \(words[0])."
    case 2: "Write one of the two."
    case 3: "Write one of the three."
    default: nearest(to: text, among: words).map { "Did you mean \($0)?" } ?? "Write one of them."
    }
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`; texts over 64 characters are far.
private func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    guard !a.isEmpty, !b.isEmpty, a.count <= 64, b.count <= 64 else { return max(a.count, b.count) }
    var rows = [Array(0...b.count)]
    for i in 1...a.count {
        var row = [i]
        for j in 1...b.count {
            let cost = a[i - 1] == b[j - 1] ? 0 : 1
            var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + cost)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, rows[i - 2][j - 2] + 1) }
            row.append(best)
        }
        rows.append(row)
    }
    return rows[a.count][b.count]
}
