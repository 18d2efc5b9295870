// SPDX-License-Identifier: EUPL-1.2
import Federation
import FuzzKit
import PuenteTestKit
import SAML

/// The body of a form, or the query of an address: fields are read as a second reader reads them, each once, and the
/// message is the only one. A support code beside them is what one says it is.
enum FormsTarget: FuzzTarget {
    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        let many = (0..<33).map { "f\($0)=\($0)" }
        let texts = [
            "", "a=1&b=%C3%B1+x&&c", "a=1&a=2", "a=%", "a=%4", "a=%zz", "=x", "a==b", "%41=1&A=2", "a=%FF",
            "SAMLRequest=PGEvPg%3D%3D&RelayState=x%00", "SAMLResponse=x&SAMLRequest=x",
            "logoutRequest=x&samlRequestLogout=x",
            "logoutRequest=x&samlRequestLogout=y", "SAMLRequest=x&logoutRequest=x", many.joined(separator: "&"),
            many.dropLast().joined(separator: "&"), String(repeating: "n", count: 65) + "=1", "e\u{301}=1&\u{E9}=2",
            "\(SupportCode(random: 1_234_567))", "k7qf 2m9t", "O0Il-0000",
        ]
        return texts.enumerated().map { (name: "form-\($0.offset)", octets: Array($0.element.utf8)) }
    }

    static func run(_ octets: [UInt8]) throws {
        let text = String(decoding: octets, as: UTF8.self)
        checkForm(text)
        checkCode(text)
    }

    private static func checkForm(_ text: String) {
        let pairs = text.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false).map(unescaped)
        }
        let fields: FormFields
        do {
            fields = try FormFields(text)
        } catch {
            let rules: [Rule] = [.base64, .parameterTooLarge, .parameterRepeated]
            promise(rules.contains(error.rule), "a form is refused as a form, not by \(error)")
            promise(!error.description.utf8.contains { $0 < 32 }, "a rejection is one line")
            return
        }
        promise(fields.names.count == pairs.count && pairs.count <= 32, "each field comes once, and there are few")
        for pair in pairs {
            guard let name = pair[0], let value = pair.count > 1 ? pair[1] : "" else {
                promise(false, "damaged escapes are refused")
                return
            }
            promise(fields[name].map { Array($0.utf8) } == Array(value.utf8), "a field is what was sent")
        }
        let again = fields.names.map { "\($0.percentEncoded)=\((fields[$0] ?? "").percentEncoded)" }.joined(
            separator: "&")
        let second = promise("a form that was read can be written and read") { try FormFields(again) }
        promise(fields.names.allSatisfy { second[$0] == fields[$0] }, "a form stays what it is")
        checkMessages(fields)
    }

    private static let messages = [
        ["SAMLRequest"], ["SAMLResponse"], ["SAMLRequest", "logoutRequest", "samlRequestLogout"],
    ]

    private static func checkMessages(_ fields: FormFields) {
        for names in messages {
            guard let (name, value) = try? fields.message(names) else { continue }
            promise(names.contains(name) && fields[name] == value, "a message is one of those that were asked for")
            let others = ["SAMLRequest", "SAMLResponse", "logoutResponse", "samlResponseLogout"].filter { $0 != name }
            promise(others.allSatisfy { fields[$0] == nil }, "no other message stands beside it")
        }
    }

    /// As the escapes of a form are defined, from the end.
    private static func unescaped(_ text: Substring.UTF8View) -> String? {
        var octets: [UInt8] = []
        var digits: [UInt8] = []
        for octet in text.reversed() {
            if octet == UInt8(ascii: "%") {
                guard digits.count >= 2,
                    let value = UInt8(String(decoding: digits.suffix(2).reversed(), as: UTF8.self), radix: 16),
                    digits.suffix(2).allSatisfy({ Character(UnicodeScalar($0)).isHexDigit })
                else { return nil }
                octets += digits.dropLast(2) + [value]
                digits = []
            } else {
                digits.append(octet == UInt8(ascii: "+") ? 32 : octet)
            }
        }
        return String(validating: (octets + digits).reversed(), as: UTF8.self)
    }

    private static func checkCode(_ text: String) {
        guard let code = SupportCode(parsing: text) else { return }
        let written = Array("\(code)")
        promise(written.count == 9 && written[4] == "-", "a code has two groups of four")
        promise(SupportCode(parsing: String(written)) == code, "a code reads what it wrote")
        for place in written.indices where place != 4 {
            var other = written
            other[place] = written[place] == "0" ? "1" : "0"
            promise(SupportCode(parsing: String(other)) == nil, "one wrong character never passes")
            other = written
            other.swapAt(place, place == 3 ? 5 : min(place + 1, 8))
            promise(other == written || SupportCode(parsing: String(other)) == nil, "nor do two that changed places")
        }
    }
}

@_cdecl("fuzz_forms_main")
func fuzzForms(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    FormsTarget.main(count, arguments)
}
