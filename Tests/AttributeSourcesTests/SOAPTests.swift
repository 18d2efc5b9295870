// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity
import YAMLText

@testable import AttributeSources

/// An answer as the platform gives it, with places to spoil.
struct PlatformAnswer: Sendable {
    static let response = Namespace("r", "http://intermediacion.redsara.es/scsp/esquemas/V3/respuesta")
    static let details = Namespace("d", "http://intermediacion.redsara.es/scsp/esquemas/datosespecificos")
    static let now = Date(timeIntervalSince1970: 1_780_000_000)

    var request: String
    var number = "00000000T"
    var born: String? = "19800131"
    var state = "0003"
    var key = TestKey.rsa2048b
    var algorithm: SignatureAlgorithm = .rsaSHA256
    var created: Date? = now
    var identifier: XMLName = Namespace.wsu("Id")
    /// Which of the parts are signed.
    var signs: Set<String> = ["Body", "Timestamp"]
    var edit: @Sendable (inout XMLNode) throws -> Void = { _ in }
    var editSigned: @Sendable (inout XMLNode) throws -> Void = { _ in }

    init(to request: String) { self.request = request }

    private var content: XMLNode {
        func r(_ name: String, _ children: [XMLNode?]) -> XMLNode { XMLNode(Self.response(name), [], children) }
        func t(_ namespace: Namespace, _ name: String, _ text: String) -> XMLNode {
            XMLNode(namespace(name), text: text)
        }
        let born = born.map { day in
            XMLNode(
                Self.details("DatosNacimiento"), [],
                [t(Self.details, "Fecha", day), t(Self.details, "Localidad", "SORIA")])
        }
        let holder = XMLNode(Self.details("DatosTitular"), [], [t(Self.details, "Sexo", "F"), born])
        let result = XMLNode(
            Self.details("Retorno"), [],
            [XMLNode(Self.details("Estado"), [], [t(Self.details, "CodigoEstado", "00")]), holder])
        return r(
            "Respuesta",
            [
                r(
                    "Atributos",
                    [
                        t(Self.response, "IdPeticion", request), r("Estado", [t(Self.response, "CodigoEstado", state)]),
                    ]),
                r(
                    "Transmisiones",
                    [
                        r(
                            "TransmisionDatos",
                            [
                                r("DatosGenericos", [r("Titular", [t(Self.response, "Documentacion", number)])]),
                                XMLNode(Self.details("DatosEspecificos"), [], [result]),
                            ])
                    ]),
            ])
    }

    func octets() throws -> [UInt8] {
        var body = XMLNode(Namespace.soap("Body"), [(identifier, "id-1")], [content])
        try edit(&body)
        let timestamp = created.map { created in
            XMLNode(
                Namespace.wsu("Timestamp"), [(identifier, "id-2")],
                [XMLNode(Namespace.wsu("Created"), text: Instant.write(created))])
        }
        let token = XMLNode(
            Namespace.wsse("BinarySecurityToken"), [(identifier, "id-3")], text: try key.certificate().base64)
        let keyInfo = XMLNode(
            Namespace.ds("KeyInfo"), [],
            [
                XMLNode(
                    Namespace.wsse("SecurityTokenReference"), [],
                    [XMLNode(Namespace.wsse("Reference"), [("URI", "#id-3")])])
            ])
        let covered = [body, timestamp, token].compactMap { $0 }.filter { signs.contains($0.name.local) }
        let signature = try XMLNode.signature(
            over: covered, by: key.signer(algorithm), identifier: identifier, keyInfo: keyInfo)
        let security = XMLNode(Namespace.wsse("Security"), [], [token, timestamp, signature])
        var envelope = XMLNode(
            Namespace.soap("Envelope"), [], [XMLNode(Namespace.soap("Header"), [], [security]), body])
        try editSigned(&envelope)
        return envelope.serialized()
    }
}

extension Element {
    fileprivate func text(of local: String) -> String? { descendants.first { $0.local == local }?.text }
}

@Suite("SOAP messages with signatures")
struct SOAPMessageTests {
    static let id = "PUENTE00112233445566778899"

