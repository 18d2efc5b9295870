// SPDX-License-Identifier: EUPL-1.2
public import Foundation
public import PuenteTestKit
public import XMLSecurity
public import YAMLText

/// A test endpoint of somebody else, as its profile describes it: where it is, and as whom it knows us.
public struct Target: Sendable {
    /// Scheme, host and port.
    public var address: String
    /// At most.
    public var requestsPerSecond: Double
    public var paths: Attacker.Paths
    public var parties: Parties
    /// The keys of everybody whom we play; files `<name>.pem`.
    public var keys: URL

    /// Where the owner shows that they agree.
    public static let consentPath = "/.well-known/puente-attack"

    /// What the owner has to serve at ``consentPath``, this time only.
    public static func challenge() throws -> String {
        "puente-attack-" + (0..<8).map { _ in String(UInt32.random(in: .min ... .max), radix: 36) }.joined()
    }

    /// Whether the endpoint serves the challenge.
    public func consents(to challenge: String) async -> Bool {
        guard let reply = try? await Courier(to: address, rate: requestsPerSecond).get(Self.consentPath) else {
            return false
        }
        return reply.status == 200 && reply.text.trimmingCharacters(in: .whitespacesAndNewlines) == challenge
    }

    /// The certificate for which nodes abroad encrypt, as the endpoint publishes it.
    public func encryptionCertificate() async throws -> Certificate {
        let path = URL(string: parties.connector)?.path ?? "/"
        let reply = try await Courier(to: address, rate: requestsPerSecond).get(path)
        let keys = (try? XMLTree(parsing: reply.body, limits: .metadata).root.descendants)?.filter {
            $0.local == "KeyDescriptor" && $0["use"] != "signing"
        }
        let texts = keys?.flatMap(\.descendants).filter { $0.local == "X509Certificate" }.map(\.trimmedText) ?? []
        guard let certificate = texts.lazy.compactMap(Base64.decode).compactMap({ try? Certificate(der: $0) }).first
        else {
            throw Obstacle("no certificate to encrypt for is in the metadata at \(address)\(path)")
        }
        return certificate
    }

    /// A Puente at an address, with the names that its defaults make and those of the test kit for everybody else.
    public init(address: String, keys: URL) {
        self.address = address
        requestsPerSecond = 2
        paths = .init()
        self.keys = keys
        parties = Parties()
        parties.gatewayAddress = address + paths.gateway
        parties.gateway = address + "/Proxy2"
        parties.connector = address + "/eidas/connector/metadata"
        parties.answerAddress = address + paths.connector
        parties.proxyService = address + "/eidas/proxy/metadata"
        parties.singleSignOn = address + paths.proxyService
        parties.gatewayAnswers = address + paths.service
    }
}

/// The profile file.
extension Target {
    /// The names of the profile, each with its place.
    private static let names: KeyValuePairs<String, any WritableKeyPath<Parties, String> & Sendable> = [
        "gateway-address": \.gatewayAddress, "gateway-issuer": \.gateway, "connector": \.connector,
        "connector-answers": \.answerAddress, "proxy-service": \.proxyService, "single-sign-on": \.singleSignOn,
        "gateway-answers": \.gatewayAnswers, "registered-name": \.registeredName, "country": \.country,
        "foreign-connector": \.foreignConnector, "foreign-answers": \.foreignAnswers,
        "national-gateway": \.nationalGateway, "national-issuer": \.nationalIssuer, "service": \.service,
        "return-address": \.returnAddress,
    ]
    private static let pathNames: KeyValuePairs<String, any WritableKeyPath<Attacker.Paths, String> & Sendable> = [
        "gateway": \.gateway, "connector": \.connector, "proxy-service": \.proxyService, "service": \.service,
    ]

    public static func read(path: String) -> Reading<Target> {
        Reading { faults in
            guard let root = YAMLDocument.read(path: path, into: faults) else { return nil }
            return root.map { map in
                var target = Target(
                    address: map.required("address").webAddress()?.description ?? "",
                    keys: URL(filePath: map["keys"].filePath() ?? map.filePath("keys")))
                target.requestsPerSecond = Double(map["requests-per-second"].integer(in: 1...20) ?? 2)
                map["paths"].section { paths in
                    for (name, place) in pathNames { paths[name].string().map { target.paths[keyPath: place] = $0 } }
                }
                map["names"].section { names in
                    for (name, place) in Self.names { names[name].string().map { target.parties[keyPath: place] = $0 } }
                }
                return target
            }
        }
    }

    /// The profile as a file, for its owner to correct.
    public var text: String {
        """
        # A test endpoint, and as whom it knows the attacker. Puente's own names are the defaults.
        address: \(address)
        # At most; 1 to 20.
        requests-per-second: \(Int(requestsPerSecond))
        # The keys of everybody whom the attacker plays.
        keys: \(keys.lastPathComponent)
        # Where the endpoint takes requests of services, answers of other states, requests of other states, and answers of
        # the national gateway.
        paths:
        \(Self.pathNames.map { "  \($0): \(paths[keyPath: $1])" }.joined(separator: "\n"))
        names:
        \(Self.names.map { "  \($0): \(parties[keyPath: $1])" }.joined(separator: "\n"))

        """
    }

    /// What the owner of the endpoint registers, by file name: whom the attacker plays.
    public func registration(at now: Date) throws -> [(name: String, text: String)] {
        let end = now + 20 * 86_400
        let node = try SignatureRecipe(.country).sign(GenuineMetadata.node(World.country, .country, at: now), behind: 0)
        let connector = try SignatureRecipe(.country).sign(
            GenuineMetadata.connector(World.foreignConnector, at: now, until: end), behind: 0)
        return [
            ("service.pem", try TestKey.service.certificate().pem),
            ("national-gateway.pem", try TestKey.gateway.certificate().pem),
            ("metadata-signer.pem", try TestKey.country.certificate().pem),
            ("country.xml", String(decoding: node.serialized(), as: UTF8.self)),
            ("foreign-connector.xml", String(decoding: connector.serialized(), as: UTF8.self)),
        ]
    }
}
