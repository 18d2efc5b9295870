// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import Trust

@Suite("Metadata from the network")
struct MetadataSourceTests {
    /// Begins a long document and adds one octet now and then, for ever.
    private final class Dripping: ChannelInboundHandler, Sendable {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data) else { return }
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "100000"])
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
            let channel = context.channel
            context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(50)) { task in
                guard channel.isActive else { return task.cancel() }
                channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: "<"))), promise: nil)
            }
        }
    }

    @Test("A country whose metadata drips holds nobody up", .timeLimit(.minutes(1)))
    func dripping() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMap { channel.pipeline.addHandler(Dripping()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        await #expect(throws: HTTPClientError.deadlineExceeded) {
            try await MetadataSource.fetch("http://127.0.0.1:\(port)/", with: client, within: 1)
        }
        try await client.shutdown()
        try await server.close()
    }
}