    private func open(_ octets: [UInt8], at now: Date = Sample.now, trusting key: TestKey = .rsa2048b) throws -> String
    {
        let body = try SOAPMessage.open(octets, trusting: [key.certificate()], at: now)
        return try #require(XMLPlace("Respuesta/Atributos/IdPeticion")).texts(in: body).joined()
    }

    private func fault(_ answer: PlatformAnswer, at now: Date = Sample.now) throws -> XMLFault.Kind? {
        do {
            _ = try open(answer.octets(), at: now)
            return nil
        } catch let fault as XMLFault {
            return fault.kind
        }
    }

    @Test("Answers as platforms sign them")
    func sound() throws {
        var answer = PlatformAnswer(to: Self.id)
        #expect(try open(answer.octets()) == Self.id)
        answer.signs = ["Body", "Timestamp", "BinarySecurityToken"]
        #expect(try open(answer.octets()) == Self.id)
        (answer.created, answer.signs) = (nil, ["Body"])
        #expect(try open(answer.octets()) == Self.id)
        answer.identifier = "Id"
        #expect(try open(answer.octets()) == Self.id)
        answer.algorithm = .rsaSHA512
        #expect(try open(answer.octets()) == Self.id)
    }

    struct Spoiling: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kinds: Set<XMLFault.Kind>
        let spoil: @Sendable (inout PlatformAnswer) -> Void

