// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import YAMLText

/// `puente.yaml`: everything that an operator sets, besides the registry and the mapping tables.
///
/// Each comment names the key, type, unit, range and default. Every setting needs a restart unless its comment says
/// otherwise. Paths in the file are seen from the folder of the file; here they can be opened as they are. The commented
/// example is `Docs/examples/puente.yaml`, the schema for editors `Docs/schema/puente.json`.
public struct Settings: Hashable, Sendable {
    /// `public-url`: address without path. Required. What the browser and the peers see, also behind a reverse proxy;
    /// https in production. No slash at the end.
    public var publicURL: WebAddress
    /// `member-state`: two capitals. Default `ES`. The country of this node.
    public var memberState: MemberState
    /// `production`: true or false. Default `false`. Refuses http, sample keys, example values, keys that others can read.
    public var isProduction: Bool
    /// `environment`: small letters, digits and hyphens, such as `production` or `acceptance`. Default none. Trust lists that
    /// name an environment count only where it is this one.
    public var environment: String?
    /// `second-opinion`: true or false. Default `true`. libxmlsec1 verifies each XML signature again that we find valid, and a
    /// message or metadata over which it disagrees is refused. Off in production, it is told by `puente check`.
    public var wantsSecondOpinion: Bool
    /// `listen`: where browsers and peers are served.
    public var listen: Listen
    /// `operations`: where `/health` and `/metrics` are served. Default none: `/health` is served on the main listener, and
    /// `/metrics` nowhere.
    public var operations: Endpoint?
    /// `state-directory`: path. Default `state`. The store, its key, and copies of metadata; only Puente writes there.
    public var stateDirectory: String
    /// `store`: where exchanges wait.
    public var store: Store
    /// `store-key`: path of the key that encrypts the store, 64 hexadecimal digits. Default `store.key` in the state directory; made when it is
    /// absent, outside production.
    public var storeKey: String
    /// `connector`: how other states see this node.
    public var connector: Connector
    /// `clave`: how the national services see this node.
    public var clave: Clave
    /// `proxy-service`: how Connectors of other states see this node. Default none: they are not served.
    public var proxyService: ProxyService?
    /// `clave-gateway`: where people from here identify themselves. Required beside `proxy-service`, and only there.
    public var claveGateway: ClaveGateway?
    /// `trust-lists`: list of paths, whose last part may be a pattern (`metadata/trust-*.yaml`). Default
    /// `metadata/trust-list.yaml`. Read again without restart, new files that match too.
    public var trustLists: [String]
    /// `trust`: how what peers publish is fetched, judged and watched.
    public var trust: Trust
    /// `services`: list of paths. Default `metadata/services.yaml`. Read again without restart.
    public var services: [String]
    /// `mappings`: tables of attributes. Read again without restart.
    public var mappings: Mappings
    /// `exchange-minutes`: 1 to 60. Default 15. How long a login may take.
    public var exchangeMinutes: Int
    /// `incident-days`: 1 to 366. Default 30. How long `puente explain` knows a support code.
    public var incidentDays: Int
    /// `request-age-minutes`: 1 to 15. Default 5. How old a request of a service may be; 60 seconds for its clock come on
    /// top.
    public var requestAgeMinutes: Int
    /// `metadata-refresh-minutes`: 5 to 1440. Default 60. How often the metadata of peers is fetched.
    public var metadataRefreshMinutes: Int
    /// `limits`: what one machine takes on.
    public var limits: Limits
    /// `operator`: whom the pages name.
    public var `operator`: Operator
    /// `log`: how it is written, on standard error.
    public var log: Log
}

extension Settings {
    /// Who fetched our metadata, and when.
    public var metadataReaders: String { stateDirectory + "/metadata-readers.json" }
}

extension Settings {
    public struct Listen: Hashable, Sendable {
        /// `host` and `port`.
        public var endpoint: Endpoint
        /// `tls`. Default none: plain HTTP, behind a reverse proxy that speaks TLS.
        public var tls: KeyPair?
        /// `clients`: `direct` or `x-forwarded-for`. Default `direct`. Where the address of a client stands, for limits and for who
        /// fetches our metadata: in the latter case the last one in that header that is none of ``proxies``.
        public var clients: Clients
        /// `proxies`: list of blocks such as `10.1.2.3` or `10.0.0.0/24`. Default this machine, `127.0.0.0/8` and `::1`. Whose
        /// `X-Forwarded-For` is believed.
        public var proxies: [AddressBlock]

        public enum Clients: String, Hashable, Sendable, CaseIterable {
            case direct
            case forwarded = "x-forwarded-for"
        }
    }

