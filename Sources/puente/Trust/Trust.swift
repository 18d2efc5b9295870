// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Federation
import Foundation
import Logging
import Settings
import Trust
import XMLSecurity
import YAMLText

struct Trust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See and decide whom we trust: the metadata of the other states.",
        discussion: """
            What the trust lists and the peers want is compared with what is in force. Harmless changes are taken over by \
            the running node; the others wait for puente trust apply. Docs/trust.md explains it all.

            Examples:
              puente trust status
              puente trust plan
              puente trust apply --why "new key of Portugal, confirmed by telephone"
            """,
        subcommands: [
            TrustStatus.self, TrustShow.self, TrustCalendarCommand.self, TrustRefresh.self, TrustPlanCommand.self,
            TrustDiff.self, TrustSign.self,
            TrustApply.self, TrustRollback.self, TrustHistory.self, TrustVerify.self, TrustExport.self,
        ])
}

/// What the commands have in common.
struct TrustOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    func settings() throws -> Settings { try Configuration.require(configuration.config) }

    /// The directory as it stands, or the faults printed and exit code 1.
    func directory(_ settings: Settings, for mode: TrustDirectory.Mode) throws -> TrustDirectory {
        let faults = Faults()
        var logger = Logger(label: "puente") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let directory = TrustDirectory(settings, at: Date(), logger: logger, for: mode, into: faults)
        guard let directory, faults.isEmpty else { throw Configuration.report(faults.sorted) }
        return directory
    }
}

extension TrustDirectory {
    /// Refuses countries of which nothing is known: neither by the trust lists nor by what is in `steps`.
    func require(_ countries: [CountryArgument], orIn steps: [TrustPlan.Step] = []) throws {
        guard !countries.isEmpty else { return }
        let known = Set(try deciding { try report(at: Date()) }.nodes.map(\.country) + steps.map(\.country))
        let unknown = Set(countries.map(\.state)).subtracting(known).map(\.rawValue).sorted()
        guard unknown.isEmpty else {
            throw failure("No node of \(unknown.joined(separator: ", ")) is in the trust lists.")
        }
    }
}

/// A country as an argument.
struct CountryArgument: ExpressibleByArgument {
    let state: MemberState

    init?(argument: String) {
        let code = argument.uppercased()
        guard let state = MemberState(rawValue: code == "GR" ? "EL" : code) else { return nil }
        self.state = state
    }
}

extension TrustPlanFile {
    /// A plan, or a clear error and exit code 1.
    init(at path: String) throws {
        let octets: Data
        do { octets = try LocalFile.read(path, limit: Self.sizeLimit) } catch {
            throw failure("\(path): \(error.found)")
        }
        do { try self.init(reading: octets) } catch { throw failure("\(path): \(error)") }
    }
}

extension PrivateKey {
    /// A key file of an operator, or a clear error and exit code 1.
    convenience init(at path: String, passphraseFile: String?) throws {
        let passphrase = try passphraseFile.map { file in
            do throws(LocalFile.Problem) { return try Self.passphrase(in: file) } catch {
                throw failure("\(file): expected the passphrase of the key, found \(error.found). \(error.advice)")
            }
        }
        do {
            try self.init(pemOrDER: Array(try LocalFile.read(path, limit: 1 << 20)), password: passphrase)
        } catch let problem as LocalFile.Problem {
            throw failure("\(path): \(problem.found)")
        } catch {
            throw failure(
                "\(path): expected a private key in PEM, and its passphrase in --passphrase-file if it has one")
        }
    }

    /// What `--passphrase-file` names.
    static func passphrase(in file: String) throws(LocalFile.Problem) -> String {
        String(decoding: try LocalFile.read(file, limit: 1 << 10), as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}

/// Carries out what an operator decided, or says why not, with exit code 1.
func deciding<Value>(_ work: () throws -> Value) throws -> Value {
    do { return try work() } catch let refusal as TrustRefusal {
        throw failure("Not done: \(refusal).")
    } catch let fault as TrustArchive.Fault {
        throw failure("Not done: \(fault).")
    }
}

/// Who decides, as the history names them: the user of the system, and whoever is said to stand behind it, if there is such
/// a user: what anybody can write into the environment names nobody alone.
var userName: String {
    let own = NSUserName()
    guard let behind = ProcessInfo.processInfo.environment["SUDO_USER"], behind != own, getpwnam(behind) != nil else {
        return own
    }
    return "\(own) for \(behind)"
}

extension Date {
    /// To the minute, in UTC.
    var short: String { String(formatted(.iso8601).prefix(16)).replacingOccurrences(of: "T", with: " ") }
    /// The day alone.
    var day: String { String(formatted(.iso8601).prefix(10)) }
}

/// JSON as the commands print it.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
