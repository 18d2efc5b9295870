// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Bridge
import Federation
import Foundation
import Incidents
import Logging
import SAML
import Settings
import Trust
import XMLSecurity
import YAMLText

struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain a SAML message, check by check.",
        discussion: """
            Reads a request, a response, a logout or metadata: XML, Base64, Base64 of DEFLATE, or a saved form, page, \
            address or HTTP request with SAMLRequest or SAMLResponse. Runs the very checks of the running node and tells \
            each with pass or fail, element, expected, found and clause, and what to tell the partner. With --config it \
            knows your peers and keys; with either --config or --key it opens what is encrypted for you. Values of \
            attributes are hidden.

            Exit code 0 if the node would accept the message, 1 if not, 2 if there is nothing to look with or at.

            Examples:
              puente inspect answer.b64 --config puente.yaml
              puente inspect request.xml --at 2026-03-02T09:15:31Z --json
              puente inspect answer.xml --key old-node.p12 --passphrase-file secret
            """)

    @Argument(help: "The file, or - for standard input.", completion: .file()) var file: String
    @Option(name: [.short, .long], help: "The settings file of the node whose eyes to use.", completion: .file())
    var config: String?
    @Option(help: "A private key to open what is encrypted: PEM or PKCS#12.", completion: .file()) var key: String?
    @Option(help: "A file with the passphrase of the key.", completion: .file()) var passphraseFile: String?
    @Option(help: "The time to check against, in UTC. Default: now.") var at: String?
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Show the values of attributes too.") var showPersonalData = false

    func validate() throws {
        guard at.map({ Instant.read($0) != nil }) ?? true else {
            throw ValidationError("--at must be like 2026-03-02T09:15:31Z.")
        }
    }

    func run() async throws {
        let now = at.flatMap(Instant.read) ?? Date()
        let node = try config.map { try Self.node($0, at: now) }
        let keys = try key.map { try DecryptionKey.read(from: $0, passphraseFile: passphraseFile, at: now) } ?? []
        let saved = try octets()
        let inspection: Inspection
        do throws(Rejection) {
            inspection = Inspection(
                try Unwrapped(saved), by: node?.snapshot, limit: node?.limit ?? ReceivedMessage.defaultLimit,
                openingWith: keys, at: now)
        } catch {
            inspection = Inspection(unreadable: error)
        }
        let report = InspectionReport(inspection, showsPersonalData: showPersonalData)
        print(json ? try report.json() : report.text)
        if !inspection.wouldPass { throw ExitCode(1) }
    }

    private func octets() throws -> [UInt8] {
        if file == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        do {
            return Array(try LocalFile.read(file, limit: 64 << 20))
        } catch {
            throw ValidationError("\(error.found): nothing to inspect. \(error.advice)")
        }
    }

    /// What it knows, and how many characters of a message it takes.
    private static func node(_ path: String, at now: Date) throws -> (snapshot: Snapshot, limit: Int) {
        let reading = Configuration.read(path)
        let faults = Faults()
        guard let settings = reading.value,
            let trust = TrustDirectory(settings, at: now, logger: Logger(label: "inspect"), for: .looking, into: faults)
        else {
            _ = Configuration.report(reading.faults + faults.sorted)
            throw ExitCode(2)
        }
        return (trust.snapshot, settings.limits.messageCharacters)
    }
}

extension DecryptionKey {
    /// All keys of a file; one that comes without its certificate gets one that says nothing.
    fileprivate static func read(from path: String, passphraseFile: String?, at now: Date) throws -> [DecryptionKey] {
        let passphrase = try passphraseFile.map { file in
            do throws(LocalFile.Problem) { return try PrivateKey.passphrase(in: file) } catch {
                throw ValidationError(
                    "\(file): expected the passphrase of the key, found \(error.found). \(error.advice)")
            }
        }
        do {
            let octets = Array(try LocalFile.read(path, limit: 1 << 20))
            if let key = try? PrivateKey(pemOrDER: octets, password: passphrase) {
                return [try DecryptionKey(key: key, certificate: key.nameless(now))]
            }
            guard !PrivateKey.isEncrypted(pem: octets) else {
                throw ValidationError("\(path): expected its passphrase in --passphrase-file, found another or none.")
            }
            // No plain key: whatever is wrong with it as a container is what to tell.
            return try KeyStore(pkcs12: octets, passphrase: passphrase ?? "").entries.map {
                try DecryptionKey(key: $0.key, certificate: $0.chain.first ?? $0.key.nameless(now))
            }
        } catch let fault as XMLFault {
            throw ValidationError(
                "\(path): expected \(fault.expected ?? "a private key"), found \(fault.found ?? "something else").")
        } catch let fault as LocalFile.Problem {
            throw ValidationError("\(path): \(fault.found).")
        }
    }
}