        init(_ name: String, _ kinds: XMLFault.Kind..., spoil: @escaping @Sendable (inout PlatformAnswer) -> Void) {
            testDescription = name
            self.kinds = Set(kinds)
            self.spoil = spoil
        }
    }

    static let spoilings: [Spoiling] = [
        Spoiling("another key", .signatureValue) { $0.key = .rsa3072a },
        Spoiling("Body not signed", .signatureReference) { $0.signs = ["Timestamp"] },
        Spoiling("Timestamp not signed", .signatureReference) { $0.signs = ["Body"] },
        Spoiling("Timestamp too old", .keyExpired) { $0.created = Sample.now - 900 },
        Spoiling("Timestamp of tomorrow", .keyExpired) { $0.created = Sample.now + 900 },
        Spoiling("a value changed", .digest) { $0.editSigned = { try $0.setText(of: "IdPeticion", "PUENTE1") } },
        Spoiling("a value added", .digest) {
            $0.editSigned = {
                try $0.edit("DatosTitular") { $0 = $0.appending(XMLNode(PlatformAnswer.details("Extra"))) }
            }
        },
        Spoiling("the signed Body moved into the header, another in its place", .signatureReference) {
            $0.editSigned = { envelope in
                guard let signed = envelope.first("Body") else { return }
                let other = XMLNode(Namespace.soap("Body"), [(Namespace.wsu("Id"), "id-9")], signed.children)
                try envelope.edit("Header") { $0 = $0.appending(XMLNode(Namespace.wsse("Wrapper"), [], [signed])) }
                envelope.content[1] = .node(other)
            }
        },
        Spoiling("two elements with one ID", .identifierRepeated) {
            $0.editSigned = { envelope in
                guard let signed = envelope.first("Body") else { return }
                try envelope.edit("Header") { $0 = $0.appending(XMLNode(Namespace.wsse("Wrapper"), [], [signed])) }
            }
        },
        Spoiling("two Bodies", .schema) {
            $0.editSigned = { $0 = $0.appending(XMLNode(Namespace.soap("Body"), [(Namespace.wsu("Id"), "id-9")])) }
        },
        Spoiling("two Security headers", .schema) {
            $0.editSigned = { try $0.edit("Header") { $0 = $0.appending(XMLNode(Namespace.wsse("Security"))) } }
        },
        Spoiling("two Signatures", .schema) {
            $0.editSigned = { try $0.edit("Security") { $0 = $0.appending($0.first("Signature") ?? $0) } }
        },
        Spoiling("two Timestamps", .schema) {
            $0.editSigned = { try $0.edit("Security") { $0 = $0.appending(XMLNode(Namespace.wsu("Timestamp"))) } }
        },
        Spoiling("no Signature", .schema) { $0.editSigned = { try $0.remove("Signature") } },
        Spoiling("no Body", .schema) { $0.editSigned = { try $0.remove("Body") } },
        Spoiling("SHA-1", .signatureAlgorithm) {
            $0.editSigned = {
                try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2000/09/xmldsig#rsa-sha1")
            }
        },
        Spoiling("digests of SHA-1", .signatureAlgorithm) {
            $0.editSigned = { try $0.set("Algorithm", of: "DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1") }
        },
        Spoiling("HMAC", .signatureAlgorithm) {
            $0.editSigned = {
                try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
            }
        },
        Spoiling("a Reference more", .signatureReference) {
            $0.editSigned = { try $0.double("Reference") }
        },
        Spoiling("an empty Reference", .signatureReference) {
            $0.editSigned = { try $0.set("URI", of: "Reference", "") }
        },
        Spoiling("a Reference by XPointer", .signatureReference) {
            $0.editSigned = { try $0.set("URI", of: "Reference", "#xpointer(id('id-1'))") }
        },
        Spoiling("enveloped", .signatureAlgorithm) {
            $0.editSigned = {
                try $0.set("Algorithm", of: "Transform", "http://www.w3.org/2000/09/xmldsig#enveloped-signature")
            }
        },
        Spoiling("no transform", .signatureAlgorithm) { $0.editSigned = { try $0.remove("Transform") } },
        Spoiling("SOAP 1.2", .schema) {
            $0.editSigned = { $0.name = Namespace("s", "http://www.w3.org/2003/05/soap-envelope")("Envelope") }
        },
    ]

    @Test("What is spoiled is refused", arguments: spoilings)
    func refusals(spoiling: Spoiling) throws {
        var answer = PlatformAnswer(to: Self.id)
        spoiling.spoil(&answer)
        let kind = try fault(answer)
        #expect(kind.map(spoiling.kinds.contains) == true, "\(kind.map { "\($0)" } ?? "accepted")")
    }

    @Test("No change of one octet changes what is read")
    func mutations() throws {
        let octets = try PlatformAnswer(to: Self.id).octets()
        let trusted = [try TestKey.rsa2048b.certificate()]
        let sound = try SOAPMessage.open(octets, trusting: trusted, at: Sample.now).text(of: "Fecha")
        #expect(sound == "19800131")
        var random = SystemRandomNumberGenerator()
        var refused = 0
        for _ in 0..<1500 {
            var changed = octets
            changed[Int.random(in: octets.indices, using: &random)] = UInt8.random(in: 32...126, using: &random)
            do {
                #expect(try SOAPMessage.open(changed, trusting: trusted, at: Sample.now).text(of: "Fecha") == sound)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 700)
    }

    @Test("A certificate that is over signs nothing any more")
    func expired() throws {
        var answer = PlatformAnswer(to: Self.id)
        let after = try answer.key.certificate().notAfter + 60
        answer.created = after
        #expect(try fault(answer, at: after) == .keyExpired)
    }

    @Test("What we send is what we would accept, and holds no more than the template")
    func ours() throws {
        let template = try XMLTemplate(
            "<P xmlns='urn:p'><A><B xmlns='urn:q' c='{identifier}'>{request-id}</B> <D/></A></P>", names: [])
        let question = try Sample.question()
        let octets = try SOAPMessage.seal(
            #require(template.node(for: question)), id: question.id, by: TestKey.rsa2048a.signer(.rsaSHA256),
            at: Sample.now)
        let body = try SOAPMessage.open(octets, trusting: [TestKey.rsa2048a.certificate()], at: Sample.now)
        #expect(try #require(XMLPlace("P/A/B")).texts(in: body) == [question.id])
        let inner = body.children[0].children[0].children[0]
        #expect(
            inner.is(Namespace("x", "urn:q")("B")) && inner["c"] == "00000000T"
                && body.children[0].namespaceURI == "urn:p")
        #expect(throws: XMLFault.self) {
            try SOAPMessage.open(octets, trusting: [TestKey.rsa2048b.certificate()], at: Sample.now)
        }
    }

    @Test("Values cannot become elements")
    func injection() throws {
        let template = try XMLTemplate("<P><N a='{first-name}'>{first-name}</N></P>", names: [.firstName])
        let value = "</N><N>x</N><!--\"' & ]]>"
        let node = try #require(template.node(for: Sample.question(known: [.firstName: value])))
        let tree = try XMLTree(parsing: node.serialized())
        #expect(
            tree.root.children.count == 1 && tree.root.children[0].text == value && tree.root.children[0]["a"] == value)
        #expect(template.node(for: try Sample.question(known: [.firstName: "a\u{1}b"])) == nil)
        #expect(template.node(for: try Sample.question()) == nil)
    }

    @Test("A way that forks or ends in elements is refused, one that ends early finds nothing")
    func places() throws {
        let body = try XMLTree(parsing: Array("<B><R><A>1</A><A>2</A><C><D> x </D></C><E/></R></B>".utf8)).root
        #expect(try #require(XMLPlace("R/C/D")).texts(in: body) == ["x"])
        for place in ["R/E", "R/F", "R/F/G"] { #expect(try #require(XMLPlace(place)).texts(in: body) == []) }
        for place in ["R/A", "R/C", "R"] {
            #expect(throws: XMLFault.self) { try #require(XMLPlace(place)).texts(in: body) }
        }
        for text in ["", "/R", "R/", "R//A", "R/*", "R/@a", "r:R", "1"] { #expect(XMLPlace(text) == nil) }
    }
}

/// Debian's `xmlsec1` program, which must be there: it knows nothing of our signatures.
@Suite("The program xmlsec1 judges messages of SOAP")
struct SOAPProgramTests {
    struct Failure: Error {
        let told: String
    }

    /// - Returns: what the program wrote.
    static func run(_ arguments: [String], on document: [UInt8], with files: [String: String]) throws -> [UInt8] {
        let folder = try Folder(files)
        try folder.write("document.xml", String(decoding: document, as: UTF8.self))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let identifiers = ["soapenv:Body", "wsu:Timestamp"].flatMap { name in
            let parts = name.split(separator: ":")
            let uri = parts[0] == "wsu" ? Namespace.wsu.uri : Namespace.soap.uri
            return ["--id-attr:Id", "\(uri):\(parts[1])"]
        }
        process.arguments = ["xmlsec1"] + arguments + identifiers + ["--output", "out.xml", "document.xml"]
        process.currentDirectoryURL = folder.url
        process.standardOutput = FileHandle.nullDevice
        let told = Pipe()
        process.standardError = told
        try process.run()
        let text = try told.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(told: String(decoding: text, as: UTF8.self)) }
        let out = folder.url.appending(path: "out.xml")
        return FileManager.default.fileExists(atPath: out.path) ? Array(try Data(contentsOf: out)) : []
    }

    @Test(
        "It verifies what we sign, and not what was changed", arguments: [TestKey.rsa2048a, .rsa3072a, .p256a, .p384])
    func ours(key: TestKey) throws {
        let question = try Sample.question()
        let template = try XMLTemplate("<P xmlns='urn:p'><N>{identifier}</N></P>", names: [])
        let algorithm: SignatureAlgorithm? = if case .rsa = try key.key().kind { .rsaSHA256 } else { nil }
        let octets = try SOAPMessage.seal(
            #require(template.node(for: question)), id: question.id, by: key.signer(algorithm), at: Sample.now)
        let arguments = ["--verify", "--pubkey-cert-pem", "key.pem"]
        let files = ["key.pem": try key.certificate().pem]
        _ = try Self.run(arguments, on: octets, with: files)
        let text = String(decoding: octets, as: UTF8.self)
        for (old, new) in [("00000000T", "00000001R"), ("2026-05-28T20:26", "2026-05-28T20:25")] {
            #expect(text.contains(old))
            #expect(throws: Failure.self) {
                try Self.run(arguments, on: Array(text.replacing(old, with: new).utf8), with: files)
            }
        }
    }

    @Test("We verify what it signs, and not what was changed")
    func theirs() throws {
        var answer = PlatformAnswer(to: SOAPMessageTests.id)
        answer.editSigned = { envelope in
            for name in ["DigestValue", "SignatureValue"] { try envelope.setText(of: name, "") }
            try envelope.edit("SignedInfo") { info in
                for index in 2..<info.content.count {
                    guard case .node(var reference) = info.content[index] else { continue }
                    try reference.setText(of: "DigestValue", "")
                    info.content[index] = .node(reference)
                }
            }
        }
        let signed = try Self.run(
            ["--sign", "--privkey-pem", "key.pem"], on: answer.octets(), with: ["key.pem": try answer.key.key().pem()])
        let trusted = [try answer.key.certificate()]
        let body = try SOAPMessage.open(signed, trusting: trusted, at: Sample.now)
        #expect(try #require(XMLPlace("Respuesta/Atributos/IdPeticion")).texts(in: body) == [SOAPMessageTests.id])
        let changed = String(decoding: signed, as: UTF8.self).replacing("19800131", with: "19800130")
        #expect(throws: XMLFault.self) { try SOAPMessage.open(Array(changed.utf8), trusting: trusted, at: Sample.now) }
    }
}

