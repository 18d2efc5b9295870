// SPDX-License-Identifier: EUPL-1.2

/// Keys and values. It remembers which keys were asked for, so that the others can be reported as unknown.
public final class YAMLMap {
    private let value: YAMLValue
    private let entries: [Tree.Entry]
    /// `false` where a fault about the whole has been reported and missing keys would only repeat it.
    private let missesKeys: Bool
    private var known: [String] = []

    init(_ entries: [Tree.Entry], of value: YAMLValue, missesKeys: Bool = true) {
        self.entries = entries
        self.value = value
        self.missesKeys = missesKeys
    }

    /// The empty map that stands for one that is not there, or not a map.
    static func absent(of value: YAMLValue) -> YAMLMap {
        YAMLMap([], of: value, missesKeys: !value.isPresent)
    }

    /// The value of a key that may be left out.
    public subscript(key: String) -> YAMLValue { find(key, isRequired: false) }

    /// The value of a key that must be there; its absence is reported by the getter that reads it.
    public func required(_ key: String) -> YAMLValue { find(key, isRequired: missesKeys) }

    /// `path` as seen from the folder of the file: for defaults, which are not written in it.
    public func filePath(_ path: String) -> String { LocalFile.path(path, besides: value.source.file) }

    /// Reports a fault about the map as a whole.
    public func fault(expected: String, found: String, advice: String) {
        value.fault(expected: expected, found: found, advice: advice)
    }

    /// Reads, and then reports the keys that nobody asked for.
    func closing<T>(_ read: (YAMLMap) -> T) -> T {
        defer { reportUnknown() }
        return read(self)
    }

    private func find(_ key: String, isRequired: Bool) -> YAMLValue {
        if !known.contains(key) { known.append(key) }
        guard let entry = entries.first(where: { $0.key == key }) else {
            return YAMLValue(
                .absent(isRequired: isRequired), at: value.position, path: path(of: key), in: value.source)
        }
        return YAMLValue(entry.value, path: path(of: key), in: value.source)
    }

    private func path(of key: String) -> String { value.path.isEmpty ? key : "\(value.path).\(key)" }

    private func reportUnknown() {
        for entry in entries where !known.contains(entry.key) {
            let free = known.filter { key in !entries.contains { $0.key == key } }
            let suggestion = nearest(to: entry.key, among: free).map { "Did you mean \($0)?" }
            value.source.report(
                entry.position, path: path(of: entry.key), expected: "one of " + known.joined(separator: ", "),
                found: "the unknown key \(quoted(entry.key))", advice: suggestion ?? "Remove it: nothing reads it.")
        }
    }
}
