// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// B14 to B20: the shape of a message, most of it under the peer's own signature.
    static let structure: [Sample] = {
        var samples = Samples()
        for (name, value) in [("base", "http://127.0.0.1:9/"), ("space", "preserve"), ("lang", "en")] {
            samples.content("B14", "xml:\(name) on the root, signed", .messageSchema, on: Role.messages) {
                $0.set(Namespace.xml(name), value)
            }
            samples.octets("B14", "xml:\(name) on a child, added", .messageSchema, .signatureDigest) {
                try $0.onChild(" xml:\(name)=\"\(value)\"")
            }
        }
        samples.content("B15", "xsi:schemaLocation on the root", .messageSchema, on: Role.messages) {
            $0.set(Namespace.xsi("schemaLocation"), "urn:x http://127.0.0.1:9/x.xsd")
        }
        samples.content("B15", "xsi:nil on the root", .messageSchema, on: Role.messages) {
            $0.set(Namespace.xsi("nil"), "true")
        }
        samples.assertion("B15", "xsi:nil on a value", .attributeInvalid, .messageSchema) {
            try $0.set(Namespace.xsi("nil"), of: "AttributeValue", "true")
        }
        samples.assertion("B15", "xsi:type on the assertion", .messageSchema) {
            $0.set(Namespace.xsi("type"), "saml2:EvidenceType")
        }
        for name in ["Status", "Issuer"] {
            samples.content("B16", "two of \(name)", .messageSchema, on: Role.answers) { try $0.double(name) }
            samples.content("B16", "no \(name)", .messageSchema, .messageIssuer, on: Role.answers) {
                try $0.remove(name)
            }
        }
        for name in ["Subject", "Conditions", "AuthnStatement", "AttributeStatement"] {
            samples.assertion(
                "B16", "two of \(name)", .messageSchema, .responseAuthnStatement, .responseAttributeStatement
            ) { try $0.double(name) }
            samples.assertion(
                "B16", "no \(name)", .messageSchema, .responseSubject, .responseConditions, .responseAuthnStatement,
                .responseAttributeStatement
            ) { try $0.remove(name) }
        }
        samples.assertion("B16", "the Subject behind the Conditions", .messageSchema) {
            guard let subject = $0.first("Subject") else { throw NothingToSpoil(name: "Subject") }
            try $0.remove("Subject")
            $0 = $0.inserting(subject, at: 2)
        }
        for name in ["Extensions", "NameIDPolicy", "RequestedAuthnContext"] {
            samples.content("B16", "two of \(name)", .messageSchema, on: Role.requests) { try $0.double(name) }
        }
        samples.content("B16", "Extensions at the end", .messageSchema, on: Role.requests) {
            guard let extensions = $0.first("Extensions") else { throw NothingToSpoil(name: "Extensions") }
            try $0.remove("Extensions")
            $0 = $0.appending(extensions)
        }
        samples.answer("B16", "the sealed assertion in Extensions, beside another", .messageSchema) { answer in
            guard let content = try answer.content(), var other = answer.assertion else {
                throw NothingToSpoil(name: "Assertion")
            }
            other.set("ID", "_other")
            answer.assertion = other
            answer.response = answer.response.inserting(
                XMLNode(Namespace.saml2p("Extensions"), [], [content]), at: 1)
        }
        samples.content("B16", "a child that nobody knows", .messageSchema, on: Role.messages) {
            $0 = $0.appending(XMLNode(Namespace("x", "urn:x")("y")))
        }
        samples.content("B16", "an attribute that nobody knows", .messageSchema, on: Role.messages) {
            $0.set("Evil", "1")
        }
        for version in ["1.1", "2.1", "", "2.0 "] {
            samples.content("B16", "Version \"\(version)\"", .messageVersion, .messageSchema, on: Role.messages) {
                $0.set("Version", version)
            }
        }
        samples.content("B16", "text among the children", .messageSchema, on: Role.messages) {
            $0.content.append(.text("evil"))
        }
        for (title, odd) in [
            ("a Cyrillic letter", "\u{0435}"), ("a letter of full width", "\u{FF45}"),
            ("a zero-width space", "\u{200B}e"),
            ("text that runs backwards", "\u{202E}e"), ("a combining mark", "e\u{0301}"), ("a soft hyphen", "\u{AD}e"),
        ] {
            samples.content(
                "B17", "\(title) in the Issuer", .messageIssuer, .peerUnknown,
                on: [.connector, .service, .proxyService]
            ) {
                try $0.edit("Issuer") { $0.text = $0.text.replacing("e", with: odd, maxReplacements: 1) }
            }
            samples.content("B17", "\(title) in the Destination", .messageDestination, on: Role.messages) {
                $0.set("Destination", ($0["Destination"] ?? "").replacing("e", with: odd, maxReplacements: 1))
            }
        }
        samples.content("B17", "a look-alike in the ProviderName", .peerUnknown, on: [.gateway]) {
            $0.set("ProviderName", ($0["ProviderName"] ?? "").replacing("X", with: "\u{0425}", maxReplacements: 1))
        }
        samples.assertion("B17", "a direction override in the identifier", .identifierInvalid, .attributeInvalid) {
            try $0.edit("AttributeStatement") { statement in
                statement.content = statement.children.map { attribute in
                    var attribute = attribute
                    if attribute["FriendlyName"] == "PersonIdentifier" {
                        attribute.content = attribute.children.map { value in
                            var value = value
                            value.text += "\u{202E}"
                            return .node(value)
                        }
                    }
                    return .node(attribute)
                }
            }
        }
        for (title, odd) in [
            ("a blank before", " %"), ("a blank behind", "% "), ("a line break behind", "%\n"),
            ("a no-break space behind", "%\u{A0}"),
        ] {
            samples.content("B18", "\(title) the Destination", .messageDestination, on: Role.messages) {
                $0.set("Destination", odd.replacing("%", with: $0["Destination"] ?? ""))
            }
            samples.content("B18", "\(title) the IssueInstant", .messageIssueInstant, .messageSchema, on: Role.messages)
            {
                $0.set("IssueInstant", odd.replacing("%", with: $0["IssueInstant"] ?? ""))
            }
            samples.metadata("B18", "\(title) the entityID", .metadataEntity) {
                try $0.signing { $0.set("entityID", odd.replacing("%", with: $0["entityID"] ?? "")) }
            }
            samples.content("B18", "\(title) InResponseTo", .responseUnsolicited, .messageSchema, on: Role.answers) {
                $0.set("InResponseTo", odd.replacing("%", with: $0["InResponseTo"] ?? ""))
            }
        }
        samples.octets("B19", "a hundred levels", .xmlLimit) {
            try $0.inside(String(repeating: "<x>", count: 100) + String(repeating: "</x>", count: 100))
        }
        samples.octets("B19", "four hundred levels", .xmlLimit) {
            try $0.inside(String(repeating: "<x>", count: 400) + String(repeating: "</x>", count: 400))
        }
        samples.octets("B19", "six thousand elements", .xmlLimit) {
            try $0.inside(String(repeating: "<x/>", count: 6_000))
        }
        samples.octets("B19", "a thousand attributes", .xmlLimit) {
            try $0.inside("<x " + (0..<1_000).map { "a\($0)=\"\"" }.joined(separator: " ") + "/>")
        }
        for (title, count) in [("thirty", 30_000), ("sixty", 60_000)] {
            samples.octets("B19", "a name of \(title) thousand letters", .xmlLimit) {
                try $0.inside("<\(String(repeating: "x", count: count))/>")
            }
        }
        samples.octets("B19", "a hundred namespaces", .xmlLimit, .messageSchema) {
            try $0.onChild((0..<100).map { " xmlns:n\($0)=\"urn:\($0)\"" }.joined())
        }
        samples.octets("B19", "a message beyond the limit", .parameterTooLarge) {
            try $0.inside(String(repeating: "x", count: 110_000))
        }
        samples.octets("B20", "markup that survives one reading only", .signatureDigest, .messageSchema) {
            try $0.inside("&lt;saml2:Assertion/&gt;")
        }
        samples.octets("B20", "an end of CDATA in text", .xmlMalformed, .messageSchema) { try $0.inside("]]>") }
        samples.content(
            "B20", "a value that closes its element when written", .messageSchema, .messageDestination,
            on: Role.messages
        ) {
            $0.set("Destination", "\"/><x y=\"")
        }
        return samples.all
    }()
}