extension PrivateKey {
    /// Whoever encrypts names a key, not a certificate: any over the key does.
    fileprivate func nameless(_ now: Date) throws(XMLFault) -> Certificate {
        try certify(commonName: "inspect", usage: .encryption, from: now, until: now + 60)
    }
}

/// An inspection as text for people and as JSON for programs.
struct InspectionReport {
    fileprivate struct Check: Encodable {
        var rule: String
        var passed: Bool
        var element: String
        var expected: String?
        var found: String?
        var clause: String
        var advice: String?
    }

    private struct Fact: Encodable {
        var name: String
        var value: String
    }

    private struct Document: Encodable {
        var kind: String
        /// Whether nothing failed; without the settings of a node that says nothing about trust.
        var accepted: Bool
        var knowsPeers: Bool
        var facts: [Fact]
        var assumptions: [String]
        var checks: [Check]
    }

    private let document: Document

    init(_ inspection: Inspection, showsPersonalData: Bool) {
        var checks = inspection.findings.map { finding in
            Check(
                finding.rule, passed: finding.passed, finding.element, expected: finding.expected,
                found: finding.found)
        }
        if let rejection = inspection.rejection, inspection.findings.allSatisfy(\.passed) {
            checks.append(
                Check(
                    rejection.rule, passed: false, rejection.element ?? "message", expected: rejection.expected,
                    found: rejection.found))
        }
        document = Document(
            kind: inspection.kind.rawValue, accepted: inspection.wouldPass, knowsPeers: inspection.knowsPeers,
            facts: inspection.facts.map {
                Fact(name: $0.name, value: $0.isPersonal && !showsPersonalData ? "(hidden)" : $0.value)
            },
            assumptions: inspection.assumptions, checks: checks)
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(document), as: UTF8.self).withEscapes
    }

    var text: String {
        var lines = ["This is: \(document.kind)", ""]
        let width = document.facts.map { $0.name.count }.max() ?? 0
        lines += document.facts.map {
            "  " + $0.name.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + $0.value
        }
        if !document.assumptions.isEmpty { lines += ["", "Taken for given:"] + document.assumptions.map { "  " + $0 } }
        lines += ["", "Checks:"] + document.checks.flatMap(\.lines)
        lines += ["", verdict]
        return lines.map { $0.printable() }.joined(separator: "\n")
    }
}

extension InspectionReport {
    /// Metadata are trusted by a pin, which is not looked for here.
    private var wayToTrust: String {
        [Inspection.Kind.metadata, .serviceList].map(\.rawValue).contains(document.kind)
            ? "puente trust verify holds it against the trust list" : "give --config"
    }

    private var verdict: String {
        switch (document.accepted, document.knowsPeers) {
        case (true, true): "The node would accept this."
        case (true, false): "Its form is good. Whom to trust is for a node to say: \(wayToTrust)."
        case (false, _):
            "The node would refuse this."
                + (isOutOfTime ? " If it was saved a while ago, give --at with the time at which it came." : "")
        }
    }
}

extension InspectionReport {
    private var isOutOfTime: Bool {
        document.checks.contains { !$0.passed && $0.rule == Rule.messageIssueInstant.code }
    }
}

extension InspectionReport.Check {
    fileprivate init(_ rule: Rule, passed: Bool, _ element: String, expected: String?, found: String?) {
        self.init(
            rule: rule.code, passed: passed, element: element, expected: expected, found: found,
            clause: rule.explanation.clause,
            advice: passed ? nil : rule.explanation.meaning + " " + rule.explanation.advice)
    }

    fileprivate var lines: [String] {
        let head = "  \(passed ? "pass" : "FAIL")  \(rule)  \(element)  (\(clause))"
        guard !passed else { return [head] }
        return [head]
            + [("expected", expected), ("found", found), ("tell them", advice)].compactMap { name, value in
                value.map { "        \(name): \($0)" }
            }
    }
}

extension String {
    /// JSON in which nothing but line ends could steer a terminal: the rest is written as escapes.
    fileprivate var withEscapes: String {
        var shown = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where scalar != "\n", .format, .lineSeparator, .paragraphSeparator:
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    shown += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
