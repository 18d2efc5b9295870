// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Synchronization
import Testing
import YAMLText

@testable import Trust

@Suite("Where a fetch may go", .timeLimit(.minutes(10)))
struct FetchedAddressTests {
    let fetching: Fetching

    init() throws { fetching = try Fetching() }

    /// A name server of the test's own, which counts how often it was asked.
    final class Names: Sendable {
        let asked = Mutex<[String]>([])
        /// What it says the first time, the second time, …; the last answer again and again.
        let answers: [[String]]

        init(_ answers: [String]...) { self.answers = answers }

        @Sendable func resolve(_ host: String) -> [IPAddress] {
            let count = asked.withLock { asked in
                asked.append(host)
                return asked.count
            }
            return answers[min(count, answers.count) - 1].compactMap(IPAddress.init)
        }
    }

    @Test(
        "A name that leads inside is refused before anybody is asked",
        arguments: [
            (["10.0.0.1"], "10.0.0.1 (private)"), (["93.184.215.14", "127.0.0.1"], "127.0.0.1 (loopback)"),
            (["2606:4700::1", "::ffff:169.254.169.254"], "::ffff:169.254.169.254 (IPv4-mapped)"),
        ])
    func inside(addresses: [String], found: String) async throws {
        let names = Names(addresses)
        let refusal = try await Fetching.refusal { () throws(Rejection) in
            try await fetching.fetcher(allowing: [], resolve: names.resolve).fetch(
                "https://node.example/metadata?key=1")
        }
        #expect(refusal.rule == .metadataAddressRefused)
        #expect(refusal.element == "https://node.example/metadata")
        #expect(refusal.found == found)
        #expect(names.asked.withLock { $0 } == ["node.example"])
    }

    @Test(
        "Every way to write an address of this machine is refused",
        arguments: [
            "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "localhost",
        ])
    func literal(host: String) async throws {
        let refusal = try await Fetching.refusal { () throws(Rejection) in
            try await fetching.fetcher(allowing: []).fetch("https://\(host)/")
        }
        #expect(refusal.rule == .metadataAddressRefused)
    }

    @Test("A name is resolved once: the connection goes where the check looked, redirects included")
    func pinned() async throws {
        let names = Names(["127.0.0.1"], ["127.0.0.99"])
        let server = try await LyingServer { head in
            head.hasPrefix("GET /a ")
                ? [LyingServer.head("HTTP/1.1 302 Found", "Location: b")] : LyingServer.document("<a/>")
        }
        _ = try await fetching.fetcher(resolve: names.resolve).fetch("http://localhost:\(server.port)/a")
        #expect(server.asked.count == 2)
        #expect(names.asked.withLock { $0 } == ["localhost"])
        try await server.close()
    }

    @Test("Plain http needs the flag, and this machine by name and by address")
    func plain() async throws {
        let documents = fetching.documents
        let strict = MetadataFetcher(documents: documents, allowed: [AddressBlock("127.0.0.0/8")].compactMap(\.self))
        let foreign = fetching.fetcher(allowing: ["10.0.0.0/8"], resolve: Names(["10.0.0.1"]).resolve)
        let cases: [(MetadataFetcher, String, String)] = [
            (strict, "http://127.0.0.1/", "http"), (foreign, "http://node.example/", "http"),
            (foreign, "http://localhost/", "10.0.0.1"),
        ]
        for (fetcher, url, found) in cases {
            let refusal = try await Fetching.refusal { () throws(Rejection) in try await fetcher.fetch(url) }
            #expect(refusal.rule == .metadataAddressRefused)
            #expect(refusal.found == found)
        }
    }

    @Test(
        "What is no address, or has somebody's name in it, is refused without being repeated",
        arguments: [
            "https://user:secret@node.example/", "https://secret@[::1]/", "https://node.example/#secret",
            "ftp://node.example/secret", "file:///etc/secret", "https://secret:0/", "//secret", "https:///secret",
            "https://node.example:99999/secret", "https://nod\u{0}e/secret",
        ])
    func notAnAddress(url: String) async throws {
        let refusal = try await Fetching.refusal { () throws(Rejection) in try await fetching.fetcher().fetch(url) }
        #expect(refusal.rule == .metadataUnavailable)
        #expect(!"\(refusal)".contains("secret"))
    }