    public struct Endpoint: Hashable, Sendable {
        /// `host`: name or address of this machine. Default `127.0.0.1`.
        public var host: String
        /// `port`: 1 to 65535. Default 8080, with TLS 8443, for operations 9090.
        public var port: Int
    }

    /// Two PEM files, of the listener.
    public struct KeyPair: Hashable, Sendable {
        /// Path of a private key, readable by its owner and group only.
        public var key: String
        /// Path of the certificate over that key; further certificates in it are its chain.
        public var certificate: String
    }

    public struct Store: Hashable, Sendable {
        public enum Kind: String, Hashable, Sendable, CaseIterable { case sqlite, memory }

        /// `kind`: `sqlite` or `memory`. Default `sqlite`. `memory` forgets all replays at a restart; not in production.
        public var kind: Kind
        /// `path`: of the database. Default `puente.sqlite` in the state directory.
        public var path: String
    }

    public struct Connector: Hashable, Sendable {
        /// `entity-id`: address where the metadata is served. Default `<public-url>/eidas/connector/metadata`.
        public var entityID: EntityID
        /// `signing-key`, `signing-certificate`: places. Or `signing-ring`: path of a ``KeyRing``, read again without restart.
        /// Required. Sign requests.
        public var signing: Keys
        /// `encryption-key`, `encryption-certificate`: places. Or `encryption-ring`: path. Required. Open the answers.
        public var encryption: Keys
        /// `metadata-key`, `metadata-certificate`: places. Or `metadata-ring`: path. Default the signing pair; required beside
        /// `signing-ring`. Sign the metadata.
        public var metadata: Keys
        /// `signature-algorithm`: a word. Default what fits the key.
        public var signatureAlgorithm: SignatureAlgorithm?
        /// `sp-type`: `public`, `private` or `in-request`. Default `public`.
        public var spType: SPType
        /// `metadata-validity-hours`: 1 to 720. Default 24.
        public var metadataValidityHours: Int
        /// `organization`: required.
        public var organization: Organization
        /// `contacts.support`, `contacts.technical`: required.
        public var support: Contact
        public var technical: Contact
    }

    /// What eIDAS lets a node sign with (Cryptographic Requirements 1.4 §3.2).
    public enum SignatureAlgorithm: String, Hashable, Sendable, CaseIterable {
        case pssSHA256 = "rsa-pss-sha256"
        case pssSHA384 = "rsa-pss-sha384"
        case pssSHA512 = "rsa-pss-sha512"
        case ecdsaSHA256 = "ecdsa-sha256"
        case ecdsaSHA384 = "ecdsa-sha384"
        case ecdsaSHA512 = "ecdsa-sha512"
    }

    /// Where the sector of the services is told: once in the metadata, or with each request (Message Format 1.4 §4.1).
    public enum SPType: String, Hashable, Sendable, CaseIterable {
        case `public`, `private`
        case inRequest = "in-request"
    }

    public struct Organization: Hashable, Sendable {
        /// `name`, `display-name`: text. `display-name` defaults to `name`.
        public var name: String
        public var displayName: String
        /// `url`: http or https address.
        public var url: String
    }

    public struct Contact: Hashable, Sendable {
        /// `company`, `email`: text. Required.
        public var company: String
        public var email: String
        /// `given-name`, `surname`, `telephone`: text. Default none.
        public var givenName: String?
        public var surname: String?
        public var telephone: String?
    }

    public struct Clave: Hashable, Sendable {
        /// `issuer`: text. Default `<public-url>/Proxy2`. The Issuer of answers to services.
        public var issuer: String
        /// `signing-key`, `signing-certificate`: places. Or `signing-ring`: path. Required. Sign answers to services; kits expect RSA.
        public var signing: Keys
    }

    public struct ProxyService: Hashable, Sendable {
        public enum Identifiers: String, Hashable, Sendable, CaseIterable { case national, derived }

        /// `entity-id`: address where the metadata is served. Default `<public-url>/eidas/proxy/metadata`.
        public var entityID: EntityID
        /// `signing-key`, `signing-certificate`: places. Or `signing-ring`: path. Required. Sign answers.
        public var signing: Keys
        /// `metadata-key`, `metadata-certificate`: places. Or `metadata-ring`: path. Default the signing pair; required beside
        /// `signing-ring`. Sign the metadata.
        public var metadata: Keys
        /// `signature-algorithm`: a word. Default what fits the key.
        public var signatureAlgorithm: SignatureAlgorithm?
        /// `metadata-validity-hours`: 1 to 720. Default 24.
        public var metadataValidityHours: Int
        /// `request-age-seconds`: 10 to 900. Default 60. How old a request may be; the peer's clock skew comes on top.
        public var requestAgeSeconds: Int
        /// `needs-requester-id`: true or false. Default `false`. Private requesters must then say for whom they ask.
        public var needsRequesterID: Bool
        /// `consent-pages`: 1 or 2. Default 2. One page before the person is identified and one after, or the latter alone.
        public var consentPages: Int
        /// `identifiers`: `national` or `derived`. Default `national`: the number itself, `ES/XX/00000000T`.
        public var identifiers: Identifiers
        /// `identifier-key`: path of 64 hexadecimal digits. Required with `derived`. Whoever changes it makes new people of all.
        public var identifierKey: String?
        /// `attribute-sources`: path. Default none. Read again without restart.
        public var attributeSources: String?
    }

