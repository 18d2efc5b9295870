// SPDX-License-Identifier: EUPL-1.2
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on this machine that answers octet by octet what a test wants, well or badly.
final class LyingServer: Sendable {
    enum Act: Sendable {
        case send(String)
        case wait(seconds: Double)
        /// The same again and again, as long as the other side takes it.
        case endless(String, everyMilliseconds: Int64)
        case close
        /// As a machine does that was switched off.
        case reset
    }

    let port: Int
    private let channel: any Channel
    private let log: Log

    /// - Parameter react: for the head of each request what to do.
    init(
        tls: TLSConfiguration? = nil, host: String = "127.0.0.1", _ react: @escaping @Sendable (String) -> [Act]
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
                    try channel.pipeline.syncOperations.addHandler(Handler(react, log))
                }
            }
            .bind(host: host, port: 0).get()
        self.log = log
        port = channel.localAddress?.port ?? 0
    }

    /// The heads of all requests, each with its body if it has one.
    var asked: [String] { log.heads.withLock { $0 } }

    func close() async throws { try await channel.close() }

    static func document(_ body: String, _ fields: String...) -> [Act] {
        let head = ["HTTP/1.1 200 OK", "Content-Length: \(body.utf8.count)"] + fields
        return [.send(head.joined(separator: "\r\n") + "\r\n\r\n" + body), .close]
    }

    static func head(_ lines: String...) -> Act { .send(lines.joined(separator: "\r\n") + "\r\n\r\n") }

    private final class Log: Sendable {
        let heads = Mutex<[String]>([])
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let react: @Sendable (String) -> [Act]
        private let log: Log
        private var head = ""

        init(_ react: @escaping @Sendable (String) -> [Act], _ log: Log) { (self.react, self.log) = (react, log) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            head += String(buffer: unwrapInboundIn(data))
            guard let end = head.range(of: "\r\n\r\n") else { return }
            let length = head.firstMatch(of: /(?i)\r\ncontent-length: *([0-9]+)/).flatMap { Int($0.1) } ?? 0
            guard head[end.upperBound...].utf8.count >= length else { return }
            log.heads.withLock { $0.append(head) }
            Self.perform(react(head)[...], on: context.channel)
            head = ""
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private static func perform(_ acts: ArraySlice<Act>, on channel: any Channel) {
            guard let act = acts.first else { return }
            let rest = acts.dropFirst()
            switch act {
            case .send(let text):
                channel.writeAndFlush(ByteBuffer(string: text)).whenSuccess { perform(rest, on: channel) }
            case .wait(let seconds):
                channel.eventLoop.scheduleTask(in: .milliseconds(Int64(seconds * 1000))) { perform(rest, on: channel) }
            case .endless(let text, let pause): repeating(text, every: pause, on: channel)
            case .close: channel.close(promise: nil)
            case .reset:
                let linger = linger(l_onoff: 1, l_linger: 0)
                (channel as? any SocketOptionProvider)?.setSoLinger(linger).whenSuccess {
                    // Not even TLS says goodbye.
                    channel.pipeline.context(handlerType: NIOSSLServerHandler.self).whenComplete { result in
                        if case .success(let tls) = result {
                            tls.close(promise: nil)
                        } else {
                            channel.close(promise: nil)
                        }
                    }
                }
            }
        }

        private static func repeating(_ text: String, every milliseconds: Int64, on channel: any Channel) {
            let buffer = ByteBuffer(string: text)
            channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(milliseconds)) { task in
                guard channel.isActive else { return task.cancel() }
                if channel.isWritable { channel.writeAndFlush(buffer, promise: nil) }
            }
        }
    }
}
