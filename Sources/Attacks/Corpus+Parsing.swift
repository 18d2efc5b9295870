// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// B01 to B13: what parsers do not agree about, on a genuine signed document.
    static let parsing: [Sample] = {
        var samples = Samples()
        for (title, text) in declarations {
            samples.octets(
                title.hasPrefix("a bomb") ? "B03" : title.contains("entit") ? "B02" : "B01", title, .xmlDocumentType
            ) {
                Array(text.utf8) + $0
            }
        }
        samples.octets("B01", "a DOCTYPE behind a comment", .xmlDocumentType) {
            Array("<!-- --><!DOCTYPE x>".utf8) + $0
        }
        samples.octets("B01", "a DOCTYPE behind the root", .xmlDocumentType) { $0 + Array("<!DOCTYPE x>".utf8) }
        samples.octets("B01", "a DOCTYPE in small letters", .xmlMalformed, .xmlDocumentType) {
            Array("<!doctype x>".utf8) + $0
        }
        samples.octets("B02", "XInclude of a file", .messageSchema, .signatureDigest) {
            try $0.inside(
                "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\" parse=\"text\"/>")
        }
        samples.octets("B02", "a style sheet", .xmlForbiddenNode) {
            Array("<?xml-stylesheet href=\"http://127.0.0.1:9/x.xsl\" type=\"text/xsl\"?>".utf8) + $0
        }
        samples.octets("B02", "an entity that nobody declared", .xmlMalformed) { try $0.inside("&x;") }
        for (title, cut, rule) in [
            ("a comment", "<!-- -->", Rule.xmlCommentInText), ("an instruction", "<?x y?>", .xmlForbiddenNode),
            ("a CDATA section", "<![CDATA[]]>", .xmlForbiddenNode),
        ] {
            let id = rule == .xmlCommentInText ? "B04" : "B05"
            samples.octets(id, "\(title) in the middle of the Issuer", rule, on: Role.answers + [.proxyService]) {
                try $0.cutting("Issuer", with: cut)
            }
            samples.octets(id, "\(title) in the level", rule, on: Role.requests) {
                try $0.cutting("AuthnContextClassRef", with: cut)
            }
            samples.octets(id, "\(title) in the audience, the name and a value", rule, on: [.service]) {
                try $0.cutting("Audience", with: cut).cutting("NameID", with: cut).cutting("AttributeValue", with: cut)
            }
            samples.answer(id, "\(title) in a value, sealed by the peer", rule, on: [.service]) { answer in
                // Canonical forms leave comments out: the signature holds.
                answer.editsOctets = { try $0.cutting("AttributeValue", with: cut) }
            }
        }
        samples.octets("B06", "an attribute once more, in the protocol's namespace", .messageSchema) {
            try $0.replacing(" Destination=", with: " saml2p:Destination=\"\(Genuine.evilAddress)\" Destination=")
        }
        samples.octets("B06", "an attribute through two prefixes of one namespace", .xmlNamespace, .xmlMalformed) {
            try $0.replacing(
                " Destination=", with: " xmlns:p=\"urn:p\" xmlns:q=\"urn:p\" p:x=\"1\" q:x=\"2\" Destination=")
        }
        samples.octets("B06", "an attribute twice", .xmlMalformed) {
            try $0.replacing(" Destination=", with: " Destination=\"\(Genuine.evilAddress)\" Destination=")
        }
        samples.octets("B07", "the protocol's prefix bound to something else inside", .messageSchema) {
            try $0.onChild(" xmlns:saml2p=\"urn:x\"")
        }
        samples.octets("B07", "a default namespace for a child", .messageSchema) {
            let name = $0.contains("saml2p:Status>") ? "Status" : "NameIDPolicy"
            return try $0.replacing("<saml2p:\(name)", with: "<\(name) xmlns=\"urn:x\"").replacing(
                "</saml2p:\(name)>", with: "</\(name)>")
        }
        samples.octets("B07", "a prefix that nobody declared", .xmlMalformed, .xmlNamespace) {
            try $0.inside("<none:x/>")
        }
        samples.octets("B07", "the prefix xml bound to something else", .xmlMalformed, .xmlNamespace) {
            try $0.onChild(" xmlns:xml=\"urn:x\"")
        }
        samples.octets("B07", "a prefix undeclared inside", .xmlMalformed, .xmlNamespace) {
            try $0.onChild(" xmlns:saml2p=\"\"")
        }
        for uri in ["x", "../x", "1", "", "urn: x", "%41"] {
            samples.octets("B08", "the namespace \"\(uri)\"", .xmlNamespace, .xmlMalformed) {
                try $0.onChild(" xmlns:odd=\"\(uri)\"")
            }
        }
        samples.octets(
            "B09", "the Issuer of another namespace", .messageSchema, .peerUnknown, on: Role.answers + [.proxyService]
        ) {
            try $0.replacing("<saml2:Issuer", with: "<x:Issuer xmlns:x=\"urn:x\"").replacing(
                "</saml2:Issuer>", with: "</x:Issuer>")
        }
        samples.octets("B09", "the root of SAML 1.1", .messageType) {
            try $0.replacing(SAMLURI.protocolSupport, with: "urn:oasis:names:tc:SAML:1.0:protocol")
        }
        samples.octets("B09", "a signature of another namespace", .messageSchema, .signatureMissing) {
            try $0.replacing("http://www.w3.org/2000/09/xmldsig#\"", with: "http://www.w3.org/2000/09/xmldsig\"")
        }
        samples.octets("B10", "UTF-16, little end first", .xmlEncoding) { [0xFF, 0xFE] + $0.flatMap { [$0, 0] } }
        samples.octets("B10", "UTF-16, big end first, without a mark", .xmlEncoding) { $0.flatMap { [0, $0] } }
        samples.octets("B10", "UTF-32", .xmlEncoding) { $0.flatMap { [$0, 0, 0, 0] } }
        samples.octets("B10", "a byte order mark", .xmlEncoding) { [0xEF, 0xBB, 0xBF] + $0 }
        for encoding in ["UTF-7", "ISO-8859-1", "EBCDIC-CP-US", "UTF-16", "none"] {
            samples.octets("B10", "\(encoding) in the declaration", .xmlEncoding, .xmlMalformed) {
                Array("<?xml version=\"1.0\" encoding=\"\(encoding)\"?>".utf8) + $0
            }
        }
        samples.octets("B10", "XML 1.1", .xmlMalformed, .xmlEncoding, .signatureDigest) {
            Array("<?xml version=\"1.1\"?>".utf8) + (try $0.inside("\u{85}"))
        }
        for (title, octets) in [
            ("an overlong slash", [0xC0, 0xAF]), ("an overlong NUL", [0xC0, 0x80]), ("a lone continuation", [0x80]),
            ("half a character", [0xE2, 0x82]), ("a surrogate", [0xED, 0xA0, 0x80]),
            ("beyond Unicode", [0xF4, 0x90, 0x80, 0x80]),
        ] as [(String, [UInt8])] {
            samples.octets("B10", "\(title) in UTF-8", .xmlEncoding, .xmlMalformed) { try $0.inside(octets) }
        }
        for (title, text) in [
            ("NUL", "&#0;"), ("a bell", "&#7;"), ("a surrogate", "&#xD800;"), ("U+FFFE", "&#xFFFE;"),
            ("U+FFFF", "\u{FFFF}"), ("a bell as it is", "\u{7}"), ("NUL as it is", "\u{0}"),
        ] {
            samples.octets("B11", "\(title)", .xmlMalformed, .xmlEncoding) { try $0.inside(text) }
        }
        for (title, text) in [
            ("CR", "&#13;"), ("LF", "&#10;"), ("TAB", "&#9;"), ("a blank", " "), ("a line break", "\n"),
        ] {
            samples.octets("B12", "\(title) in the Destination", .signatureDigest) {
                try $0.replacing(" Destination=\"https", with: " Destination=\"\(text)https")
            }
        }
        samples.content("B12", "CR in the Destination, signed", .messageDestination, on: Role.messages) {
            $0.set("Destination", ($0["Destination"] ?? "") + "\r")
        }
        for (title, before, behind) in [
            ("text before the root", "x", ""), ("text behind the root", "", "x"), ("NUL behind the root", "", "\u{0}"),
            ("a second root", "", "<x/>"), ("a reference behind the root", "", "&amp;"),
            ("a CDATA section behind the root", "", "<![CDATA[x]]>"),
            ("a blank before the declaration", " <?xml version=\"1.0\"?>", ""),
        ] {
            samples.octets("B13", title, .xmlMalformed, .xmlEncoding) { Array(before.utf8) + $0 + Array(behind.utf8) }
        }
        samples.octets("B13", "the whole document twice", .xmlMalformed) { $0 + $0 }
        return samples.all
    }()

    private static let declarations: [(String, String)] = [
        ("a DOCTYPE", "<!DOCTYPE saml2p:Response>"),
        ("a DOCTYPE with an address", "<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x.dtd\">"),
        ("a DOCTYPE with default attributes", "<!DOCTYPE x [<!ATTLIST x y CDATA \"z\">]>"),
        ("an external entity", "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>"),
        ("a parameter entity", "<!DOCTYPE x [<!ENTITY % y SYSTEM \"http://127.0.0.1:9/y\"> %y;]>"),
        (
            "a bomb of entities",
            "<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;\">]>"
        ),
        ("a bomb of one long entity", "<!DOCTYPE x [<!ENTITY a \"\(String(repeating: "a", count: 40_000))\">]>"),
    ]
}

