// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Synchronization
import Testing
import YAMLText

@testable import Trust

/// A folder for documents, and a fetcher that takes plain HTTP from this machine.
struct Fetching {
    let folder: Folder
    let documents: DocumentFolder

    init() throws {
        folder = try Folder([:])
        documents = DocumentFolder(path: folder.path + "/metadata")
    }

    /// Small, and patient but where a test is about time: the machine may have much else to do.
    static func limits(connect: Double = 30, head: Double = 30, total: Double = 60) -> MetadataFetcher.Limits {
        var limits = MetadataFetcher.Limits()
        (limits.connectSeconds, limits.headSeconds, limits.totalSeconds) = (connect, head, total)
        limits.octets = 100_000
        return limits
    }

    func fetcher(
        allowing blocks: [String] = ["127.0.0.0/8", "::1"], limits: MetadataFetcher.Limits = Self.limits(),
        resolve: @escaping MetadataFetcher.Resolve = HostLookup.system
    ) -> MetadataFetcher {
        MetadataFetcher(
            documents: documents, allowed: blocks.compactMap(AddressBlock.init), allowsPlainLoopback: true,
            limits: limits, resolve: resolve)
    }

    /// All files that are there, whole or half.
    var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: documents.path)) ?? [] }

    /// Why a fetch was refused.
    static func refusal(_ fetch: () async throws(Rejection) -> MetadataFetcher.Fetched) async throws -> Rejection {
        do throws(Rejection) {
            _ = try await fetch()
        } catch {
            return error
        }
        return try #require(nil, "it was fetched")
    }
}

@Suite("Fetching documents", .timeLimit(.minutes(10)))
struct MetadataFetcherTests {
    let fetching: Fetching

    init() throws { fetching = try Fetching() }

