// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import XMLSecurity
public import YAMLText

/// `metadata/services.yaml`: the national services that may ask. Its commented example and `Docs/schema/services.json`
/// explain each key; relative paths are seen from the folder of the file.
public enum ServicesFile {
    public static func read(path: String, rules: RegistryRules) -> Reading<[ServiceEntry]> {
        Reading { RegistryReader(rules: rules, faults: $0).services(path: path) }
    }
}

extension RegistryReader {
    func services(path: String) -> [ServiceEntry] {
        guard let root = YAMLDocument.read(path: path, into: faults) else { return [] }
        return root.map { $0.required("services").list(of: "services").compactMap(service) } ?? []
    }

    private func service(_ value: YAMLValue) -> ServiceEntry? {
        let entry = value.map { service($0, at: value) }
        if let entry, entry.enabled { refuseExamples(in: value, certificates: entry.certificates) }
        return entry
    }

    private func service(_ map: YAMLMap, at value: YAMLValue) -> ServiceEntry {
        let name = map.required("provider-name")
        let provider = name.providerName()
        claim(provider, as: "service", at: name)
        return ServiceEntry(
            providerName: EntityID(provider ?? ""),
            displayName: map.required("display-name").textByLanguage(),
            dialect: map["dialect"].word() ?? .clave2,
            certificates: map.required("certificates").certificates(rules),
            returnAddresses: map.required("return-addresses").distinct("addresses", atLeast: 1) { $0.returnAddress() },
            homePage: map["home-page"].webAddress()?.description,
            lowestLoA: map.required("lowest-loa").word() ?? .high,
            attributes: map.required("attributes").distinct("attributes", atLeast: 1) {
                $0.attribute(among: rules.attributes)
            },
            persons: persons(map["persons"]),
            acceptsRepresentation: map["accepts-representation"].bool() ?? false,
            acceptsNonNotified: map["accepts-non-notified"].bool() ?? false,
            sector: map["sector"].word() ?? .public,
            encryption: map["encryption"].map(encryption),
            signature: map["signature"].word(named: \.name) ?? .rsaSHA512,
            signsAssertion: map["signs-assertion"].bool() ?? false,
            assertionInErrors: map["assertion-in-errors"].bool() ?? true,
            identifierForm: map["identifier-form"].word() ?? .verbatim,
            selectedIdP: map["selected-idp"].string() ?? "EIDAS",
            enabled: map["enabled"].bool() ?? true)
    }

    private func persons(_ value: YAMLValue) -> Set<PersonKind> {
        guard value.isPresent else { return [.natural] }
        return Set(value.distinct("kinds of person", atLeast: 1) { $0.word(PersonKind.self) })
    }

    private func encryption(_ map: YAMLMap) -> ServiceEntry.Encryption {
        ServiceEntry.Encryption(
            certificate: map.required("certificate").certificate(rules) ?? Data(),
            cipher: map["cipher"].word(named: \.name) ?? .aes256GCM,
            transport: map["key-transport"].word() ?? .rsaOAEPMGF1P)
    }
}

extension YAMLValue {
    fileprivate func providerName() -> String? {
        parsed(
            "a ProviderName of at most 256 characters without ; and without white space around it",
            advice: "Write what comes before the ; in the requests of the service."
        ) { text in
            let isTrimmed = text.first?.isWhitespace == false && text.last?.isWhitespace == false
            return isTrimmed && !text.contains(";") && text.count <= 256 ? text : nil
        }
    }

    /// An address to return to, or a prefix of addresses, which ends in `*` and names at least the whole host.
    fileprivate func returnAddress() -> String? {
        parsed(
            "an http or https address without #, or a prefix that ends in /*",
            advice: "Write it as https://host/path or https://host/path/*."
        ) { text in
            let isPrefix = text.hasSuffix("*")
            let stem = isPrefix ? String(text.dropLast()) : text
            guard let address = WebAddress(stem), !stem.contains("*"),
                !isPrefix || (address.rest.hasPrefix("/") && stem.hasSuffix("/"))
            else { return nil }
            return text
        }
    }

    fileprivate func attribute(among known: Set<AttributeName>?) -> AttributeName? {
        let expected = "the name of an attribute of the mapping tables"
        guard let text = string(expected) else { return nil }
        guard let known, !known.contains(AttributeName(text)) else { return AttributeName(text) }
        let suggestion = nearest(to: text, among: known.map(\.rawValue)).map { "Did you mean \($0)?" }
        fault(expected: expected, found: quoted(text), advice: suggestion ?? "See the names in mappings/*.yaml.")
        return nil
    }
}
