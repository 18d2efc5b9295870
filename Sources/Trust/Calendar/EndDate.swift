// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
import XMLSecurity

/// Something that is good until a day, ours or theirs: a certificate with everything that it is used for, or a document.
public struct EndDate: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, Encodable, CaseIterable {
        /// Until when a node's metadata may be used, the grace of the settings included.
        case metadata
        /// When a metadata service list has to be there anew.
        case serviceList = "service-list"
        /// When a revocation list has to be there anew.
        case revocationList = "revocation-list"
        /// Certificates, by what they are for.
        case signing, encryption
        case metadataSigner = "metadata-signer"
        case pin, gateway, service, tls
    }

    public enum Owner: Hashable, Sendable {
        /// Our own, what our gateway and services gave us, and the revocation lists that we name.
        case ours
        case country(MemberState)

        public var word: String {
            switch self {
            case .ours: "ours"
            case .country(let state): state.rawValue
            }
        }
    }

    public let date: Date
    public let kinds: [Kind]
    public let owner: Owner
    /// Of the certificate; the entity ID or the name of what is none.
    public let subject: String
    /// SHA-256 of the certificate, in hexadecimal; `nil` for a document.
    public let fingerprint: String?
    /// Where it is used: the entity and role, or the key of our settings.
    public let places: [String]
    /// Whole days, negative once it has ended.
    public let daysLeft: Int
    /// Whether it is metadata that its publisher renews long before its end, and still does.
    public let renewsItself: Bool
    /// The nearest of the alarms that are due, in days before the end; `nil`: nobody has to do anything yet.
    public let alarm: Int?

    /// The same for the same thing in every process.
    var name: String { "\(owner.word) \(fingerprint ?? "\(kinds[0].rawValue) \(places[0])")" }

    /// What it is, in words for an operator.
    public var what: String {
        let names = kinds.map(\.rawValue).joined(separator: ", ")
        return fingerprint == nil ? names : "\(names) certificate"
    }
}

extension EndDate: Encodable {
    private enum CodingKeys: String, CodingKey {
        case date, kinds
        case owner = "country"
        case subject, fingerprint, places, daysLeft, renewsItself, alarm
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(date, forKey: .date)
        try container.encode(kinds, forKey: .kinds)
        try container.encode(owner.word, forKey: .owner)
        try container.encode(subject, forKey: .subject)
        try container.encodeIfPresent(fingerprint, forKey: .fingerprint)
        try container.encode(places, forKey: .places)
        try container.encode(daysLeft, forKey: .daysLeft)
        try container.encode(renewsItself, forKey: .renewsItself)
        try container.encodeIfPresent(alarm, forKey: .alarm)
    }
}

/// One use of something that ends: what a calendar is made of.
struct End: Hashable, Sendable {
    /// Of metadata that its publisher renews.
    struct Renewal: Hashable, Sendable {
        /// From the day on which it was found good to its end.
        var validSeconds: Double
        /// Whether its source could be asked lately, and gave something good.
        var works: Bool
    }

    var kind: EndDate.Kind
    var owner: EndDate.Owner
    var subject: String
    var fingerprint: String?
    var place: String
    var date: Date
    var renewal: Renewal?

    init(_ kind: EndDate.Kind, _ owner: EndDate.Owner, _ certificate: Certificate, _ place: String) {
        (self.kind, self.owner, self.place) = (kind, owner, place)
        (subject, fingerprint, date) = (certificate.subject, certificate.fingerprint, certificate.notAfter)
    }

    init(
        _ kind: EndDate.Kind, _ owner: EndDate.Owner, _ subject: String, _ place: String, until date: Date,
        _ renewal: Renewal? = nil
    ) {
        (self.kind, self.owner, self.subject, self.place) = (kind, owner, subject, place)
        (self.date, self.renewal) = (date, renewal)
    }

    /// What is valid for less is renewed by its publisher, and nobody counts its days.
    static let renewedBelowSeconds = 60 * 86_400.0

    /// The alarms that are due, in days before the end.
    ///
    /// Certificates, and metadata for many months, count days. Metadata for less than 60 days counts shares of its validity:
    /// with alarms at 60, 30, 14, 7 and 1 days they come when 1/2, 1/4, 1/9, 1/17 and 1/120 of it is left, and the first of
    /// them only if refreshing fails. With less than an eighth left the source may answer as it likes: what it gives is not
    /// renewed.
    func due(_ days: [Int], at now: Date) -> [Int] {
        guard let renewal, let most = days.max() else {
            return days.filter { date - Double($0) * 86_400 <= now }
        }
        return days.filter { days in
            let share = Double(days) / Double(2 * most)
            return date - share * renewal.validSeconds <= now && (!renewal.works || share <= 1 / 8)
        }
    }
}