extension [UInt8] {
    func contains(_ text: String) -> Bool { String(decoding: self, as: UTF8.self).contains(text) }

    /// With text right behind the start of the second child or deeper: within Status or Extensions.
    func inside(_ text: String) throws -> [UInt8] { try inside(Array(text.utf8)) }

    func inside(_ octets: [UInt8]) throws -> [UInt8] {
        for tag in ["<saml2p:Status>", "<saml2p:Extensions>"] {
            let mark = Array(tag.utf8)
            if let found = firstRange(of: mark) {
                return self[..<found.upperBound] + octets + self[found.upperBound...]
            }
        }
        throw NothingToSpoil(name: "Status")
    }

    /// With more attributes on such a child.
    func onChild(_ attributes: String) throws -> [UInt8] {
        let tag = contains("<saml2p:Status>") ? "<saml2p:Status" : "<saml2p:Extensions"
        return try replacing(tag + ">", with: tag + attributes + ">")
    }

    /// With something in the middle of the text of the first element of that local name.
    func cutting(_ local: String, with cut: String) throws -> [UInt8] {
        let text = String(decoding: self, as: UTF8.self)
        guard let tag = text.firstMatch(of: try Regex("<[a-z0-9]+:\(local)[ >]")),
            let end = text[tag.range.lowerBound...].firstIndex(of: ">")
        else { throw NothingToSpoil(name: local) }
        let place = text.index(end, offsetBy: 4)
        return Array((text[..<place] + cut + text[place...]).utf8)
    }
}