    @Test("A document comes into the folder under its digest, with what the source says of it")
    func document() async throws {
        let server = try await LyingServer { _ in
            LyingServer.document("<good/>", "ETag: W/\"a b\"", "Last-Modified: Mon, 02 Mar 2026 09:00:00 GMT")
        }
        let fetched = try await fetching.fetcher().fetch("http://127.0.0.1:\(server.port)/a?b=c")
        let digest = DocumentFolder.Digest(of: Array("<good/>".utf8))
        let validators = MetadataFetcher.Validators(
            entityTag: "W/\"a b\"", lastModified: "Mon, 02 Mar 2026 09:00:00 GMT")
        #expect(fetched == .document(digest, validators))
        #expect(try fetching.documents.read(digest) == Array("<good/>".utf8))
        #expect(fetching.files == ["\(digest).xml"])
        let lines = try #require(server.asked.first).components(separatedBy: "\r\n")
        #expect(lines.first == "GET /a?b=c HTTP/1.1")
        #expect(
            Set(lines.dropFirst().filter { !$0.isEmpty }) == [
                "Host: 127.0.0.1:\(server.port)", "Accept: application/samlmetadata+xml, application/xml, text/xml",
                "Accept-Encoding: identity", "User-Agent: Puente", "Connection: close",
            ])
        try await server.close()
    }

    @Test("In chunks, or up to the end of the connection, it is the same document", arguments: [true, false])
    func length(isChunked: Bool) async throws {
        let server = try await LyingServer { _ in
            isChunked
                ? [
                    LyingServer.head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"),
                    .send("3\r\n<go\r\n"), .wait(seconds: 0.05), .send("4\r\nod/>\r\n0\r\n\r\n"),
                ] : [LyingServer.head("HTTP/1.0 200 OK"), .send("<good/>"), .close]
        }
        let fetched = try await fetching.fetcher().fetch("http://localhost:\(server.port)")
        #expect(fetched == .document(DocumentFolder.Digest(of: Array("<good/>".utf8)), .init()))
        #expect(server.asked.first?.hasPrefix("GET / HTTP/1.1\r\n") == true)
        try await server.close()
    }

    @Test("Asked again, a source may say that nothing has changed")
    func conditional() async throws {
        let server = try await LyingServer { head in
            head.contains("If-None-Match: \"1\"\r\n") && head.contains("If-Modified-Since: then\r\n")
                ? [LyingServer.head("HTTP/1.1 304 Not Modified", "ETag: \"1\"")]
                : LyingServer.document("<new/>", "ETag: \"1\"", "Last-Modified: then")
        }
        let url = "http://127.0.0.1:\(server.port)/"
        guard case .document(let digest, let validators) = try await fetching.fetcher().fetch(url) else {
            Issue.record("no document")
            return
        }
        #expect(try await fetching.fetcher().fetch(url, unless: validators) == .unchanged)
        #expect(try await fetching.fetcher().fetch(url) == .document(digest, validators))
        try await server.close()
    }

    @Test("What cannot be sent back is not kept of a source's words", arguments: ["ETag: 1\r\nETag: 2", "ETag: ä"])
    func validators(fields: String) async throws {
        let server = try await LyingServer { _ in LyingServer.document("<a/>", fields) }
        let fetched = try await fetching.fetcher().fetch("http://127.0.0.1:\(server.port)/")
        #expect(fetched == .document(DocumentFolder.Digest(of: Array("<a/>".utf8)), .init()))
        try await server.close()
    }

    @Test("Of two addresses the one that answers is taken")
    func families() async throws {
        let server = try await LyingServer { _ in LyingServer.document("<a/>") }
        let fetcher = fetching.fetcher { _ in ["::1", "127.0.0.1"].compactMap(IPAddress.init) }
        let fetched = try await fetcher.fetch("http://localhost:\(server.port)/")
        #expect(fetched == .document(DocumentFolder.Digest(of: Array("<a/>".utf8)), .init()))
        try await server.close()
    }

    @Test("A fetch that is no longer wanted ends at once, and leaves nothing", arguments: [true, false])
    func cancelled(isSilent: Bool) async throws {
        let server = try await LyingServer { _ in
            isSilent ? [] : [LyingServer.head("HTTP/1.1 200 OK"), .endless("<", everyMilliseconds: 200)]
        }
        // Left alone it would take longer than the suite may.
        let fetcher = fetching.fetcher(limits: Fetching.limits(head: 3600, total: 3600))
        let task = Task { try await fetcher.fetch("http://127.0.0.1:\(server.port)/") }
        while server.asked.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        task.cancel()
        await #expect(throws: Rejection.self) { try await task.value }
        while !fetching.files.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        try await server.close()
    }
}

@Suite("Sources that lie", .timeLimit(.minutes(10)))
struct LyingSourceTests {
    let fetching: Fetching

    init() throws { fetching = try Fetching() }

    struct Lie: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var acts: [LyingServer.Act]
        /// What an operator reads.
        var found: String
        var limits: MetadataFetcher.Limits

