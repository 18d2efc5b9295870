// SPDX-License-Identifier: EUPL-1.2

/// Every sample that there is.
public enum Corpus {
    public static let samples: [Sample] =
        wrapping + references + grafting + parsing + structure + keys + signatures + trust + encryption + state
        + contents + requests + web + supply
        + resources

    /// Those whose class, role or title holds one of these texts, or all where there is none.
    public static func samples(matching texts: [String]) -> [Sample] {
        guard !texts.isEmpty else { return samples }
        let wanted = texts.map { $0.lowercased() }
        return samples.filter { sample in
            wanted.contains { sample.description.lowercased().contains($0) }
        }
    }
}
