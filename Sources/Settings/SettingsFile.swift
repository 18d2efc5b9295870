// SPDX-License-Identifier: EUPL-1.2
import Federation
public import YAMLText

/// What the reader of `puente.yaml` has to know that is not in it.
public struct SettingsRules: Sendable {
    /// Whether the keys and certificates that are named must be there. `false` where they are only about to be made.
    public var checksFiles: Bool
    /// The subject's common name of the certificate in a file, for the search for sample keys; `nil` if it has none.
    public var commonName: @Sendable (_ path: String) -> String?

    public init(
        checksFiles: Bool = true,
        commonName: @escaping @Sendable (_ path: String) -> String? = { _ in nil }
    ) {
        self.checksFiles = checksFiles
        self.commonName = commonName
    }
}

extension Settings {
    public static func read(path: String, rules: SettingsRules = SettingsRules()) -> Reading<Settings> {
        Reading { faults in YAMLDocument.read(path: path, into: faults).flatMap { read($0, rules) } }
    }

    /// Reads text that was loaded already.
    ///
    /// - Parameter file: the path that faults name, and from whose folder relative paths are seen.
    public static func parse(
        _ text: String, file: String, rules: SettingsRules = SettingsRules()
    ) -> Reading<Settings> {
        Reading { faults in YAMLDocument.parse(text, file: file, into: faults).flatMap { read($0, rules) } }
    }

    private static func read(_ root: YAMLValue, _ rules: SettingsRules) -> Settings? {
        let settings = root.map { map in
            let isProduction = map["production"].bool() ?? false
            return SettingsReader(map: map, isProduction: isProduction, rules: rules).settings()
        }
        if settings?.isProduction == true { root.refusePlaceholders() }
        return settings
    }
}

/// The readers of the sections, and what they have in common.
struct SettingsReader {
    let map: YAMLMap
    let isProduction: Bool
    let rules: SettingsRules

    func settings() -> Settings {
        let publicURL = map.required("public-url").publicAddress(mustBeSecure: isProduction)
        let base = publicURL?.description ?? ""
        let state = map["state-directory"].filePath() ?? map.filePath("state")
        let listen = map["listen"].section(self.listen)
        return Settings(
            publicURL: publicURL ?? .loopback,
            memberState: map["member-state"].countryCode().flatMap(MemberState.init) ?? .spain,
            isProduction: isProduction,
            environment: map["environment"].label(),
            wantsSecondOpinion: map["second-opinion"].bool() ?? true,
            listen: listen,
            operations: operations(map["operations"], besides: listen),
            stateDirectory: state,
            store: map["store"].section { store($0, in: state) },
            storeKey: storeKey(map["store-key"], in: state),
            connector: map["connector"].section { connector($0, base: base) },
            clave: map["clave"].section { clave($0, base: base) },
            proxyService: proxyService(map["proxy-service"], base: base, beside: map["clave-gateway"]),
            claveGateway: claveGateway(map["clave-gateway"], beside: map["proxy-service"]),
            trustLists: paths(map["trust-lists"], default: "metadata/trust-list.yaml", mayBePatterns: true),
            trust: map["trust"].section { trust($0, in: state) },
            services: paths(map["services"], default: "metadata/services.yaml"),
            mappings: map["mappings"].section(mappings),
            exchangeMinutes: map["exchange-minutes"].integer(in: 1...60) ?? 15,
            incidentDays: map["incident-days"].integer(in: 1...366) ?? 30,
            requestAgeMinutes: map["request-age-minutes"].integer(in: 1...15) ?? 5,
            metadataRefreshMinutes: map["metadata-refresh-minutes"].integer(in: 5...1440) ?? 60,
            limits: map["limits"].section(limits),
            operator: map["operator"].section(operatorOfNode),
            log: map["log"].section(log))
    }
}
