// SPDX-License-Identifier: EUPL-1.2
import Foundation
import YAMLText

extension SettingsReader {
    private static let keyFileLimit = 1 << 20

    func endpoint(_ map: YAMLMap, port: Int) -> Settings.Endpoint {
        Settings.Endpoint(
            host: map["host"].host() ?? "127.0.0.1", port: map["port"].integer(in: 1...65535) ?? port)
    }

    func key(_ value: YAMLValue) -> String {
        guard let path = file(value) else { return "" }
        refuseOpenFile(path, at: value)
        return path
    }

    func certificate(_ value: YAMLValue) -> String {
        guard let path = file(value) else { return "" }
        if isProduction, rules.checksFiles, let name = rules.commonName(path), isSampleName(name) {
            value.fault(
                expected: "a certificate of your own, because production is true",
                found: "one for \(quoted(name))", advice: "Make a key with puente keys new, and have it certified.")
        }
        return path
    }

    func storeKey(_ value: YAMLValue, in state: String) -> String {
        let path = value.filePath() ?? "\(state)/store.key"
        guard isProduction, rules.checksFiles else { return path }
        do {
            try LocalFile.check(path, limit: Self.keyFileLimit)
            if LocalFile.isOpenToOthers(path, besidesGroup: false) {
                value.fault(
                    expected: "a key that only its owner can read", found: "one that others or the group can use",
                    advice: "Run chmod 600 \(path).")
            }
        } catch {
            value.fault(
                expected: "a readable file, because production is true", found: error.found,
                advice:
                    "Write 64 hexadecimal digits there, as openssl rand -hex 32 prints them, and run chmod 600 on it."
            )
        }
        return path
    }

    func file(_ value: YAMLValue) -> String? {
        let path = rules.checksFiles ? value.existingFile(limit: Self.keyFileLimit) : value.filePath()
        if isProduction, let name = path.map({ ($0 as NSString).lastPathComponent }), isSampleName(name) {
            value.fault(
                expected: "a file of your own, because production is true", found: quoted(name),
                advice: "Make a key with puente keys new; if this is your own, give it another name.")
        }
        return path
    }

    private func refuseOpenFile(_ path: String, at value: YAMLValue) {
        guard isProduction, rules.checksFiles, LocalFile.isOpenToOthers(path) else { return }
        value.fault(
            expected: "a key that only its owner and group can read", found: "one that others can read or change",
            advice: "Run chmod 640 \(path).")
    }

    private func isSampleName(_ name: String) -> Bool {
        name.lowercased().split { !$0.isLetter }.contains { word in
            ["sample", "demo", "test"].contains { word == $0 || word == $0 + "s" }
        }
    }

    /// - Parameter mayBePatterns: whether the last part of a path may be a pattern.
    func paths(_ value: YAMLValue, default path: String, mayBePatterns: Bool = false) -> [String] {
        guard value.isPresent else { return [map.filePath(path)] }
        return value.distinct("paths", atLeast: 1) { mayBePatterns ? $0.pathOrPattern() : $0.filePath() }
    }
}

extension YAMLValue {
    /// An address without path, query and slash at the end.
    func publicAddress(mustBeSecure: Bool) -> WebAddress? {
        let expected =
            mustBeSecure
            ? "an https address without path, because production is true" : "an http or https address without path"
        return parsed(expected, advice: "Write it as https://host or https://host:port.") { text in
            let bare = text.hasSuffix("/") ? String(text.dropLast()) : text
            guard let address = WebAddress(bare), address.rest.isEmpty, !mustBeSecure || address.scheme == "https"
            else { return nil }
            return address
        }
    }

    /// A path like ``filePath()``, whose last part may be a pattern.
    func pathOrPattern() -> String? {
        let written = parsed(
            "a path, or a pattern in its last part", advice: "Write *, ? and [ behind the last / only."
        ) {
            text in
            let folder = text.prefix(upTo: text.lastIndex(of: "/") ?? text.startIndex)
            return folder.contains { "*?[".contains($0) } ? nil : text
        }
        return written == nil ? nil : filePath()
    }

    func host() -> String? {
        parsed("a host name or an address of this machine", advice: "Write 127.0.0.1, 0.0.0.0, :: or a name.") { text in
            text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:".contains($0)) } ? text : nil
        }
    }

    func email() -> String? {
        parsed("an e-mail address", advice: "Write it as name@host, without mailto:.") { text in
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            let isSound = parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !text.hasPrefix("-")
            return isSound && !text.contains { $0.isWhitespace || ":<>,".contains($0) } ? text : nil
        }
    }
}
