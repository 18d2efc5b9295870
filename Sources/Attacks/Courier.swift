// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Carries submissions to one node, at most so many a second, and follows no redirect.
public actor Courier {
    private let base: String
    private let secondsBetween: Double
    private var free = Date.distantPast

    private static let client = HTTPClient(configuration: .init(redirectConfiguration: .disallow))

    /// - Parameters:
    ///   - base: scheme, host and port, without a slash behind.
    ///   - rate: requests a second at most; `nil`: as fast as answers come.
    public init(to base: String, rate: Double?) {
        self.base = base
        secondsBetween = rate.map { 1 / $0 } ?? 0
    }

    /// Sends, and waits for the whole answer.
    public func send(_ submission: Submission) async throws -> Reply {
        try await wait()
        let query = submission.query.map { "?" + $0 } ?? ""
        var request = HTTPClientRequest(url: base + submission.path + query)
        request.method = HTTPMethod(rawValue: submission.method)
        for (name, value) in submission.headers { request.headers.add(name: name, value: value) }
        if let cookie = submission.cookie { request.headers.add(name: "Cookie", value: cookie) }
        if !["GET", "HEAD", "TRACE"].contains(submission.method) {
            if let type = submission.contentType { request.headers.add(name: "Content-Type", value: type) }
            request.body = .bytes(ByteBuffer(bytes: submission.octets))
        }
        let response = try await Self.client.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 22)
        return Reply(
            status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) },
            body: Array(buffer: body))
    }

    public func get(_ path: String, cookie: String? = nil) async throws -> Reply {
        var submission = Submission(path: path)
        submission.method = "GET"
        submission.cookie = cookie
        return try await send(submission)
    }

    /// Sends octets as they are, and gives back what comes until the other side closes or the time is over.
    public func exchange(_ octets: [UInt8], milliseconds: Int64 = 400) async throws -> String {
        try await wait()
        guard let url = URL(string: base), url.scheme == "http", let host = url.host() else {
            throw NeedsPlainHTTP()
        }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: host, port: url.port ?? 80) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let alarm = channel.channel.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
                channel.channel.close(promise: nil)
            }
            defer { alarm.cancel() }
            try await outbound.write(ByteBuffer(bytes: octets))
            var reply = ""
            do {
                for try await part in inbound { reply += String(buffer: part) }
            } catch {
                // Cut off: what came before is the answer.
            }
            return reply
        }
    }

    private func wait() async throws {
        let start = max(free, Date())
        free = start + secondsBetween
        let seconds = start.timeIntervalSinceNow
        if seconds > 0 { try await Task.sleep(for: .seconds(seconds)) }
    }
}

/// Thrown by what sends octets as they are, at an endpoint behind TLS.
struct NeedsPlainHTTP: Error {}