    public struct ClaveGateway: Hashable, Sendable {
        public enum Method: String, Hashable, Sendable, CaseIterable { case certificate, permanent, pin, mobile }
        public enum Release: String, Hashable, Sendable, CaseIterable {
            case notified
            case nonNotified = "non-notified"
            case refused
        }

        public struct MethodPolicy: Hashable, Sendable {
            /// `released-as`: a word. Default `notified` for certificates, `non-notified` for the others.
            public var release: Release?
            /// `highest-loa`: a word. Default `high` for certificates, `substantial` for the others.
            public var highestLoA: LoA?
            /// `offered`: true or false. Default `true`. Whether people may choose it.
            public var isOffered: Bool
        }

        /// `address`: where requests go. Required.
        public var address: String
        /// `provider-name`: `NIF_DIR3`, as we are registered. Required.
        public var providerName: EntityID
        /// `application`: text without `;`. Default none. Sent behind the name.
        public var application: String?
        /// `certificates`: paths of the certificates that the gateway signs with. Required.
        public var certificates: [String]
        /// `issuers`: names that its answers may bear. Default any.
        public var issuers: [EntityID]
        /// `signing-key`, `signing-certificate`: places. Or `signing-ring`: path. Required. Sign our requests, and open answers
        /// that are encrypted.
        public var signing: Keys
        /// `clock-skew-seconds`: 0 to 300. Default 60.
        public var clockSkewSeconds: Int
        /// `methods`: what each counts for abroad.
        public var methods: [Method: MethodPolicy]
    }

    public struct Mappings: Hashable, Sendable {
        /// `eidas`: path. Default `mappings/eidas.yaml`.
        public var eidas: String
        /// `clave2`: path. Default `mappings/clave2.yaml`.
        public var clave2: String
    }

    public struct Limits: Hashable, Sendable {
        /// `message-characters`: 16384 to 174764, which is the Base64 of the largest document that is read. Default 131072.
        /// Size of a SAML message before Base64 is undone.
        public var messageCharacters: Int
        /// `exchanges-in-flight`: 1 to 10000000. Default 100000. Logins that wait at the same time.
        public var exchangesInFlight: Int
        /// `exchanges-per-requester`: 1 to 10000000. Default 50000. Of those, how many of one service or Connector.
        public var exchangesPerRequester: Int
        /// `exchanges-per-address`: 1 to 10000000. Default 2000. Of those, how many from one address or IPv6 network of 64 bits.
        public var exchangesPerAddress: Int
        /// `logins-per-requester`: 0 to 10000000. Default 30000. How many one may begin in a minute; 0 for any number.
        public var loginsPerRequester: Int
        /// `requests-per-address`: 0 to 1000000. Default 3000. HTTP requests in a minute, a refused one counts as 5; 0 for any.
        public var requestsPerAddress: Int
        /// `connections`: 16 to 1000000. Default 4096. Beyond it those are closed that wait for their client longest.
        public var connections: Int
        /// `requests-in-flight`: 1 to 65536. Default 256. HTTP requests at the same time.
        public var requestsInFlight: Int
        /// `workers`: 0 to 256 threads for cryptography. Default 0: as many as cores.
        public var workers: Int
    }

    public struct Operator: Hashable, Sendable {
        /// `name`: text. Required.
        public var name: String
        /// `contact-email`: text. Required.
        public var contactEmail: String
        /// `telephone`: text. Default none.
        public var telephone: String?
        /// `postal-address`: text. Default none.
        public var postalAddress: String?
        /// `data-protection-email`: text. Default none. Of the data protection officer.
        public var dataProtectionEmail: String?
        /// `audit-retention-days`: 1 to 36500. Default none: the page about privacy names no time. What the operator promises
        /// there; nothing here deletes the trail.
        public var auditRetentionDays: Int?
    }

    public struct Log: Hashable, Sendable {
        public enum Level: String, Hashable, Sendable, CaseIterable { case debug, info, notice, warning, error }
        public enum Format: String, Hashable, Sendable, CaseIterable { case json, text }

        /// `level`: a word. Default `info`.
        public var level: Level
        /// `format`: `json` or `text`. Default `json`.
        public var format: Format
    }
}
