// SPDX-License-Identifier: EUPL-1.2
import Federation
import YAMLText

extension SettingsReader {
    func listen(_ map: YAMLMap) -> Settings.Listen {
        let tls = map["tls"].map { tls in
            Settings.KeyPair(key: key(tls.required("key")), certificate: certificate(tls.required("certificate")))
        }
        return Settings.Listen(
            endpoint: endpoint(map, port: tls == nil ? 8080 : 8443), tls: tls,
            clients: map["clients"].word() ?? .direct, proxies: proxies(map["proxies"]))
    }

    private func proxies(_ value: YAMLValue) -> [AddressBlock] {
        guard value.isPresent else { return ["127.0.0.0/8", "::1"].compactMap { AddressBlock($0) } }
        return value.distinct("blocks of addresses") { $0.addressBlock() }
    }

    func operations(_ value: YAMLValue, besides listen: Settings.Listen) -> Settings.Endpoint? {
        let own = value.map { endpoint($0, port: 9090) }
        if let own, own == listen.endpoint {
            value.fault(
                expected: "another port than that of listen", found: "\(own.port)",
                advice: "Choose another port. Without operations /health is where listen says, /metrics nowhere.")
        }
        return own
    }

    func store(_ map: YAMLMap, in state: String) -> Settings.Store {
        let kind = map["kind"]
        let word = kind.word(Settings.Store.Kind.self) ?? .sqlite
        if isProduction, word == .memory {
            kind.fault(
                expected: "sqlite, because production is true", found: "memory",
                advice: "Write sqlite: memory forgets which messages were used when the program stops.")
        }
        return Settings.Store(kind: word, path: map["path"].filePath() ?? "\(state)/puente.sqlite")
    }

    func connector(_ map: YAMLMap, base: String) -> Settings.Connector {
        let signing = keys(map, "signing")
        let (support, technical) = map["contacts"].section { contacts in
            (contacts["support"].section(contact), contacts["technical"].section(contact))
        }
        return Settings.Connector(
            entityID: EntityID(
                map["entity-id"].uri(advice: "Write an address, or remove the key.") ?? base
                    + "/eidas/connector/metadata"),
            signing: signing,
            encryption: keys(map, "encryption"),
            metadata: metadataKeys(map, besides: signing),
            signatureAlgorithm: map["signature-algorithm"].word(),
            spType: map["sp-type"].word() ?? .public,
            metadataValidityHours: map["metadata-validity-hours"].integer(in: 1...720) ?? 24,
            organization: map["organization"].section(organization),
            support: support,
            technical: technical)
    }

    private func organization(_ map: YAMLMap) -> Settings.Organization {
        let name = map.required("name").string() ?? ""
        return Settings.Organization(
            name: name, displayName: map["display-name"].string() ?? name,
            url: map.required("url").webAddress()?.description ?? "")
    }

    private func contact(_ map: YAMLMap) -> Settings.Contact {
        Settings.Contact(
            company: map.required("company").string() ?? "", email: map.required("email").email() ?? "",
            givenName: map["given-name"].string(), surname: map["surname"].string(),
            telephone: map["telephone"].string())
    }

    func clave(_ map: YAMLMap, base: String) -> Settings.Clave {
        Settings.Clave(
            issuer: map["issuer"].uri(advice: "Write an address, or remove the key.") ?? base + "/Proxy2",
            signing: keys(map, "signing"))
    }

    func mappings(_ map: YAMLMap) -> Settings.Mappings {
        Settings.Mappings(
            eidas: map["eidas"].filePath() ?? map.filePath("mappings/eidas.yaml"),
            clave2: map["clave2"].filePath() ?? map.filePath("mappings/clave2.yaml"))
    }

    func limits(_ map: YAMLMap) -> Settings.Limits {
        Settings.Limits(
            messageCharacters: map["message-characters"].integer(in: 16384...174_764) ?? 131_072,
            exchangesInFlight: map["exchanges-in-flight"].integer(in: 1...10_000_000) ?? 100_000,
            exchangesPerRequester: map["exchanges-per-requester"].integer(in: 1...10_000_000) ?? 50_000,
            exchangesPerAddress: map["exchanges-per-address"].integer(in: 1...10_000_000) ?? 2000,
            loginsPerRequester: map["logins-per-requester"].integer(in: 0...10_000_000) ?? 30_000,
            requestsPerAddress: map["requests-per-address"].integer(in: 0...1_000_000) ?? 3000,
            connections: map["connections"].integer(in: 16...1_000_000) ?? 4096,
            requestsInFlight: map["requests-in-flight"].integer(in: 1...65536) ?? 256,
            workers: map["workers"].integer(in: 0...256) ?? 0)
    }

    func operatorOfNode(_ map: YAMLMap) -> Settings.Operator {
        Settings.Operator(
            name: map.required("name").string() ?? "", contactEmail: map.required("contact-email").email() ?? "",
            telephone: map["telephone"].string(), postalAddress: map["postal-address"].string(),
            dataProtectionEmail: map["data-protection-email"].email(),
            auditRetentionDays: map["audit-retention-days"].integer(in: 1...36_500))
    }

    func log(_ map: YAMLMap) -> Settings.Log {
        Settings.Log(level: map["level"].word() ?? .info, format: map["format"].word() ?? .json)
    }
}
