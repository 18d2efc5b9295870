// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import NIOSSL
import Testing
import XMLSecurity
import YAMLText

@testable import Trust

@Suite("Fetching by TLS", .timeLimit(.minutes(10)))
struct FetchedTLSTests {
    let fetching: Fetching
    private let authority: (key: PrivateKey, certificate: Certificate)
    private let path: String

    init() throws {
        fetching = try Fetching()
        path = fetching.folder.path + "/ca.pem"
        let key = try PrivateKey.generate(.ec(.p256))
        authority = (
            key,
            try key.certify(
                commonName: "authority", usage: .authority, from: Date() - 86400, until: Date() + 86400)
        )
        try Data(authority.certificate.pem.utf8).write(to: URL(fileURLWithPath: path))
    }

    /// A server with a certificate for `name`.
    private func serve(
        _ name: String, from start: Double = -3600, until end: Double = 3600, byItself: Bool = false,
        host: String = "127.0.0.1", upTo version: TLSVersion = .tlsv13,
        _ acts: [LyingServer.Act] = LyingServer.document("<a/>")
    ) async throws -> LyingServer {
        let key = try PrivateKey.generate(.ec(.p256))
        let certificate = try key.certify(
            commonName: name, usage: .server, from: Date() + start, until: Date() + end, by: byItself ? nil : authority)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: certificate.der, format: .der))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.pem().utf8), format: .pem)))
        tls.minimumTLSVersion = .tlsv1
        tls.maximumTLSVersion = version
        return try await LyingServer(tls: tls, host: host) { _ in acts }
    }

    /// `node.example` is this machine.
    private func fetcher(_ limits: MetadataFetcher.Limits = Fetching.limits()) -> MetadataFetcher {
        fetching.fetcher(limits: limits) { _ in ["127.0.0.1"].compactMap(IPAddress.init) }
    }

    private func refusal(
        _ server: LyingServer, host: String = "node.example", trusting: String?,
        within limits: MetadataFetcher.Limits = Fetching.limits()
    ) async throws -> String {
        let refusal = try await Fetching.refusal { () throws(Rejection) in
            try await fetcher(limits).fetch("https://\(host):\(server.port)/", trusting: trusting)
        }
        #expect(refusal.rule == .metadataUnavailable)
        #expect(server.asked.isEmpty && fetching.files.isEmpty)
        try await server.close()
        return refusal.found ?? ""
    }

    @Test("The certificate has to be for the name, whatever the address", arguments: [TLSVersion.tlsv12, .tlsv13])
    func sound(version: TLSVersion) async throws {
        let server = try await serve("node.example", upTo: version)
        let fetched = try await fetcher().fetch("https://node.example:\(server.port)/", trusting: path)
        #expect(fetched == .document(DocumentFolder.Digest(of: Array("<a/>".utf8)), .init()))
        #expect(server.asked.first?.contains("Host: node.example:\(server.port)\r\n") == true)
        try await server.close()
    }

    @Test("An address as the name of the host needs a certificate for it", arguments: ["127.0.0.1", "::1"])
    func literal(host: String) async throws {
        let server = try await serve(host, host: host)
        let written = host.contains(":") ? "[\(host)]" : host
        let fetched = try await fetcher().fetch("https://\(written):\(server.port)/", trusting: path)
        #expect(fetched == .document(DocumentFolder.Digest(of: Array("<a/>".utf8)), .init()))
        try await server.close()
        fetching.documents.sweep(keeping: [], at: Date() + 7200)
        let other = try await serve("localhost", host: host)
        let found = try await refusal(other, host: written, trusting: path)
        #expect(found == "a certificate for another name")
    }

    @Test("A certificate for another name is refused", arguments: ["other.example", "127.0.0.1", "*.node.example"])
    func otherName(name: String) async throws {
        let found = try await refusal(serve(name), trusting: path)
        #expect(found == "a certificate for another name")
    }

    @Test("Another authority, none at all, the public ones, and dates that are over or to come are refused")
    func otherAuthority() async throws {
        let words = "a certificate of another authority, or one out of its dates"
        for server in [
            try await serve("node.example", byItself: true), try await serve("node.example", until: -60),
            try await serve("node.example", from: 1800),
        ] {
            let found = try await refusal(server, trusting: path)
            #expect(found == words)
        }
        let found = try await refusal(serve("node.example"), trusting: nil)
        #expect(found == words)
    }

    @Test("TLS 1.1 and older are refused", arguments: [TLSVersion.tlsv11, .tlsv1])
    func oldVersion(version: TLSVersion) async throws {
        let found = try await refusal(serve("node.example", upTo: version), trusting: path)
        #expect(found == "an older version")
    }

    @Test("A server without TLS, and a file without authorities, are told")
    func noTLS() async throws {
        let plain = try await LyingServer { _ in [] }
        let silent = try await refusal(plain, trusting: path, within: Fetching.limits(head: 1))
        #expect(silent == "none in 1 seconds")
        let file = fetching.folder.path + "/none.pem"
        let found = try await refusal(serve("node.example"), trusting: file)
        #expect(found.hasPrefix("none that can be read in "))
    }

    @Test("Without a length, only the end of TLS itself is the end of the document", arguments: [true, false])
    func truncated(isWhole: Bool) async throws {
        let server = try await serve(
            "node.example", [LyingServer.head("HTTP/1.1 200 OK"), .send("<a/>"), isWhole ? .close : .reset])
        let fetch = { () async throws(Rejection) in
            try await fetcher().fetch("https://node.example:\(server.port)/", trusting: path)
        }
        if isWhole {
            #expect(try await fetch() == .document(DocumentFolder.Digest(of: Array("<a/>".utf8)), .init()))
        } else {
            let refusal = try await Fetching.refusal(fetch)
            #expect(refusal.expected == "the whole document")
        }
        try await server.close()
    }
}
