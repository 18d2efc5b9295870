// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

/// Other ways to write a moment; the first ones are those that careless readers take most often.
private let forms: [(title: String, write: @Sendable (String) -> String)] = [
    ("without a zone", { String($0.dropLast()) }),
    ("in another zone", { $0.dropLast() + "+01:00" }),
    ("at 24:00", { $0.prefix(10) + "T24:00:00Z" }),
    ("in a leap second", { $0.prefix(17) + "60Z" }),
    ("in a year of five digits", { "1" + $0 }),
    ("as seconds since 1970", { String(Int(Instant.read($0)?.timeIntervalSince1970 ?? 0)) }),
    ("as an empty text", { _ in "" }),
    ("with text behind", { $0 + " or later" }),
    ("of the zone -00:00", { $0.dropLast() + "-00:00" }),
    ("of the zone +0000", { $0.dropLast() + "+0000" }),
    ("with a small z", { $0.dropLast() + "z" }),
    ("with a small t", { $0.replacing("T", with: "t") }),
    ("with a blank for the T", { $0.replacing("T", with: " ") }),
    ("without seconds", { $0.prefix(16) + "Z" }),
    ("without minutes", { $0.prefix(13) + "Z" }),
    ("at 25 o'clock", { $0.prefix(10) + "T25:00:00Z" }),
    ("in minute 60", { $0.prefix(13) + ":60:00Z" }),
    ("on 31 February", { $0.prefix(4) + "-02-31" + $0.dropFirst(10) }),
    ("in month 13", { $0.prefix(4) + "-13" + $0.dropFirst(7) }),
    ("on day 0", { $0.prefix(8) + "00" + $0.dropFirst(10) }),
    ("with a zero before the year", { "0" + $0 }),
    ("with a minus before the year", { "-" + $0 }),
    ("with a plus before the year", { "+" + $0 }),
    ("in a year of two digits", { String($0.dropFirst(2)) }),
    ("with a comma for the point", { $0.replacing(".", with: ",") }),
    ("with a point and no fraction", { $0.prefix(19) + ".Z" }),
    ("with a fraction of ten digits", { $0.prefix(19) + ".0000000000Z" }),
    ("in the basic form", { $0.filter { $0 != "-" && $0 != ":" } }),
    ("in digits of another script", { String(String.UnicodeScalarView($0.unicodeScalars.map(\.arabic))) }),
    ("with another moment behind", { $0 + "/" + $0 }),
    ("as words", { _ in "now" }),
]

/// Moments that are not now.
private let past: [(title: String, text: @Sendable () -> String)] = [
    ("an hour ago", { Instant.write(Date() - 3_600) }), ("in 1970", { "1970-01-01T00:00:00Z" }),
    ("in the year 1", { "0001-01-01T00:00:00Z" }), ("2³² seconds ago", { Instant.write(Date() - 4_294_967_296) }),
]
private let ahead: [(title: String, text: @Sendable () -> String)] = [
    ("in an hour", { Instant.write(Date() + 3_600) }), ("in 9999", { "9999-12-31T23:59:59Z" }),
    ("in 2³² seconds", { Instant.write(Date() + 4_294_967_296) }),
]

extension Corpus {
    /// E06: moments that are past, ahead, or none.
    static let times: [Sample] = {
        var samples = Samples()
        issued(&samples)
        samples.content("E06", "issued at no time", .messageSchema, on: Role.messages) { $0.set("IssueInstant", nil) }
        samples.assertion("E06", "assertion issued at no time", .messageSchema) { $0.set("IssueInstant", nil) }
        for (title, text) in past + ahead {
            samples.assertion("E06", "assertion issued \(title)", .messageIssueInstant) {
                $0.set("IssueInstant", text())
            }
        }
        // A person may have logged in a while ago.
        for (title, text) in past.dropFirst() + ahead {
            samples.assertion("E06", "authenticated \(title)", .responseAuthnStatement) {
                try $0.set("AuthnInstant", of: "AuthnStatement", text())
            }
        }
        for (title, text) in past {
            samples.assertion("E06", "conditions that ended \(title)", .responseExpired, .responseConditions) {
                try $0.set("NotOnOrAfter", of: "Conditions", text())
            }
            samples.assertion("E06", "confirmation that ended \(title)", .responseConfirmation) {
                try $0.set("NotOnOrAfter", of: "SubjectConfirmationData", text())
            }
        }
        for (title, text) in ahead {
            samples.assertion("E06", "conditions that begin \(title)", .responseNotYetValid) {
                try $0.set("NotBefore", of: "Conditions", text())
            }
            samples.assertion("E06", "confirmation that begins \(title)", .responseConfirmation) {
                try $0.set("NotBefore", of: "SubjectConfirmationData", text())
            }
        }
        let ends: [(String, @Sendable () -> String)] = [
            ("that is over", { Instant.write(Date() - 1_800) }), ("that ends at no time", { "x" }),
        ]
        for (title, end) in ends {
            samples.assertion("E06", "a session \(title)", .responseAuthnStatement) {
                try $0.set("SessionNotOnOrAfter", of: "AuthnStatement", end())
            }
        }
        samples.assertion("E06", "authenticated a week ago", .responseAuthnStatement) {
            try $0.set("AuthnInstant", of: "AuthnStatement", Instant.write(Date() - 604_800))
        }
        samples.assertion("E06", "conditions that end before they begin", .responseConditions, .responseExpired) {
            try $0.set("NotBefore", of: "Conditions", Instant.write(Date() + 30))
            try $0.set("NotOnOrAfter", of: "Conditions", Instant.write(Date() - 30))
        }
        for end in ["NotBefore", "NotOnOrAfter"] {
            samples.assertion("E06", "conditions without \(end)", .responseConditions) {
                try $0.set(XMLName(unqualified: end), of: "Conditions", nil)
            }
        }
        written(&samples)
        return samples.all
    }()

    private static func issued(_ samples: inout Samples) {
        for (title, write) in forms {
            samples.content("E06", "issued \(title)", .messageIssueInstant, on: Role.messages) {
                $0.set("IssueInstant", write(Instant.write(Date())))
            }
        }
        for (title, text) in past + ahead {
            samples.content("E06", "issued \(title)", .messageIssueInstant, on: Role.messages) {
                $0.set("IssueInstant", text())
            }
        }
    }

    /// Every other moment of an answer.
    private static func written(_ samples: inout Samples) {
        for (title, write) in forms.prefix(8) {
            let now: @Sendable () -> String = { write(Instant.write(Date())) }
            let later: @Sendable () -> String = { write(Instant.write(Date() + 240)) }
            samples.assertion("E06", "conditions that begin, \(title)", .responseConditions) {
                try $0.set("NotBefore", of: "Conditions", now())
            }
            samples.assertion("E06", "conditions that end, \(title)", .responseConditions) {
                try $0.set("NotOnOrAfter", of: "Conditions", later())
            }
            samples.assertion("E06", "confirmation that ends, \(title)", .responseConfirmation) {
                try $0.set("NotOnOrAfter", of: "SubjectConfirmationData", later())
            }
            samples.assertion("E06", "authenticated, \(title)", .responseAuthnStatement) {
                try $0.set("AuthnInstant", of: "AuthnStatement", now())
            }
        }
    }
}

extension Unicode.Scalar {
    /// The same digit as Arabic writes it.
    fileprivate var arabic: Unicode.Scalar {
        ("0"..."9").contains(self) ? Unicode.Scalar(value - 48 + 0x660) ?? self : self
    }
}