    @Test("A name that nobody knows, or that nobody answers for, is told")
    func unknown() async throws {
        let unknown = try await Fetching.refusal { () throws(Rejection) in
            try await fetching.fetcher().fetch("https://node.invalid/")
        }
        #expect(unknown.rule == .metadataUnavailable)
        #expect(unknown.expected == "an address for node.invalid")
        let slow = fetching.fetcher(limits: Fetching.limits(connect: 1)) { _ in
            Thread.sleep(forTimeInterval: 3)
            return []
        }
        let late = try await Fetching.refusal { () throws(Rejection) in try await slow.fetch("https://node.example/") }
        #expect(late.found == "none in 1 seconds")
        let none = fetching.fetcher { _ in [] }
        let empty = try await Fetching.refusal { () throws(Rejection) in try await none.fetch("https://node.example/") }
        #expect(empty.found == "none: no address")
    }

    // MARK: Redirects

    /// Follows `location`, in which `PORT` stands for the server's own.
    private func redirect(to location: String) async throws -> (Result<MetadataFetcher.Fetched, Rejection>, [String]) {
        let server = try await LyingServer { head in
            if head.hasPrefix("GET /good") { return LyingServer.document("<good/>") }
            let host = head.components(separatedBy: "\r\n").first { $0.hasPrefix("Host: ") } ?? ""
            let port = host.split(separator: ":").last.map(String.init) ?? ""
            return [
                LyingServer.head(
                    "HTTP/1.1 301 Moved Permanently",
                    "Location: " + location.replacingOccurrences(of: "PORT", with: port))
            ]
        }
        let result: Result<MetadataFetcher.Fetched, Rejection>
        do throws(Rejection) {
            result = .success(try await fetching.fetcher().fetch("http://localhost:\(server.port)/from/here"))
        } catch {
            result = .failure(error)
        }
        try await server.close()
        return (result, server.asked.map { String($0.split(separator: " ")[1]) })
    }

    @Test(
        "A redirect within the same place is followed",
        arguments: [
            ("/good", "/good"), ("http://localhost:PORT/good?a", "/good?a"), ("//LOCALHOST:PORT/good", "/good"),
            ("../good", "/good"),
        ])
    func followed(location: String, path: String) async throws {
        let (result, asked) = try await redirect(to: location)
        #expect(try result.get() == .document(DocumentFolder.Digest(of: Array("<good/>".utf8)), .init()))
        #expect(asked == ["/from/here", path])
    }

    @Test(
        "A redirect to anywhere else is refused, and the place is named",
        arguments: [
            ("http://127.0.0.1:PORT/good", "one to http://127.0.0.1:"),
            ("http://localhost/good", "one to http://localhost/"),
            ("http://localhost:1/good", "one to http://localhost:1/"),
            ("https://localhost:PORT/good", "one to https://"),
            ("//node.example/good?secret", "one to http://node.example/good"),
            ("ftp://localhost:PORT/good", "something else"),
            ("http://user:secret@localhost:PORT/good", "something else"), ("file:///etc/passwd", "something else"),
            ("http://localhost:PORT@node.example/", "something else"),
        ])
    func elsewhere(location: String, found: String) async throws {
        let (result, asked) = try await redirect(to: location)
        let refusal = try #require(throws: Rejection.self) { try result.get() }
        #expect(refusal.rule == .metadataAddressRefused)
        #expect(refusal.found?.hasPrefix(found) == true, "\(refusal)")
        #expect(!"\(refusal)".contains("secret"))
        #expect(asked == ["/from/here"])
    }

    @Test("A loop ends after three redirects")
    func loop() async throws {
        let (result, asked) = try await redirect(to: "/from/here")
        let refusal = try #require(throws: Rejection.self) { try result.get() }
        #expect(refusal.expected == "at most three redirects")
        #expect(asked.count == 4)
    }

    @Test("From https nobody leads back to http")
    func downgrade() throws {
        let address = try #require(WebAddress("https://node.example/a"))
        for location in ["http://node.example/a", "http://node.example:443/a"] {
            #expect(throws: Rejection.self) { try address.redirected(to: location) }
        }
        #expect(try address.redirected(to: "https://NODE.example:443/b").rest == "/b")
    }
}
