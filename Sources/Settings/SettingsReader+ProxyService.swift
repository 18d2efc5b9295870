// SPDX-License-Identifier: EUPL-1.2
import Federation
import YAMLText

extension SettingsReader {
    func proxyService(_ value: YAMLValue, base: String, beside gateway: YAMLValue) -> Settings.ProxyService? {
        let section = value.map { proxyService($0, base: base) }
        if section != nil, !gateway.isPresent {
            value.fault(
                expected: "clave-gateway beside proxy-service", found: "proxy-service alone",
                advice: "Say where people from here identify themselves, or remove proxy-service.")
        }
        return section
    }

    private func proxyService(_ map: YAMLMap, base: String) -> Settings.ProxyService {
        let signing = keys(map, "signing")
        let form = map["identifiers"].word(Settings.ProxyService.Identifiers.self) ?? .national
        let identifierKey = map["identifier-key"]
        if form == .derived, !identifierKey.isPresent {
            map.fault(
                expected: "identifier-key beside identifiers: derived", found: "nothing",
                advice: "Write 64 hexadecimal digits to a file, as openssl rand -hex 32 prints them, and name it here.")
        }
        return Settings.ProxyService(
            entityID: EntityID(
                map["entity-id"].uri(advice: "Write an address, or remove the key.") ?? base
                    + "/eidas/proxy/metadata"),
            signing: signing,
            metadata: metadataKeys(map, besides: signing),
            signatureAlgorithm: map["signature-algorithm"].word(),
            metadataValidityHours: map["metadata-validity-hours"].integer(in: 1...720) ?? 24,
            requestAgeSeconds: map["request-age-seconds"].integer(in: 10...900) ?? 60,
            needsRequesterID: map["needs-requester-id"].bool() ?? false,
            consentPages: map["consent-pages"].integer(in: 1...2) ?? 2,
            identifiers: form,
            identifierKey: identifierKey.isPresent ? key(identifierKey) : nil,
            attributeSources: map["attribute-sources"].filePath())
    }

    func claveGateway(_ value: YAMLValue, beside proxyService: YAMLValue) -> Settings.ClaveGateway? {
        let section = value.map(claveGateway)
        if section != nil, !proxyService.isPresent {
            value.fault(
                expected: "proxy-service beside clave-gateway", found: "clave-gateway alone",
                advice: "Say how Connectors see this node, or remove clave-gateway.")
        }
        return section
    }

    private func claveGateway(_ map: YAMLMap) -> Settings.ClaveGateway {
        let address = map.required("address")
        let url = address.webAddress()
        if isProduction, let url, url.scheme != "https" {
            address.fault(
                expected: "an https address, because production is true", found: url.description,
                advice: "Write the address of the gateway's environment.")
        }
        return Settings.ClaveGateway(
            address: url?.description ?? "",
            providerName: EntityID(map.required("provider-name").nameWithoutSemicolon() ?? ""),
            application: map["application"].nameWithoutSemicolon(),
            certificates: map.required("certificates").distinct("certificates", atLeast: 1) { entry in
                entry.map { certificate($0.required("file")) }
            },
            issuers: map["issuers"].list(of: "names").compactMap { $0.string("a name").map { EntityID($0) } },
            signing: keys(map, "signing"),
            clockSkewSeconds: map["clock-skew-seconds"].integer(in: 0...300) ?? 60,
            methods: methods(map["methods"]))
    }

    private func methods(_ value: YAMLValue) -> [Settings.ClaveGateway.Method: Settings.ClaveGateway.MethodPolicy] {
        value.section { map in
            let pairs = Settings.ClaveGateway.Method.allCases.map { method in
                (method, map[method.rawValue].section { policy($0) })
            }
            return Dictionary(uniqueKeysWithValues: pairs)
        }
    }

    private func policy(_ map: YAMLMap) -> Settings.ClaveGateway.MethodPolicy {
        Settings.ClaveGateway.MethodPolicy(
            release: map["released-as"].word(), highestLoA: map["highest-loa"].word(),
            isOffered: map["offered"].bool() ?? true)
    }
}

extension YAMLValue {
    fileprivate func nameWithoutSemicolon() -> String? {
        parsed("a name of at most 128 characters without ;", advice: "Write it as it is registered.") { text in
            let isTrimmed = text.first?.isWhitespace == false && text.last?.isWhitespace == false
            return isTrimmed && !text.contains(";") && text.count <= 128 ? text : nil
        }
    }
}
