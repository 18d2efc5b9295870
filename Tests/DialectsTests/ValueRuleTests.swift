// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import Testing
import XMLSecurity

@testable import Dialects

@Suite("Value rules")
struct ValueRuleTests {
    struct Case: Sendable {
        let rule: ValueRule
        let wire: String
        let canonical: String?
        init(_ rule: ValueRule, _ wire: String, _ canonical: String?) {
            (self.rule, self.wire, self.canonical) = (rule, wire, canonical)
        }
    }

    static let cases = [
        Case(.text, "x", "x"), Case(.text, "", nil), Case(.text, "a\u{0}", nil), Case(.text, "a\u{1B}[31m", nil),
        Case(.text, String(repeating: "x", count: 65_535), String(repeating: "x", count: 65_535)),
        Case(.text, String(repeating: "x", count: 65_536), nil),
        Case(.name, "Ana\u{202E}nimda", nil), Case(.name, "Ana\u{2066}x", nil),
        Case(.name, "شهرزاد\u{200C}", "شهرزاد\u{200C}"),
        Case(.name, "l·lengua", "l·lengua"), Case(.name, "a\u{2028}b", nil), Case(.name, "\u{E000}", nil),
        Case(.date, "1980-01-31", "1980-01-31"), Case(.date, "1980-02-30", nil), Case(.date, "1980-01-31Z", nil),
        Case(.date, "31/01/1980", nil),
        Case(.gender, "Male", "Male"), Case(.gender, "female", "Female"), Case(.gender, "NOT SPECIFIED", "Unspecified"),
        Case(.gender, "Unspecified", "Unspecified"), Case(.gender, "M", nil), Case(.gender, "Other", nil),
        Case(.country, "EL", "EL"), Case(.country, "gr", nil), Case(.country, "GRC", nil), Case(.country, "E1", nil),
        Case(.country, "ÑÑ", nil),
        Case(.identifier, "DE/ES/1", "DE/ES/1"), Case(.identifier, "DE/ES/a/b", "DE/ES/a/b"),
        Case(.identifier, "DE/ES/", nil),
        Case(.identifier, "DE/1", nil), Case(.identifier, "de/ES/1", nil), Case(.identifier, "DE/ES/a b", nil),
        Case(.identifier, "DEU/ES/1", nil), Case(.identifier, " DE/ES/1", nil),
        Case(.identifier, "DE/ES/a\u{AD}b", nil),
        Case(.identifier, "DE/ES/" + String(repeating: "x", count: 250), "DE/ES/" + String(repeating: "x", count: 250)),
        Case(.identifier, "DE/ES/" + String(repeating: "x", count: 251), nil),
    ]

    @Test("A value has its form, and is never corrected into it", arguments: cases)
    func forms(example: Case) { #expect(example.rule.read(example.wire) == example.canonical) }

    struct AddressCase: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let fragment: String
        let canonical: String?
        init(_ description: String, _ fragment: String, _ canonical: String?) {
            (testDescription, self.fragment, self.canonical) = (description, fragment, canonical)
        }
    }

    static let full =
        "PoBox: 1\nLocatorDesignator: 2\nLocatorName: 3\nCvaddressArea: 4\nThoroughfare: 5\nPostName: 6\nAdminunitFirstline: 7\n"
        + "AdminunitSecondline: 8\nPostCode: 9"

