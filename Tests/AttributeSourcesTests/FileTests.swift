// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import Testing
import XMLSecurity
import YAMLText

@testable import AttributeSources

@Suite("The file of attribute sources")
struct FileTests {
    private func read(_ text: String, isProduction: Bool = false) throws -> (broker: AttributeBroker?, faults: [Fault])
    {
        let folder = try Folder(["s.yaml": text])
        let faults = Faults()
        let broker = AttributeBroker.read(
            path: folder.path + "/s.yaml", mapping: try Sample.mapping(), isProduction: isProduction, into: faults)
        return (broker, faults.sorted)
    }

    static let sql = """
        sources:
          - name: a
            attributes:
              - {name: DateOfBirth, at: born}
            sql: {file: r.sqlite, table: people, key: document}
        """

    @Test("Defaults are those that the example tells")
    func defaults() throws {
        let (broker, faults) = try read(Self.sql)
        let terms = try #require(broker?.sources.first?.terms, "\(faults)")
        #expect(
            terms
                == SourceTerms(
                    name: "a", displayName: [:], subjects: [.dni, .nie, .nifK, .nifL, .nifM], highestLoA: .high,
                    cost: 10,
                    timeoutSeconds: 3, atOnce: 32,
                    cacheSeconds: 0, breaker: .init(failures: 5, seconds: 30)))
        #expect(broker?.deadlineSeconds == 8 && broker?.offered(for: .natural) == [.dateOfBirth])
        #expect(broker?.offered(for: .legal) == [])
    }

    @Test("People are told of a source in their language, else in Spanish, else by its name")
    func names() throws {
        let text = Self.sql + "\n    display-name: {es: Padrón, en: Register}"
        let broker = try #require(try read(text).broker)
        #expect(["en", "es", "fr"].map { broker.name(of: "a", in: $0) } == ["Register", "Padrón", "Padrón"])
        #expect(broker.name(of: "gone", in: "es") == "gone")
        #expect(try read(Self.sql).broker?.name(of: "a", in: "es") == "a")
    }

    @Test("Costs decide the order, then the file; what is switched off is left out")
    func order() throws {
        let sql = "sql: {file: r, table: t, key: k}"
        let entries = [("dear", 9, true), ("b", 1, true), ("off", 0, false), ("a", 1, true)].map { name, cost, isOn in
            "  - {name: \(name), cost: \(cost), enabled: \(isOn), attributes: [{name: Gender, at: g}], \(sql)}"
        }
        let (broker, faults) = try read("sources:\n" + entries.joined(separator: "\n"))
        #expect(broker?.sources.map(\.terms.name) == ["b", "a", "dear"], "\(faults)")
    }

    @Test("The sample of the product has no fault, gives nothing, and shows every key")
    func sample() throws {
        let faults = Faults()
        let path = Repository.path("metadata/attribute-sources.yaml")
        let broker = AttributeBroker.read(path: path, mapping: try Sample.mapping(), isProduction: true, into: faults)
        #expect(faults.sorted == [] && broker?.sources.isEmpty == true)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for key in try SchemaUnderTest("attribute-sources").keys.values.joined() {
            #expect(text.contains("\(key):"), "\(key)")
        }
    }

    @Test(
        "Every mistake is told with its place",
        arguments: [
            ("sources: 1", "1:10 sources"), ("{}", "1:1 sources"), ("sources: []\nextra: 1", "2:1 extra"),
            (sql + "\n    cost: -1", "6:11 sources[0].cost"), (sql + "\n    sgl: 1", "6:5 sources[0].sgl"),
            (sql.replacing("name: a", with: "name: A b"), "2:11 sources[0].name"),
            (sql.replacing("DateOfBirth", with: "DateOfBrith"), "4:16 sources[0].attributes[0].name"),
            (sql.replacing("DateOfBirth", with: "PersonIdentifier"), "4:16 sources[0].attributes[0].name"),
            (sql.replacing("DateOfBirth", with: "RepresentativeGender"), "4:16 sources[0].attributes[0].name"),
            (sql.replacing("DateOfBirth", with: "LegalName"), "4:16 sources[0].attributes[0].name"),
            (sql.replacing("at: born", with: "at: 'born; drop'"), "4:33 sources[0].attributes[0].at"),
            (sql.replacing("at: born", with: "at: born, date: yy"), "4:45 sources[0].attributes[0].date"),
            (
                sql.replacing("DateOfBirth, at: born", with: "Gender, at: g, date: yyyyMMdd"),
                "4:37 sources[0].attributes[0].date"
            ),
            (sql.replacing("at: born", with: "at: born, values: {x: 1980}"), "4:51 sources[0].attributes[0].values.x"),
            (sql.replacing("at: born", with: "address: {PostCode: c}"), "4:9 sources[0].attributes[0]"),
            (sql.replacing("DateOfBirth, at: born", with: "CurrentAddress, at: a"), "4:9 sources[0].attributes[0]"),
            (
                sql.replacing("DateOfBirth, at: born", with: "CurrentAddress, address: {Street: a}"),
                "4:42 sources[0].attributes[0].address.Street"
            ),
            (sql.replacing("- {name: DateOfBirth, at: born}", with: "[]"), "4:7 sources[0].attributes"),
            (sql.replacing("key: document", with: "key: \"a\\\"b\""), "5:47 sources[0].sql.key"),
            (sql.replacing("sql:", with: "xql:"), "2:5 sources[0]"),
            (sql + "\n    http: {address: 'https://a.es/'}", "2:5 sources[0]"),
            (sql + "\n    must-equal: [{at: k, value: '{identifer}'}]", "6:33 sources[0].must-equal[0].value"),
            (sql + "\n    subjects: [dni, cif]", "6:21 sources[0].subjects[1]"),
        ])
    func mistakes(text: String, place: String) throws {
        let (broker, faults) = try read(text)
        #expect(broker == nil)
        #expect(faults.map { "\($0.line):\($0.column) \($0.path)" }.contains(place), "\(faults)")
        #expect(faults.allSatisfy { !$0.advice.isEmpty })
    }

    static func http(_ more: String, address: String = "https://a.gob.es/p") -> String {
        """
        sources:
          - name: a
            attributes: [{name: DateOfBirth, at: /born}]
            must-equal: [{at: /document, value: "{identifier}"}]
            http:
              address: "\(address)"
        """ + "\n" + more.split(separator: "\n").map { "      " + $0 }.joined(separator: "\n")
    }

    @Test(
        "Mistakes of HTTP",
        arguments: [
            (http("", address: "http://a.gob.es/p"), "address"), (http("", address: "ftp://a.gob.es/p"), "address"),
            (http("", address: "https://{identifier}.es/p"), "address"),
            (http("", address: "https://a{now}/p"), "address"),
            (http("", address: "{identifier}"), "address"), (http("", address: "https://a.es/{surname}"), "address"),
            (http("body: '{}'"), "body"), (http("method: put"), "method"),
            (http("content-type: application/json"), "content-type"),
            (http("method: post\nbody: '{\"a\": {identifier}}'"), "body"),
            (http("method: post\nbody: 'a={now}'"), "body"),
            (http("headers: {Host: a}"), "headers.Host"), (http("headers: {'A B': a}"), "headers.A B"),
            (http("query: {'a&b': a}"), "query.a&b"), (http("not-found-status: [99]"), "not-found-status[0]"),
            (http("certificate-authority: none.pem"), "certificate-authority"),
            (http("certificate: none.pem"), "certificate"),
            (http("").replacing("/born", with: "born"), "at"),
            (http("").replacing("{identifier}", with: "x"), "http"),
        ])
    func httpMistakes(text: String, key: String) throws {
        let (broker, faults) = try read(text)
        #expect(broker == nil && faults.contains { $0.path.hasSuffix(".\(key)") }, "\(faults)")
    }

    @Test("Plain HTTP is for this machine, and not in production; nor are example values")
    func production() throws {
        let local = Self.http("", address: "http://localhost:1/p")
        #expect(try read(local).broker != nil && read(local, isProduction: true).broker == nil)
        let real = Self.http("method: post\nbody: a={identifier}\ncontent-type: application/x-www-form-urlencoded")
        #expect(try read(real, isProduction: true).faults == [])
        let example = Self.http("", address: "https://register.example.org/p")
        #expect(try read(example).broker != nil && read(example, isProduction: true).broker == nil)
    }

    static let scsp = """
        sources:
          - name: a
            attributes: [{name: DateOfBirth, at: R/Born}]
            must-equal: [{at: R/Id, value: "{request-id}"}, {at: R/N, value: "{identifier}"}]
            scsp:
              address: https://a.gob.es/s
              signing-key: \(Repository.path("Tests/Vectors/keys/rsa2048-1.pem"))
              signing-certificate: \(Repository.path("Tests/Vectors/keys/rsa2048-1.pem"))
              signers: [\(Repository.path("Tests/Vectors/keys/rsa2048-2.pem"))]
              body: <P xmlns="urn:p"><Id>{request-id}</Id><N>{identifier}</N></P>
        """

    @Test("A source of SCSP")
    func soap() throws {
        let (broker, faults) = try read(Self.scsp)
        let registry = try #require(broker?.sources.first?.registry as? SOAPRegistry, "\(faults)")
        #expect(registry.signers.count == 1 && registry.signer.algorithm == .rsaSHA256 && registry.action == "")
    }

    @Test(
        "Mistakes of SCSP",
        arguments: [
            (scsp.replacing(#"value: "{request-id}""#, with: "value: x"), "scsp"),
            (scsp.replacing("<Id>{request-id}", with: "<Id>1"), "scsp"), (scsp.replacing("</P>", with: ""), "body"),
            (scsp.replacing("<N>", with: "<N>text<M/>"), "body"),
            (scsp.replacing("<N>", with: "<!DOCTYPE a><N>"), "body"),
            (scsp.replacing("<N>", with: "<N>{x}"), "body"), (scsp.replacing("R/Born", with: "/R/Born"), "at"),
            (scsp.replacing("rsa2048-2", with: "none"), "signers[0]"),
            (scsp.replacing("rsa2048-2", with: "secp256k1-1"), "signers[0]"),
            (scsp.replacing("https://a", with: "http://a"), "address"),
            (
                scsp.replacing(
                    "signing-key: \(Repository.path("Tests/Vectors/keys/rsa2048-1.pem"))",
                    with: "signing-key: \(Repository.path("Tests/Vectors/keys/rsa2048-2.pem"))"), "signing-key"
            ),
        ])
    func soapMistakes(text: String, key: String) throws {
        let (broker, faults) = try read(text)
        #expect(broker == nil && faults.contains { $0.path.hasSuffix(".\(key)") }, "\(faults)")
    }
}

@Suite("The schema of the file of attribute sources")
struct SourcesSchemaTests {
    private func read(_ text: String) throws -> (broker: AttributeBroker?, faults: [Fault]) {
        let folder = try Folder(["f.yaml": text])
        let faults = Faults()
        let broker = AttributeBroker.read(
            path: "\(folder.path)/f.yaml", mapping: try Sample.mapping(), isProduction: false, into: faults)
        return (broker, faults.sorted)
    }

    @Test("Has the keys of the reader, no more and no fewer, and explains each")
    func keys() throws {
        let schema = try SchemaUnderTest("attribute-sources")
        // A source is asked in one way: the three in turn.
        var known: [String: [String]] = [:]
        for kind in ["http", "sql", "scsp"] {
            var text = try schema.documentWithEveryKey()
            for other in ["http", "sql", "scsp"] where other != kind {
                text = text.replacing("\"\(other)\":", with: "\"zz-\(other)\":")
            }
            for fault in try read(text).faults where fault.found.hasPrefix("the unknown key") {
                guard fault.path.hasSuffix(SchemaUnderTest.unknownKey) else { continue }
                known[fault.path] = fault.expected.dropFirst("one of ".count).components(separatedBy: ", ").sorted()
            }
        }
        #expect(known == schema.keys)
        #expect(schema.undescribed == [])
    }

    @Test("Has the defaults of the reader")
    func defaults() throws {
        let base = #"""
            {"sources": [{"name": "a", "circuit-breaker": {}, "attributes": [{"name": "DateOfBirth", "at": "/b"}],
             "must-equal": [{"at": "/n", "value": "{identifier}"}],
             "http": {"address": "https://a.gob.es/"}}]}
            """#
        let filled = try SchemaUnderTest("attribute-sources").documentWithDefaults(over: base)
        #expect(filled.count > base.count)
        let (plain, explicit) = try (read(base), read(filled))
        let source = try #require(plain.broker?.sources.first, "\(plain.faults)")
        let other = try #require(explicit.broker?.sources.first, "\(explicit.faults)")
        #expect(other.terms == source.terms && explicit.broker?.deadlineSeconds == plain.broker?.deadlineSeconds)
        let (http, same) = (source.registry as? HTTPRegistry, other.registry as? HTTPRegistry)
        #expect(same?.method == http?.method && same?.notFoundStatus == http?.notFoundStatus && http != nil)
    }
}
