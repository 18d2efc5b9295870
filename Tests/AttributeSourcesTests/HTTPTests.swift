// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import NIOSSL
import PuenteTestKit
import Testing
import XMLSecurity
import YAMLText

@testable import AttributeSources

@Suite("Sources over HTTP", .timeLimit(.minutes(10)))
struct HTTPTests {
    /// What the file of sources says, read as an operator's.
    static func broker(_ http: String, timeout: Int = 30, in folder: Folder) throws -> AttributeBroker {
        let (broker, faults) = try read(http, timeout: timeout, in: folder)
        return try #require(broker, "\(faults)")
    }

    static func read(_ http: String, timeout: Int = 30, in folder: Folder) throws -> (AttributeBroker?, [Fault]) {
        let text = """
            deadline-seconds: 60
            sources:
              - name: register
                timeout-seconds: \(timeout)
                attributes:
                  - {name: DateOfBirth, at: /person/birth/date, date: dd/MM/yyyy}
                  - {name: Nationality, at: /person/nationalities}
                  - {name: Gender, at: /person/sex, values: {V: Male, M: Female}}
                must-equal: [{at: /person/document, value: "{identifier}"}]
                not-found-when: [{at: /found, is: ["false"]}]
                http:
            \(http.split(separator: "\n").map { "      " + $0 }.joined(separator: "\n"))
            """
        let faults = Faults()
        let broker = AttributeBroker.read(
            path: try folder.write("s.yaml", text), mapping: try Sample.mapping(), isProduction: false, into: faults)
        return (broker, faults.sorted)
    }

    static func ask(
        _ reaction: Loopback.Reaction, _ http: String = "", timeout: Int = 30
    ) async throws -> (Completion, [Loopback.Asked]) {
        let server = try await Loopback { _ in reaction }
        let broker = try broker(
            "address: \"http://127.0.0.1:\(server.port)/people\"\n" + http, timeout: timeout, in: Folder())
        let completion = await broker.complete(
            try Sample.query(), wanting: Sample.wanting(.dateOfBirth, .nationality, .gender), at: Sample.now)
        try await server.close()
        return (completion, server.asked)
    }

