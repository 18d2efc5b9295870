// SPDX-License-Identifier: EUPL-1.2
import Foundation
public import PuenteTestKit
import XMLSecurity

/// A test endpoint of somebody else, as its profile describes it.
public struct Target: Sendable, Codable {
    /// Scheme, host and port.
    public var address: String
    /// At most.
    public var requestsPerSecond: Double
    public var paths: Attacker.Paths
    public var parties: Parties

    public init(address: String, requestsPerSecond: Double = 2, paths: Attacker.Paths, parties: Parties) {
        (self.address, self.requestsPerSecond, self.paths, self.parties) = (address, requestsPerSecond, paths, parties)
    }

    /// Where the owner shows that they agree.
    public static let consentPath = "/.well-known/puente-attack"

    /// What the owner has to serve at ``consentPath``, this time only.
    public static func challenge() throws -> String {
        "puente-attack-consent-" + (try randomBytes(20)).map { String($0, radix: 16) }.joined()
    }

    /// Whether the endpoint serves the challenge.
    public func consents(to challenge: String) async throws -> Bool {
        let reply = try await Courier(to: address, rate: requestsPerSecond).get(Self.consentPath)
        return reply.status == 200 && reply.text.trimmingCharacters(in: .whitespacesAndNewlines) == challenge
    }
}
