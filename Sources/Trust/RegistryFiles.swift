// SPDX-License-Identifier: EUPL-1.2
public import Federation
import XMLSecurity
public import YAMLText

public import struct Foundation.Data

/// What the readers of `metadata/*.yaml` have to know that is not in those files.
public struct RegistryRules: Sendable {
    /// The canonical names of the mapping tables: what a service may be given. `nil` where a table cannot be read, which is
    /// told elsewhere: any name passes.
    public var attributes: Set<AttributeName>?
    /// Refuses example values and unsigned metadata in entries that are enabled.
    public var isProduction: Bool
    /// Where this node stands. A trust list of another environment does not count.
    public var environment: String?
    /// Refuses a source that is a file and not there. While a node runs, that is a matter of one peer, who goes on with the
    /// last good copy.
    public var needsSources: Bool
    /// Throws for DER octets that are not a usable certificate.
    public var checkCertificate: @Sendable (Data) throws -> Void

    /// - Parameter checkCertificate: by default the certificate and its public key must be readable.
    public init(
        attributes: Set<AttributeName>?, isProduction: Bool = false, environment: String? = nil,
        needsSources: Bool = true, checkCertificate: (@Sendable (Data) throws -> Void)? = nil
    ) {
        self.attributes = attributes
        self.isProduction = isProduction
        self.environment = environment
        self.needsSources = needsSources
        self.checkCertificate = checkCertificate ?? { _ = try Certificate(der: Array($0)) }
    }
}

extension Registry {
    /// Reads all files that name peers. Names are unique across the files of a kind, whether or not an entry is enabled.
    ///
    /// - Parameter trustLists: paths, or patterns as ``LocalFile/matching(_:)`` takes them. A file that is named twice is
    ///   read once.
    public static func read(
        trustLists: [String], services: [String], rules: RegistryRules
    ) -> Reading<Registry> {
        Reading { faults in
            let reader = RegistryReader(rules: rules, faults: faults)
            var registry = Registry(services: services.flatMap(reader.services(path:)))
            for list in reader.files(trustLists).map(reader.trustList(path:)) {
                registry.nodes += list.nodes
                registry.lists += list.lists
                registry.revocations += list.revocations
            }
            return registry
        }
    }
}

/// Reads any number of files into one collection of faults, and keeps names apart.
final class RegistryReader {
    let rules: RegistryRules
    let faults: Faults
    private var taken: [String: String] = [:]

    init(rules: RegistryRules, faults: Faults) {
        self.rules = rules
        self.faults = faults
    }

    /// The files that paths and patterns name, each once.
    func files(_ patterns: [String]) -> [String] {
        var seen: Set<String> = []
        return patterns.flatMap { pattern in
            do throws(LocalFile.Problem) {
                return try LocalFile.matching(pattern)
            } catch {
                faults.add(Fault(file: pattern, expected: "a trust list", found: error.found, advice: error.advice))
                return []
            }
        }.filter { seen.insert($0).inserted }
    }

    /// In production, reports what an entry that counts still has of the examples.
    func refuseExamples(in entry: YAMLValue, certificates: [Data]) {
        guard rules.isProduction else { return }
        entry.refusePlaceholders()
        if certificates.contains(where: CertificateText.isSample) {
            entry.fault(
                expected: "certificates of this peer, because production is true",
                found: "the certificate of the examples", advice: "Write the one that its owner gave you.")
        }
    }

    /// Reports a name that another entry of the same `kind` bears.
    func claim(_ name: String?, as kind: String, at value: YAMLValue) {
        guard let name, let place = taken.updateValue(value.place, forKey: "\(kind) \(name)") else { return }
        value.fault(
            expected: "a name of its own for each \(kind)", found: "\(quoted(name)), as in \(place)",
            advice: "Remove one of the two entries.")
    }
}
