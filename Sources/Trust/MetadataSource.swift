// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import Federation
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import XMLSecurity
import YAMLText

/// Reads metadata from where the trust list says, and keeps the last good copy.
struct MetadataSource: Sendable {
    /// Octets that one document may have.
    static let sizeLimit = XMLLimits.metadata.octets
    /// Seconds that one document may take, from the first octet sent to the last one received.
    static let patience = 30.0
    /// Where copies of fetched metadata are kept, so that a restart needs nobody else.
    let copies: String

    func read(_ source: NodeEntry.Source) async throws(Rejection) -> [UInt8] {
        switch source {
        case .file(let path): try Self.file(path)
        case .https(let url, let authority): try await Self.fetch(url, trusting: authority)
        }
    }

    static func file(_ path: String) throws(Rejection) -> [UInt8] {
        do {
            return Array(try LocalFile.read(path, limit: sizeLimit))
        } catch {
            throw Rejection(.metadataUnavailable, path, expected: "a readable file", found: error.found)
        }
    }

    /// HTTPS with TLS 1.2 or later, no redirects, ten seconds for an answer, thirty for all of it.
    private static func fetch(_ url: String, trusting authority: String?) async throws(Rejection) -> [UInt8] {
        do {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.minimumTLSVersion = .tlsv12
            if let authority { tls.trustRoots = .file(authority) }
            var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
            configuration.redirectConfiguration = .disallow
            configuration.timeout = .init(connect: .seconds(10), read: .seconds(10))
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            do {
                let octets = try await fetch(url, with: client)
                try await client.shutdown()
                return octets
            } catch {
                try await client.shutdown()
                throw error
            }
        } catch let rejection as Rejection {
            throw rejection
        } catch {
            throw Rejection(.metadataUnavailable, url, expected: "an answer", found: String(describing: error))
        }
    }

    /// Ends `work` when its time is over: a source that trickles would keep us for ever, as the client's own deadline is
    /// over once the head of the answer is there.
    static func within<T: Sendable>(
        seconds: Double, _ work: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        try await withThrowingTaskGroup(of: T.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    static func fetch(
        _ url: String, with client: HTTPClient, within seconds: Double = patience
    ) async throws -> [UInt8] {
        try await within(seconds: seconds) {
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "Accept", value: "application/samlmetadata+xml, application/xml, text/xml")
            request.headers.add(name: "User-Agent", value: "Puente")
            let response = try await client.execute(request, timeout: .seconds(Int64(seconds.rounded(.up))))
            guard response.status == .ok else {
                throw Rejection(.metadataUnavailable, url, expected: "200", found: "\(response.status.code)")
            }
            return Array(buffer: try await response.body.collect(upTo: sizeLimit))
        }
    }

    // MARK: Last good copy

    func copy(of entry: NodeEntry) -> [UInt8]? {
        try? Self.file(path(of: entry))  // None is kept yet, or it is of no use: the source will be asked.
    }

    /// Written aside and renamed, so that a crash leaves the old copy or the new one.
    func keep(_ octets: [UInt8], of entry: NodeEntry) throws {
        try FileManager.default.createDirectory(atPath: copies, withIntermediateDirectories: true)
        try Data(octets).write(to: URL(fileURLWithPath: path(of: entry)), options: .atomic)
    }

    private func path(of entry: NodeEntry) -> String {
        let name = DigestAlgorithm.sha256.hash(Array(entry.entityID.rawValue.utf8)).hexadecimal
        return copies + "/" + name + (entry.isAsked ? ".xml" : ".connector.xml")
    }
}