    static let sound = #"""
        {"person": {"document": "0 T", "birth": {"date": "31/01/1980"}, "nationalities": ["ES", "FR"], "sex": "M"}}
        """#

    @Test("An answer is read")
    func answer() async throws {
        let (completion, asked) = try await Self.ask(.answer(200, Self.sound))
        #expect(completion.said(.dateOfBirth) == "1980-01-31 (register)" && completion.failures.isEmpty)
        #expect(completion.said(.nationality) == "ES|FR (register)" && completion.said(.gender) == "Female (register)")
        #expect(asked.map(\.method) == ["GET"] && asked.map(\.uri) == ["/people"])
        #expect(asked.allSatisfy { !"\($0)".contains("00000000T") })
    }

    @Test("A question is put together as the templates say")
    func question() async throws {
        let http = #"""
            method: post
            query: {doc: "{identifier}", q: "{first-surname}&x"}
            headers: {X-Name: "{first-surname}"}
            body: '{"n": "{identifier}", "s": "{first-surname}", "t": "{document-type}"}'
            """#
        let (_, asked) = try await Self.ask(.answer(404, ""), http)
        let request = try #require(asked.first)
        #expect(request.method == "POST" && request.uri == "/people?doc=00000000T&q=N%C3%BA%C3%B1ez&x")
        #expect(request.headers["x-name"] == "N%C3%BA%C3%B1ez" && request.headers["content-type"] == "application/json")
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"n": "00000000T", "s": "Núñez", "t": "DNI"}"#)
    }

    @Test(
        "A person who is not known",
        arguments: [
            Loopback.Reaction.answer(404, "no"), .answer(200, #"{"found": false}"#),
        ])
    func unknown(reaction: Loopback.Reaction) async throws {
        let (completion, _) = try await Self.ask(reaction)
        #expect(completion.attributes.isEmpty && completion.failures.isEmpty)
    }

    @Test(
        "Bad answers are refused, by the right rule, and soon",
        arguments: [
            (.silence, .sourceUnavailable), (.hangUp, .sourceUnavailable), (.cut(sound), .sourceUnavailable),
            (.drip, .sourceUnavailable), (.flood, .sourceInvalid), (.answer(500, sound), .sourceUnavailable),
            (.answer(503, ""), .sourceUnavailable), (.answer(429, ""), .sourceUnavailable),
            (.answer(302, sound, headers: [("Location", "http://127.0.0.1:1/")]), .sourceInvalid),
            (.answer(301, sound, headers: [("Location", "/people")]), .sourceInvalid),
            (.answer(204, ""), .sourceInvalid),
            (.answer(403, sound), .sourceInvalid), (.answer(200, ""), .sourceInvalid),
            (.answer(200, "<html>1980-01-31</html>"), .sourceInvalid),
            (.answer(200, String(sound.dropLast(3))), .sourceInvalid),
            (.answer(200, sound.replacing("0 T", with: "12345678Z")), .sourceInvalid),
            (.answer(200, sound.replacing("\"0 T\"", with: "{}")), .sourceInvalid),
            (.answer(200, sound.replacing("\"document\": \"0 T\",", with: "")), .sourceInvalid),
            (.answer(200, sound.replacing("31/01/1980", with: "1980-01-31")), .sourceInvalid),
            (.answer(200, sound.replacing("\"31/01/1980\"", with: "[\"31/01/1980\", \"30/01/1980\"]")), .sourceInvalid),
            (.answer(200, String(repeating: " ", count: Transport.sizeLimit) + sound), .sourceInvalid),
        ] as [(Loopback.Reaction, Rule)])
    func bad(reaction: Loopback.Reaction, rule: Rule) async throws {
        let (completion, asked) = try await Self.ask(reaction, timeout: rule == .sourceUnavailable ? 1 : 30)
        #expect(completion.said(.dateOfBirth) == nil && completion.failure(of: .dateOfBirth)?.rule == rule)
        #expect(asked.count <= 1)
        #expect(completion.failures.allSatisfy { !"\($0)".contains("1980") && !"\($0)".contains("12345678Z") })
    }

    @Test("Nobody there, and personal data in the address is not told")
    func nobody() async throws {
        let server = try await Loopback { _ in .silence }
        try await server.close()
        let address = "address: \"http://127.0.0.1:\(server.port)/people/{identifier}\""
        let broker = try Self.broker(address, in: Folder())
        let completion = await broker.complete(
            try Sample.query(), wanting: Sample.wanting(.dateOfBirth), at: Sample.now)
        #expect(completion.rules == ["register: source.unavailable"] && !"\(completion)".contains("00000000T"))
        #expect(completion.failures.first?.rejection.found == "no connection")
    }

    @Test("A source that needs what is not known is not asked")
    func needs() async throws {
        let (completion, asked) = try await Self.ask(.answer(200, Self.sound), "query: {n: \"{legal-name}\"}")
        #expect(completion.attributes.isEmpty && completion.failures.isEmpty && asked.isEmpty)
    }
}

@Suite("Sources over HTTPS with certificates on both sides", .timeLimit(.minutes(10)))
struct MutualTLSTests {
    /// Two authorities, and what they have certified.
    struct Parties {
        let folder: Folder

        init() throws {
            folder = try Folder()
            let now = Date()
            let (good, other) = (try PrivateKey.generate(.ec(.p256)), try PrivateKey.generate(.ec(.p256)))
            for (name, authority, issuer) in [("ours", good, "ours"), ("theirs", other, "theirs")] {
                let root = try authority.certify(
                    commonName: issuer, usage: .authority, from: now - 60, until: now + 3600)
                try folder.write("\(name)-ca.pem", root.pem)
                for usage in [CertificateUsage.server, .signing] {
                    let key = try PrivateKey.generate(.ec(.p256))
                    let leaf = try key.certify(
                        commonName: "localhost", usage: usage, from: now - 60, until: now + 3600, by: (authority, root))
                    try folder.write("\(name)-\(usage.rawValue).pem", leaf.pem)
                    try folder.write("\(name)-\(usage.rawValue).key", key.pem())
                }
                let key = try PrivateKey.generate(.ec(.p256))
                let address = try key.certify(
                    commonName: "127.0.0.1", usage: .server, from: now - 60, until: now + 3600, by: (authority, root))
                try folder.write("\(name)-address-server.pem", address.pem)
                try folder.write("\(name)-address-server.key", key.pem())
            }
        }

        func path(_ name: String) -> String { folder.path + "/" + name }

        /// - Parameter version: the newest that the server speaks.
        func serve(as name: String, upTo version: TLSVersion = .tlsv13) async throws -> Loopback {
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(path("\(name)-server.pem")).map {
                    .certificate($0)
                },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: path("\(name)-server.key"), format: .pem)))
            tls.certificateVerification = .noHostnameVerification
            tls.trustRoots = .file(path("ours-ca.pem"))
            tls.minimumTLSVersion = .tlsv1
            tls.maximumTLSVersion = version
            return try await Loopback(tls: tls) { _ in .answer(200, HTTPTests.sound) }
        }
    }

    private func ask(
        _ http: String, _ server: Loopback, _ parties: Parties, at host: String = "localhost"
    ) async throws -> Completion {
        let broker = try HTTPTests.broker(
            "address: https://\(host):\(server.port)/people\n" + http, in: parties.folder)
        let completion = await broker.complete(
            try Sample.query(), wanting: Sample.wanting(.dateOfBirth), at: Sample.now)
        try await server.close()
        return completion
    }

    static let client = "certificate: ours-signing.pem\nkey: ours-signing.key\n"

    @Test("Both sides know each other")
    func good() async throws {
        let parties = try Parties()
        let server = try await parties.serve(as: "ours")
        let completion = try await ask(Self.client + "certificate-authority: ours-ca.pem", server, parties)
        #expect(completion.said(.dateOfBirth) == "1980-01-31 (register)", "\(completion.failures)")
    }

    @Test(
        "One side does not know the other",
        arguments: [
            ("ours", client), ("ours", "certificate-authority: ours-ca.pem"),
            ("theirs", client + "certificate-authority: ours-ca.pem"),
            ("ours", "certificate-authority: theirs-ca.pem\n" + client),
            ("ours", "certificate-authority: ours-ca.pem\ncertificate: theirs-signing.pem\nkey: theirs-signing.key"),
        ])
    func strangers(name: String, http: String) async throws {
        let parties = try Parties()
        let server = try await parties.serve(as: name)
        let completion = try await ask(http, server, parties)
        #expect(completion.rules == ["register: source.unavailable"] && server.asked.isEmpty)
        #expect(completion.failures.first?.rejection.found == "no TLS connection that we trust")
    }

    @Test("A certificate is for the name that is asked, or for the address where that is asked, and for no other")
    func otherName() async throws {
        let parties = try Parties()
        let http = Self.client + "certificate-authority: ours-ca.pem"
        for (name, host) in [("ours-address", "localhost"), ("ours", "127.0.0.1")] {
            let server = try await parties.serve(as: name)
            let completion = try await ask(http, server, parties, at: host)
            #expect(completion.rules == ["register: source.unavailable"] && server.asked.isEmpty)
            #expect(completion.failures.first?.rejection.found == "no TLS connection that we trust")
        }
        let completion = try await ask(
            http, try await parties.serve(as: "ours-address"), parties, at: "127.0.0.1")
        #expect(completion.said(.dateOfBirth) == "1980-01-31 (register)", "\(completion.failures)")
    }

    @Test("TLS 1.1 is not spoken")
    func old() async throws {
        let parties = try Parties()
        let server = try await parties.serve(as: "ours", upTo: .tlsv11)
        let completion = try await ask(Self.client + "certificate-authority: ours-ca.pem", server, parties)
        #expect(completion.rules == ["register: source.unavailable"])
    }

    @Test("A key of another certificate is found when the file is read")
    func mismatch() throws {
        let parties = try Parties()
        let (broker, faults) = try HTTPTests.read(
            "address: https://a.gob.es/\ncertificate: ours-signing.pem\nkey: theirs-signing.key", in: parties.folder)
        #expect(broker == nil && faults.map(\.path) == ["sources[0].http"])
    }
}