@Suite("Sources in the manner of SCSP", .timeLimit(.minutes(10)))
struct SOAPSourceTests {
    static func text(port: Int, timeout: Int) -> String {
        """
        deadline-seconds: 60
        sources:
          - name: platform
            timeout-seconds: \(timeout)
            attributes:
              - name: DateOfBirth
                at: Respuesta/Transmisiones/TransmisionDatos/DatosEspecificos/Retorno/DatosTitular/DatosNacimiento/Fecha
                date: yyyyMMdd
              - name: Gender
                at: Respuesta/Transmisiones/TransmisionDatos/DatosEspecificos/Retorno/DatosTitular/Sexo
                values: {M: Male, F: Female, I: Unspecified}
            must-equal:
              - {at: Respuesta/Atributos/IdPeticion, value: "{request-id}"}
              - {at: Respuesta/Atributos/Estado/CodigoEstado, value: "0003"}
              - {at: Respuesta/Transmisiones/TransmisionDatos/DatosGenericos/Titular/Documentacion, value: "{identifier}"}
            not-found-when: [{at: Respuesta/Atributos/Estado/CodigoEstado, is: ["0238"]}]
            scsp:
              address: http://127.0.0.1:\(port)/scsp
              action: peticionSincrona
              signing-key: \(Repository.path("Tests/Vectors/keys/rsa2048-1.pem"))
              signing-certificate: \(Repository.path("Tests/Vectors/keys/rsa2048-1.pem"))
              signers: [\(Repository.path("Tests/Vectors/keys/rsa2048-2.pem"))]
              body: |
                <Peticion xmlns="http://intermediacion.redsara.es/scsp/esquemas/V3/peticion">
                  <Atributos><IdPeticion>{request-id}</IdPeticion></Atributos>
                  <Titular><TipoDocumentacion>{document-type}</TipoDocumentacion>
                    <Documentacion>{identifier}</Documentacion></Titular>
                </Peticion>
        """
    }

