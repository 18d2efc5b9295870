// SPDX-License-Identifier: EUPL-1.2
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A server on this machine that does what a test wants, well or badly.
final class Loopback: Sendable {
    struct Asked: Sendable {
        var method: String
        var uri: String
        var headers: [String: String]
        var body: [UInt8]
    }

    enum Reaction: Sendable {
        case answer(Int, String, headers: [(String, String)] = [])
        /// Never.
        case silence
        /// Closes the connection.
        case hangUp
        /// Promises more than it sends, then closes.
        case cut(String)
        /// One octet now and then, for ever.
        case drip
        /// As many octets as the other side takes.
        case flood
    }

    let port: Int
    private let channel: any Channel
    private let log: Log

    /// - Parameter tls: for HTTPS.
    init(
        tls: TLSConfiguration? = nil, _ react: @escaping @Sendable (Asked) throws -> Reaction
    ) async throws {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let log = Log()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(react, log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.log = log
        port = channel.localAddress?.port ?? 0
    }

    var asked: [Asked] { log.asked.withLock { $0 } }

    func close() async throws { try await channel.close() }

    private final class Log: Sendable {
        let asked = Mutex<[Asked]>([])
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let react: @Sendable (Asked) throws -> Reaction
        private let log: Log
        private var request = Asked(method: "", uri: "", headers: [:], body: [])

        init(_ react: @escaping @Sendable (Asked) throws -> Reaction, _ log: Log) {
            self.react = react
            self.log = log
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                let headers = head.headers.map { ($0.name.lowercased(), $0.value) }
                request = Asked(
                    method: head.method.rawValue, uri: head.uri, headers: Dictionary(headers) { first, _ in first },
                    body: [])
            case .body(let buffer): request.body += Array(buffer.readableBytesView)
            case .end:
                log.asked.withLock { $0.append(request) }
                do {
                    perform(try react(request), context)
                } catch {
                    perform(.answer(599, "\(error)"), context)
                }
            }
        }

        private func perform(_ reaction: Reaction, _ context: ChannelHandlerContext) {
            switch reaction {
            case .silence: break
            case .hangUp: context.close(promise: nil)
            case .answer(let status, let body, let headers):
                head(status, length: body.utf8.count, headers, context)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .cut(let body):
                head(200, length: body.utf8.count + 100, [], context)
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
                context.close(promise: nil)
            case .drip:
                head(200, length: 100_000, [], context)
                repeatBody("{", every: .milliseconds(50), context)
            case .flood:
                head(200, length: 1 << 40, [], context)
                repeatBody(String(repeating: " ", count: 65_536), every: .milliseconds(1), context)
            }
        }

        private func head(_ status: Int, length: Int, _ headers: [(String, String)], _ context: ChannelHandlerContext) {
            let all = HTTPHeaders(headers + [("Content-Length", "\(length)")])
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: all)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        }

        private func repeatBody(_ text: String, every time: TimeAmount, _ context: ChannelHandlerContext) {
            let channel = context.channel
            let buffer = ByteBuffer(string: text)
            context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: time) { task in
                guard channel.isActive else { return task.cancel() }
                guard channel.isWritable else { return }
                channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(buffer)), promise: nil)
            }
        }
    }
}