    static let addresses = [
        AddressCase(
            "as the Commission's node writes",
            "<eidas-natural:PostName>Köln</eidas-natural:PostName>\n<eidas-natural:PostCode>50667</eidas-natural:PostCode>\n",
            "PostName: Köln\nPostCode: 50667"),
        AddressCase(
            "as the specification's sample",
            "<eidas:LocatorDesignator>22</eidas:LocatorDesignator><eidas:Thoroughfare>Arcacia Avenue</eidas:Thoroughfare>",
            "LocatorDesignator: 22\nThoroughfare: Arcacia Avenue"),
        AddressCase(
            "with the prefix declared",
            "<x:PostName xmlns:x=\"http://eidas.europa.eu/attributes/naturalperson\">Köln</x:PostName>",
            "PostName: Köln"),
        AddressCase(
            "with a default namespace",
            "<PostName xmlns=\"http://eidas.europa.eu/attributes/naturalperson\">Köln</PostName>", "PostName: Köln"),
        AddressCase(
            "with a root around it",
            "<eidas:CurrentAddress><eidas:PostName>Köln</eidas:PostName><eidas:PostCode>1</eidas:PostCode></eidas:CurrentAddress>",
            "PostName: Köln\nPostCode: 1"),
        AddressCase(
            "with an XML declaration",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><eidas:PostName>Köln</eidas:PostName>", "PostName: Köln"),
        AddressCase(
            "not escaped", "<eidas:LocatorName>A & B</eidas:LocatorName>\n<eidas:PostCode>1</eidas:PostCode>\n",
            "LocatorName: A & B\nPostCode: 1"),
        AddressCase("escaped", "<eidas:LocatorName>A &amp; B &lt;C&gt;</eidas:LocatorName>", "LocatorName: A & B <C>"),
        AddressCase(
            "names of other case", "<eidas:postname>Köln</eidas:postname><eidas:POSTCODE>1</eidas:POSTCODE>",
            "PostName: Köln\nPostCode: 1"),
        AddressCase("out of order", "<e:PostCode>9</e:PostCode><e:PoBox>1</e:PoBox>", "PoBox: 1\nPostCode: 9"),
        AddressCase("several lines in one part", "<e:Thoroughfare>a\nb</e:Thoroughfare>", "Thoroughfare: a b"),
        AddressCase("an empty part beside others", "<e:PoBox></e:PoBox><e:PostCode>9</e:PostCode>", "PostCode: 9"),
        AddressCase("all nine parts", zip(PostalAddress.names, 1...).map { "<e:\($0)>\($1)</e:\($0)>" }.joined(), full),
        AddressCase(
            "all in one text", "<e:AddressID>7</e:AddressID><e:FullCvaddress>Hof 1, 10117 Berlin</e:FullCvaddress>",
            "FullCvaddress: Hof 1, 10117 Berlin"),
        AddressCase(
            "in one text and in parts",
            "<e:fullCvaddress>Hof 1, 10117 Berlin</e:fullCvaddress><e:PostCode>9</e:PostCode>",
            "PostCode: 9"),
        AddressCase("an unknown part beside others", "<e:Street>x</e:Street><e:PostCode>9</e:PostCode>", "PostCode: 9"),
        AddressCase(
            "thirty marks in a row", "<e:PostCode>9\(String(repeating: "\u{316}", count: 30))</e:PostCode>",
            "PostCode: 9\(String(repeating: "\u{316}", count: 30))"),
        AddressCase("more of them", "<e:PostCode>9\(String(repeating: "\u{316}", count: 31))</e:PostCode>", nil),
        AddressCase(
            "more of them, and no XML",
            "<e:PostCode>9 & \(String(repeating: "\u{315}\u{300}", count: 16))</e:PostCode>",
            nil),
        AddressCase("nothing", "", nil), AddressCase("bare text", "Köln", nil),
        AddressCase("only empty parts", "<e:PoBox/>", nil),
        AddressCase("an unknown part", "<e:Street>x</e:Street>", nil),
        AddressCase("a part twice", "<e:PoBox>1</e:PoBox><e:PoBox>2</e:PoBox>", nil),
        AddressCase("an entity", "<!DOCTYPE a [<!ENTITY x \"y\">]><e:PoBox>&x;</e:PoBox>", nil),
        AddressCase(
            "an external entity",
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><e:PostName>&x;</e:PostName>", nil),
    ]

    @Test("An address is read in every form that nodes write", arguments: addresses)
    func address(example: AddressCase) throws {
        let canonical = ValueRule.address.read(Base64.encode(Array(example.fragment.utf8)))
        #expect(canonical == example.canonical)
        guard let canonical else { return }
        let written = try #require(ValueRule.address.write(canonical, prefix: "eidas-natural"))
        #expect(ValueRule.address.read(written) == canonical)
        #expect(!written.contains("\n"))
    }

    @Test(
        "Canonical texts are told from others",
        arguments: [
            (ValueRule.date, "1980-01-31", true), (.date, "31/01/1980", false), (.gender, "Male", true),
            (.gender, "male", false), (.country, "EL", true), (.country, "el", false), (.name, "Ελένη", true),
            (.text, "", false), (.identifier, "DE/ES/1", true), (.address, "PostName: Soria\nPostCode: 42001", true),
            (.address, "PostCode: 42001\nPostName: Soria", false), (.address, "Street: Mayor", false),
            (.address, "PostName: So\u{202E}ria", false), (.address, "PG5vdD4=", false), (.address, "", false),
        ])
    func canonical(rule: ValueRule, text: String, isCanonical: Bool) { #expect(rule.admits(text) == isCanonical) }

    @Test("An address is written with the prefix of its type, a line per part, in the order of the schema, escaped")
    func writing() throws {
        let wire = try #require(ValueRule.address.write("PostCode: 9\nLocatorName: A & B", prefix: "eidas-legal"))
        #expect(
            Base64.decode(wire).map { String(decoding: $0, as: UTF8.self) }
                == "<eidas-legal:LocatorName>A &amp; B</eidas-legal:LocatorName>\n<eidas-legal:PostCode>9</eidas-legal:PostCode>\n"
        )
    }

    @Test(
        "An address that is sent is the one that was shown, whatever clings to its brackets",
        arguments: [
            "Calle\u{600}<eidas:PostCode>\u{301}9\u{600}</eidas:PostCode>\u{301}", "a <\u{338} b", "a &\u{301} b",
        ])
    func clinging(street: String) throws {
        let canonical = "Thoroughfare: " + street
        let wire = try #require(ValueRule.address.write(canonical, prefix: "eidas-natural"))
        #expect(ValueRule.address.read(wire) == canonical)
    }

    @Test(
        "What is not Base64, not UTF-8 or too large is no address",
        arguments: ["*", "gICA", "AAAA", Base64.encode([UInt8](repeating: 65, count: 70_000))])
    func noAddress(wire: String) { #expect(ValueRule.address.read(wire) == nil) }

    @Test("A level is spelt exactly, with two spellings for those not notified")
    func assurance() {
        #expect(Assurance(uri: "http://eidas.europa.eu/LoA/high") == Assurance(.high))
        #expect(Assurance(uri: "http://eidas.europa.eu/NotNotified/LoA/low") == Assurance(.low, notified: false))
        #expect(Assurance(uri: "http://eidas.europa.eu/LoA/NotNotified/low") == Assurance(.low, notified: false))
        for loa in LoA.allCases {
            for isNotified in [true, false] {
                let assurance = Assurance(loa, notified: isNotified)
                #expect(Assurance(uri: assurance.uri) == assurance)
            }
            #expect(LoA(uri: loa.uri) == loa)
        }
        for uri in [
            "", "high", "http://eidas.europa.eu/LoA/", "http://eidas.europa.eu/LoA/High",
            "http://eidas.europa.eu/LoA/high ", "https://eidas.europa.eu/LoA/high", "http://eidas.europa.eu/LoA/higher",
            "http://www.stork.gov.eu/1.0/citizenQAALevel/3",
        ] {
            #expect(Assurance(uri: uri) == nil)
        }
        #expect(LoA(uri: "http://eidas.europa.eu/NotNotified/LoA/low") == nil)
    }

    static let prefix = "https://servicio.example.es/a/*"

    @Test(
        "A return address is the registered one, or lies below a registered path",
        arguments: [
            ("https://servicio.example.es/a", "https://servicio.example.es/a", true),
            ("https://servicio.example.es/a", "https://servicio.example.es/a/", false),
            ("https://servicio.example.es/a", "https://servicio.example.es/A", false),
            ("https://servicio.example.es/a", "https://servicio.example.es/a?x", false),
            (prefix, "https://servicio.example.es/a/", true), (prefix, "https://servicio.example.es/a/b?c=d", true),
            (prefix, "https://servicio.example.es/a", false), (prefix, "https://servicio.example.es/b/", false),
            (prefix, "https://servicio.example.es/a/../b", false),
            (prefix, "https://servicio.example.es/a/%2e%2e/b", false),
            (prefix, "https://servicio.example.es/a/%2E%2E/b", false),
            (prefix, "https://servicio.example.es/a/%2fb", false),
            (prefix, "https://servicio.example.es/a/b#c", false), (prefix, "https://servicio.example.es/a/b\\c", false),
            (prefix, "https://servicio.example.es/a/b\nc", false), (prefix, "https://servicio.example.es/a/b c", false),
            (prefix, "https://servicio.example.es/a/ñ", false), (prefix, "HTTPS://servicio.example.es/a/", false),
            (prefix, "https://servicio.example.es@evil.example/a/", false),
            (prefix, "https://servicio.example.es/a/b?c={42}", false),
            ("https://servicio.example.es/K", "https://servicio.example.es/\u{212A}", false),
        ])
    func returnAddress(registered: String, address: String, isAdmitted: Bool) {
        #expect(ReturnAddress(registered).admits(address) == isAdmitted)
    }
}