    /// Asks a platform that answers with what `answer` makes of our request's ID.
    private func ask(
        timeout: Int = 30, _ answer: @escaping @Sendable (String) throws -> Loopback.Reaction
    ) async throws -> (Completion, [Loopback.Asked]) {
        let server = try await Loopback { request in
            let body = try SOAPMessage.open(request.body, trusting: [TestKey.rsa2048a.certificate()], at: Sample.now)
            let id = try XMLPlace("Peticion/Atributos/IdPeticion")?.texts(in: body).first
            return try answer(id ?? "none")
        }
        let folder = try Folder()
        let faults = Faults()
        let broker = AttributeBroker.read(
            path: try folder.write("s.yaml", Self.text(port: server.port, timeout: timeout)),
            mapping: try Sample.mapping(),
            isProduction: false, into: faults)
        let completion = try await #require(broker, "\(faults.sorted)").complete(
            try Sample.query(), wanting: Sample.wanting(.dateOfBirth, .gender), at: Sample.now)
        try await server.close()
        return (completion, server.asked)
    }

    private func reaction(_ id: String, _ change: (inout PlatformAnswer) -> Void = { _ in }) throws -> Loopback.Reaction
    {
        var answer = PlatformAnswer(to: id)
        change(&answer)
        return .answer(200, String(decoding: try answer.octets(), as: UTF8.self))
    }

    @Test("A signed question, a signed answer")
    func sound() async throws {
        let (completion, asked) = try await ask { try reaction($0) }
        #expect(completion.said(.dateOfBirth) == "1980-01-31 (platform)", "\(completion.failures)")
        #expect(completion.said(.gender) == "Female (platform)")
        let request = try #require(asked.first)
        #expect(request.method == "POST" && request.headers["soapaction"] == "\"peticionSincrona\"")
        #expect(request.headers["content-type"] == "text/xml; charset=utf-8")
    }

    @Test("A person whom it does not know")
    func unknown() async throws {
        let (completion, _) = try await ask { try reaction($0) { ($0.state, $0.born) = ("0238", nil) } }
        #expect(completion.attributes.isEmpty && completion.failures.isEmpty)
    }

    @Test("Lies, and answers to other questions, are refused")
    func lies() async throws {
        let spoilers: [@Sendable (inout PlatformAnswer) -> Void] = [
            { $0.request = "PUENTE00112233445566778899" }, { $0.number = "12345678Z" }, { $0.state = "0502" },
            { $0.key = .rsa3072a }, { $0.created = Sample.now - 3600 }, { $0.signs = ["Timestamp"] },
            { $0.editSigned = { try $0.setText(of: "Fecha", "19700101") } },
            { $0.edit = { try $0.double("TransmisionDatos") } },
        ]
        for spoil in spoilers {
            let (completion, asked) = try await ask { try reaction($0, spoil) }
            #expect(
                completion.attributes.isEmpty && completion.rules == ["platform: source.invalid"] && asked.count == 1)
            #expect(!"\(completion)".contains("12345678Z") && !"\(completion)".contains("1970"))
        }
        let (completion, _) = try await ask { try reaction($0) { $0.born = "19809999" } }
        #expect(completion.rules == ["platform: source.invalid"] && completion.attributes.map(\.name) == [.gender])
    }

    @Test(
        "Bad answers are refused, by the right rule",
        arguments: [
            (.silence, .sourceUnavailable), (.hangUp, .sourceUnavailable), (.drip, .sourceUnavailable),
            (.cut("<a"), .sourceUnavailable), (.flood, .sourceInvalid), (.answer(500, "<Fault/>"), .sourceUnavailable),
            (.answer(302, "", headers: [("Location", "/")]), .sourceUnavailable), (.answer(200, ""), .sourceInvalid),
            (.answer(200, "<html>"), .sourceInvalid),
            (.answer(200, "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), .sourceInvalid),
        ] as [(Loopback.Reaction, Rule)])
    func bad(reaction: Loopback.Reaction, rule: Rule) async throws {
        let (completion, _) = try await ask(timeout: rule == .sourceUnavailable ? 1 : 30) { _ in reaction }
        #expect(completion.attributes.isEmpty && completion.failure(of: .dateOfBirth)?.rule == rule)
    }

    @Test("A replayed answer does not fit the next question")
    func replay() async throws {
        let (_, asked) = try await ask { try reaction($0) }
        let first = try SOAPMessage.open(
            #require(asked.first).body, trusting: [TestKey.rsa2048a.certificate()], at: Sample.now)
        let id = try #require(XMLPlace("Peticion/Atributos/IdPeticion")).texts(in: first)[0]
        let (completion, _) = try await ask { _ in try reaction(id) }
        #expect(completion.rules == ["platform: source.invalid"])
    }
}
