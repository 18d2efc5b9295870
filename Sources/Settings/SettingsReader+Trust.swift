// SPDX-License-Identifier: EUPL-1.2
import Foundation
import YAMLText

extension SettingsReader {
    func trust(_ map: YAMLMap, in state: String) -> Settings.Trust {
        let approvals = map["approvals"].integer(in: 1...2) ?? 1
        return Settings.Trust(
            graceHours: map["grace-hours"].integer(in: 0...72) ?? 0,
            allowedNetworks: map["allowed-networks"].distinct("blocks of addresses") { $0.addressBlock() },
            changes: map["changes"].section { changes($0, approvals: approvals) },
            approvals: approvals,
            operators: approvers(map["operators"], forApprovals: approvals),
            alarms: map["alarms"].section(alarms),
            controlSocket: controlSocket(map["control-socket"], in: state))
    }

    /// Where two people decide, one of them may not bring in a node alone: they could take one out and put it back with
    /// anchors of their own.
    private func changes(_ map: YAMLMap, approvals: Int) -> [Settings.Trust.ChangeKind: Settings.Trust.TakeOver] {
        let rules = Settings.Trust.ChangeKind.allCases.map { kind in
            let isForTwo = approvals > 1 && kind == .nodeAdded
            return (kind, map[kind.rawValue].word() ?? (isForTwo ? .approval : kind.default))
        }
        return Dictionary(uniqueKeysWithValues: rules)
    }

    // MARK: Operators

    private func approvers(_ value: YAMLValue, forApprovals count: Int) -> [Settings.Trust.Approver] {
        var places: [String: String] = [:]
        func claim(_ text: String, as kind: String, at value: YAMLValue) {
            guard let place = places.updateValue(value.place, forKey: "\(kind) \(text)") else { return }
            value.fault(
                expected: "a \(kind) of their own for each operator", found: "the same as in \(place)",
                advice: "One person approves once: remove one of the two, or correct it.")
        }
        let entries = value.list(of: "operators")
        if entries.count < count, count > 1 {
            value.fault(
                expected: "\(count) operators or more beside approvals: \(count)", found: "\(entries.count)",
                advice: "Add their names and keys, or write approvals: 1.")
        }
        return entries.compactMap { entry in
            entry.map { map in
                let (name, key) = (map.required("name"), map.required("key"))
                let (label, pem) = (name.label(), publicKey(key))
                if let label { claim(label, as: "name", at: name) }
                if let pem, !pem.isEmpty { claim(String(decoding: pem, as: UTF8.self), as: "key", at: key) }
                return Settings.Trust.Approver(name: label ?? "", key: pem ?? Data())
            }
        }
    }

    /// One PEM block of a certificate or a public key, in lines of 64 characters, so that equal keys look alike.
    private func publicKey(_ value: YAMLValue) -> Data? {
        let expected = "a certificate or a public key in PEM, or file: and a path"
        if value.isMap {
            return value.map { map in
                let file = map.required("file")
                guard rules.checksFiles else { return file.filePath().map { _ in Data() } }
                let octets = file.fileContents(limit: 65536)
                return octets.flatMap { publicKey(String(decoding: $0, as: UTF8.self), expected: expected, at: file) }
            } ?? nil
        }
        return value.string(expected).flatMap { publicKey($0, expected: expected, at: value) }
    }

    private func publicKey(_ text: String, expected: String, at value: YAMLValue) -> Data? {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
        func refuse(_ found: String, _ advice: String) -> Data? {
            value.fault(expected: expected, found: found, advice: advice)
            return nil
        }
        if text.contains("PRIVATE KEY-----") {
            return refuse(
                "a private key", "Write the public key, and make a new pair: whoever has read this file can sign.")
        }
        for kind in ["CERTIFICATE", "PUBLIC KEY"]
        where lines.first == "-----BEGIN \(kind)-----" && lines.last == "-----END \(kind)-----" {
            let body = lines.dropFirst().dropLast().joined()
            guard let der = Data(base64Encoded: body), der.first == 0x30 else { break }
            let base64 = der.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            return Data("-----BEGIN \(kind)-----\n\(base64)\n-----END \(kind)-----\n".utf8)
        }
        return refuse("something else", "Write one block, as openssl pkey -pubout or openssl x509 prints it.")
    }

    // MARK: Alarms

    private func alarms(_ map: YAMLMap) -> Settings.Trust.Alarms {
        let days = map["days"]
        return Settings.Trust.Alarms(
            days: days.isPresent
                ? days.distinct("days", atLeast: 1) { $0.integer(in: 1...365) }.sorted(by: >) : [60, 30, 14, 7, 1],
            webhook: map["webhook"].map(webhook),
            mail: map["mail"].map(mail))
    }

    private func webhook(_ map: YAMLMap) -> Settings.Trust.Webhook {
        let expected =
            isProduction ? "an https address, because production is true" : "an https address, or http on this machine"
        let url = map.required("url").parsed(expected, advice: "Write it in full, beginning with https://.") { text in
            let address = WebAddress(text)
            return address.flatMap { $0.scheme == "https" || ($0.isLoopback && !isProduction) ? $0 : nil }
        }
        return Settings.Trust.Webhook(url: url ?? .loopback, secret: secret(map["secret"]))
    }

    private func mail(_ map: YAMLMap) -> Settings.Trust.Mail {
        Settings.Trust.Mail(
            to: map.required("to").distinct("addresses", atLeast: 1) { $0.email() },
            from: map.required("from").email() ?? "",
            sendmail: program(map["sendmail"], default: "/usr/sbin/sendmail"))
    }

    private func program(_ value: YAMLValue, default path: String) -> String {
        let path = value.filePath() ?? path
        if rules.checksFiles, !FileManager.default.isExecutableFile(atPath: path) {
            value.fault(
                expected: "a program that can be run", found: "none at \(path)",
                advice: "Install one, such as msmtp-mta or postfix, or name another path.")
        }
        return path
    }

    // MARK: Control socket

    /// An address of a Unix socket has 108 octets and a NUL (unix(7)); a path to it that is longer would be cut.
    private func controlSocket(_ value: YAMLValue, in state: String) -> String {
        let path = value.filePath() ?? "\(state)/puente.sock"
        if path.utf8.count > 100 {
            value.fault(
                expected: "a path of at most 100 octets", found: "\(path.utf8.count), \(quoted(path))",
                advice: "Name a shorter one in trust.control-socket, such as /run/puente/puente.sock.")
        }
        return path
    }
}
