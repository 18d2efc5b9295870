// SPDX-License-Identifier: EUPL-1.2
public import Foundation
public import YAMLText

/// Where a passphrase, a PIN or the like is: never in the settings themselves.
///
/// Written as `{file: path}`, `{environment: NAME}` or `{credential: NAME}`.
public enum Secret: Hashable, Sendable {
    /// The first line of a file; in production only its owner and group may read it.
    case file(path: String)
    /// A variable of the environment.
    case environment(name: String)
    /// A file that systemd puts into the folder `$CREDENTIALS_DIRECTORY` (systemd.exec(5), `LoadCredential=`).
    case credential(name: String)

    static let sizeLimit = 4096

    /// The secret itself: one line of text in UTF-8, not empty, of at most 4096 octets. A newline at its end is dropped.
    ///
    /// Texts of problems say where the secret was looked for, and nothing of what was found there.
    public func read(
        in environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(LocalFile.Problem) -> String {
        switch self {
        case .file(let path):
            try Self.line(LocalFile.read(path, limit: Self.sizeLimit), of: path)
        case .environment(let name):
            try Self.line(Data(try Self.variable(name, in: environment).utf8), of: "$" + name)
        case .credential(let name):
            try Self.line(
                LocalFile.read(
                    Self.variable("CREDENTIALS_DIRECTORY", in: environment) + "/" + name, limit: Self.sizeLimit),
                of: "the credential \(name)")
        }
    }

    private static func variable(_ name: String, in environment: [String: String]) throws(LocalFile.Problem) -> String {
        if let value = environment[name] { return value }
        throw LocalFile.Problem(
            found: "no variable \(name)",
            advice: name == "CREDENTIALS_DIRECTORY"
                ? "Start puente as a unit of systemd with LoadCredential= or LoadCredentialEncrypted=."
                : "Set it in the environment of puente.")
    }

    private static func line(_ octets: Data, of place: String) throws(LocalFile.Problem) -> String {
        func problem(_ found: String) -> LocalFile.Problem {
            LocalFile.Problem(found: "\(found) in \(place)", advice: "Write the secret there, on one line.")
        }
        guard octets.count <= sizeLimit else { throw problem("more than \(sizeLimit) octets") }
        guard var text = String(validating: octets, as: UTF8.self) else { throw problem("something other than UTF-8") }
        if text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { throw problem("nothing") }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw problem("more than one line")
        }
        return text
    }
}

extension SettingsReader {
    /// Where a secret is. What is written instead is not quoted: it may be the secret.
    func secret(_ value: YAMLValue) -> Secret? {
        guard value.isMap else {
            if value.isPresent { value.refuseInlineSecret() }
            return nil
        }
        return value.map { secret($0, at: value) } ?? nil
    }

    private func secret(_ map: YAMLMap, at value: YAMLValue) -> Secret? {
        let (file, variable, credential) = (map["file"], map["environment"], map["credential"])
        let count = [file, variable, credential].count(where: \.isPresent)
        if count != 1 {
            value.fault(
                expected: "one of file, environment and credential", found: "\(count)",
                advice: "Say where the secret is, once.")
        }
        let path = file.isPresent ? key(file) : nil
        let name = variable.parsed("the name of a variable", advice: "Write capitals, digits and _.") {
            $0.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]{0,254}/).map { String($0.0) }
        }
        let unit = credential.parsed("the name of a credential", advice: "Write it as in LoadCredential= of the unit.")
        {
            $0.wholeMatch(of: /[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}/).map { String($0.0) }
        }
        return path.map(Secret.file) ?? name.map(Secret.environment) ?? unit.map(Secret.credential)
    }
}

extension YAMLValue {
    fileprivate func refuseInlineSecret() {
        fault(
            expected: "where the secret is, as {file: path}, {environment: NAME} or {credential: NAME}",
            found: "something else, which is not repeated here",
            advice: "Move the secret to a file, and replace it if these settings were ever shared.")
    }
}