        init(
            _ name: String, found: String, within limits: MetadataFetcher.Limits = Fetching.limits(),
            _ acts: LyingServer.Act...
        ) {
            (testDescription, self.acts, self.found, self.limits) = (name, acts, found, limits)
        }
    }

    static let hasty = Fetching.limits(head: 1)
    static let sound = LyingServer.head("HTTP/1.1 200 OK", "Content-Length: 20")

    static let lies: [Lie] = [
        Lie("silence", found: "none in 1 seconds", within: hasty),
        Lie(
            "slow head", found: "none in 1 seconds", within: hasty, .send("HTTP/1.1 200 OK\r\nX: "),
            .endless("y", everyMilliseconds: 300)),
        Lie(
            "provisional answers for ever", found: "none in 1 seconds", within: hasty,
            .endless("HTTP/1.1 100 Continue\r\n\r\n", everyMilliseconds: 50)),
        Lie(
            "slow body", found: "it was not there yet", within: Fetching.limits(total: 30),
            LyingServer.head("HTTP/1.1 200 OK", "Content-Length: 2000"), .endless("<", everyMilliseconds: 400)),
        Lie(
            "endless body", found: "more", LyingServer.head("HTTP/1.1 200 OK"),
            .endless(String(repeating: "<", count: 9999), everyMilliseconds: 1)),
        Lie(
            "endless chunks", found: "more", LyingServer.head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"),
            .endless("1000\r\n" + String(repeating: "<", count: 4096) + "\r\n", everyMilliseconds: 1)),
        Lie("a size beyond the limit", found: "more", LyingServer.head("HTTP/1.1 200 OK", "Content-Length: 100001")),
        Lie("half a file", found: "3 octets of it, then a closed connection", sound, .send("<a>"), .close),
        Lie(
            "half a chunk", found: "3 octets of it, then a closed connection",
            LyingServer.head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"), .send("9\r\n<a>"), .close),
        Lie(
            "a machine that is switched off", found: "3 octets of it, then a closed connection", sound, .send("<a>"),
            .wait(seconds: 0.2), .reset),
        Lie("no answer", found: "a closed connection", .close),
        Lie("half a head", found: "a closed connection", .send("HTTP/1.1 200 OK\r\nContent-"), .close),
        Lie("an error", found: "500", LyingServer.head("HTTP/1.1 500 Oh")),
        Lie("nothing", found: "204", LyingServer.head("HTTP/1.1 204 No Content")),
        Lie("a part", found: "206", LyingServer.head("HTTP/1.1 206 Partial Content", "Content-Length: 0")),
        Lie("unchanged", found: "304 without having been asked", LyingServer.head("HTTP/1.1 304 Not Modified")),
        Lie("nowhere", found: "302 without a location", LyingServer.head("HTTP/1.1 302 Found")),
        Lie(
            "a bomb", found: "one coded with gzip",
            LyingServer.head("HTTP/1.1 200 OK", "Content-Encoding: gzip", "Content-Length: 20")),
        Lie(
            "a bomb in transfer", found: "one coded with gzip",
            LyingServer.head("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked")),
        Lie(
            "many fields", found: "too many or too long header fields",
            .send("HTTP/1.1 200 OK\r\n"), .endless("X: y\r\n", everyMilliseconds: 1)),
        Lie(
            "a long field", found: "too many or too long header fields",
            .send("HTTP/1.1 200 OK\r\nX: "), .endless(String(repeating: "y", count: 4096), everyMilliseconds: 1)),
        Lie("another protocol", found: "something else", .send("220 smtp.example ESMTP\r\n"), .wait(seconds: 60)),
    ]

    @Test("A lie is refused in words that an operator understands, and leaves nothing behind", arguments: lies)
    func lie(lie: Lie) async throws {
        let server = try await LyingServer { _ in lie.acts }
        let refusal = try await Fetching.refusal { () throws(Rejection) in
            try await fetching.fetcher(limits: lie.limits).fetch(
                "http://127.0.0.1:\(server.port)/path?secret=1")
        }
        #expect(refusal.rule == .metadataUnavailable)
        #expect(refusal.element == "http://127.0.0.1:\(server.port)/path")
        #expect(refusal.found?.contains(lie.found) == true, "\(refusal)")
        #expect(fetching.files.isEmpty)
        try await server.close()
    }

    @Test("A caller may want less than the limit")
    func smaller() async throws {
        let server = try await LyingServer { _ in LyingServer.document("12345") }
        let fetcher = fetching.fetcher()
        let url = "http://127.0.0.1:\(server.port)/"
        _ = try await fetcher.fetch(url, upTo: 5)
        let refusal = try await Fetching.refusal { () throws(Rejection) in try await fetcher.fetch(url, upTo: 4) }
        #expect(refusal.expected == "at most 4 octets")
        try await server.close()
    }

    @Test("Nobody at the door is told with the address")
    func closed() async throws {
        let server = try await LyingServer { _ in [] }
        try await server.close()
        let refusal = try await Fetching.refusal { () throws(Rejection) in
            try await fetching.fetcher().fetch("http://127.0.0.1:\(server.port)/")
        }
        #expect(refusal.found == "127.0.0.1: Connection refused")
    }
}
