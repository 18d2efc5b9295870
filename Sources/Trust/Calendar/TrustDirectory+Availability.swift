// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
public import Federation
public import Foundation
public import SAML
import Settings
import Synchronization

/// Whether a country can be used in a direction, as far as everybody may know it.
public struct Availability: Hashable, Sendable {
    public var country: MemberState
    /// Proxy-Service: people of the country can identify here. Connector: its services can ask us.
    public var role: EntityDescriptor.Role
    /// Names by language tag, in place of the country's own name where given.
    public var displayName: [String: String]
    /// Since when none of its nodes can be used; `nil`: one can.
    public var outSince: Date?

    public init(
        country: MemberState, role: EntityDescriptor.Role, displayName: [String: String] = [:], outSince: Date? = nil
    ) {
        self.country = country
        self.role = role
        self.displayName = displayName
        self.outSince = outSince
    }
}

extension TrustDirectory {
    /// Each country once for each of its roles, in the order of the trust lists. Connectors only where they are served.
    public func availability(at now: Date) -> [Availability] {
        let state = state.withLock { $0 }
        var found: [Availability] = []
        for held in state.held where held.entry.isAsked || settings.proxyService != nil {
            let entry = held.entry
            let since = state.isUsable(held, at: now) ? nil : held.outSince(settings, at: now)
            let index = found.firstIndex { $0.country == entry.country && $0.role == entry.role }
            guard let index else {
                found.append(
                    Availability(
                        country: entry.country, role: entry.role, displayName: entry.displayName, outSince: since))
                continue
            }
            // Out since the last of its nodes is.
            found[index].outSince = found[index].outSince.flatMap { other in since.map { max($0, other) } }
        }
        return found
    }
}

extension TrustDirectory.State {
    /// Whether a login can use the node now.
    func isUsable(_ held: Held, at now: Date) -> Bool {
        guard held.entry.isAsked else {
            return snapshot.proxyService?.requesters[held.entry.entityID].map { $0.isEnabled && now < $0.validUntil }
                ?? false
        }
        return snapshot.connector.countries.contains { country in
            guard country.entityID == held.entry.entityID, country.memberState == held.entry.country,
                case .usable(let responder) = country.state
            else { return false }
            return now < responder.validUntil
        }
    }
}

extension Held {
    /// Metadata that ran out did so at its end, whenever that was noticed.
    fileprivate func outSince(_ settings: Settings, at now: Date) -> Date {
        end(settings).flatMap { entry.enabled && $0 <= now ? $0 : nil } ?? since
    }
}
