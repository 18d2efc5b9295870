// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import HTTPTypes
public import NIOCore
import NIOHTTP1
public import NIOHTTPTypes
import NIOTLS

/// Watches one connection: how long the client may take for the head of a request, for all of it, and we for the answer.
/// What is no HTTP, or too much of it, is answered here, once, and ends the connection: nothing that follows is read.
///
/// Used on the event loop of its channel alone.
public final class ConnectionClock: ChannelDuplexHandler, RemovableChannelHandler {
    public typealias InboundIn = HTTPRequestPart
    public typealias InboundOut = HTTPRequestPart
    public typealias OutboundIn = HTTPResponsePart
    public typealias OutboundOut = HTTPResponsePart

    /// How long everything may take.
    public struct Patience: Sendable {
        public var head = TimeAmount.seconds(10)
        /// From the head to the end of the body. ``Form`` answers earlier to whoever is slow.
        public var body = TimeAmount.seconds(20)
        public var answer = TimeAmount.seconds(120)
        /// For the client to take the answer, when nothing more is read.
        public var farewell = TimeAmount.seconds(2)

        public init() {}
    }

    /// The answer to what never became a request.
    public typealias Refusal = @Sendable (Rule) -> (head: HTTPResponse, body: ByteBuffer)

    private let connections: Connections
    private let patience: Patience
    private let refusal: Refusal
    private var timer: Scheduled<Void>?
    /// Heads that came and have no answer yet.
    private var unanswered = 0
    private var hasBegun = false
    private var isReading = false
    /// The client sends no more requests, or may not.
    private var isLast = false
    /// The answer to the request that is being read has begun.
    private var isAnswering = false
    private var isOver = false
    /// How often something came after that.
    private var leftovers = 0
    /// What came last was the handshake of TLS.
    private var isGreeting = false

    public init(_ connections: Connections, patience: Patience = Patience(), refusal: @escaping Refusal) {
        self.connections = connections
        self.patience = patience
        self.refusal = refusal
    }

    public func handlerAdded(context: ChannelHandlerContext) {
        connections.enter(context.channel)
        let pipeline = context.pipeline.syncOperations
        do {
            // In front of what forgets the version and names one host.
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(HeadCheck(), position: .after(decoder))
        } catch { context.close(promise: nil) }  // Nobody is served unchecked.
    }

    public func handlerRemoved(context: ChannelHandlerContext) { leave(context) }

    public func channelInactive(context: ChannelHandlerContext) {
        leave(context)
        context.fireChannelInactive()
    }

    private func leave(_ context: ChannelHandlerContext) {
        timer?.cancel()
        connections.leave(context.channel)
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            (hasBegun, isReading) = (true, true)
            isLast = head.headerFields[.connection] == "close"
            unanswered += 1
            wait(patience.body, context) { [self] context in refuse(.tooSlow, context) }
        case .body: break
        case .end:
            (hasBegun, isReading) = (false, false)
            settle(context)
        }
        context.fireChannelRead(data)
    }

    /// Octets came. Where they are not the end of something, they are the beginning of the next head.
    public func channelReadComplete(context: ChannelHandlerContext) {
        if isOver {
            leftovers += 1
            // A little is taken, so that the answer is not lost; whoever does not stop is cut off.
            if leftovers > 64 { return context.close(promise: nil) }
        } else if !isGreeting, !hasBegun, unanswered == 0 {
            hasBegun = true
            wait(patience.head, context) { [self] context in refuse(.tooSlow, context) }
        }
        isGreeting = false
        context.fireChannelReadComplete()
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { isGreeting = true }
        context.fireUserInboundEventTriggered(event)
    }

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isOver else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        isAnswering = true
        switch unwrapOutboundIn(data) {
        case .head(var head) where isEarly || isFinal:
            head.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end where isEarly || isFinal:
            // Answered before all of it was there: nobody wants to read the rest. Or there is no rest.
            unanswered -= 1
            context.writeAndFlush(data, promise: promise)
            end(context)
        case .end:
            isAnswering = false
            unanswered -= 1
            settle(context)
            context.write(data, promise: promise)
        case .head, .body: context.write(data, promise: promise)
        }
    }

    /// Whether what is answered now is not there as a whole.
    private var isEarly: Bool { isReading && unanswered == 1 }

    /// Whether the connection ends with what is answered now.
    private var isFinal: Bool { isLast && unanswered == 1 }

    /// Nothing that comes from now on is read.
    private func end(_ context: ChannelHandlerContext) {
        isOver = true
        context.close(mode: .output, promise: nil)
        wait(patience.farewell, context) { $0.close(promise: nil) }
    }

    /// Either the client waits for us now, or we for the client; an idle connection is closed elsewhere.
    private func settle(_ context: ChannelHandlerContext) {
        guard !isReading else { return }
        connections.note(context.channel, awaitsClient: unanswered == 0)
        timer?.cancel()
        if unanswered > 0 { wait(patience.answer, context) { $0.close(promise: nil) } }
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is HTTPParserError where isLast && !isReading: break  // Behind the last request nothing counts.
        case HTTPParserError.headerOverflow: refuse(.headTooLarge, context)
        case is HTTPParserError, is HeadCheck.Fault: refuse(.notHTTP, context)
        default: context.fireErrorCaught(error)
        }
    }

    /// Nothing that comes after it is read: whatever it is, somebody may have understood it otherwise.
    private func refuse(_ rule: Rule, _ context: ChannelHandlerContext) {
        guard !isOver else { return }
        // An answer is on its way already, or comes before: another one now would belong to nothing.
        guard !isAnswering, unanswered == (isReading ? 1 : 0) else { return context.close(promise: nil) }
        var (head, body) = refusal(rule)
        head.headerFields[.connection] = "close"
        head.headerFields[.contentLength] = "\(body.readableBytes)"
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        end(context)
    }

    private func wait(
        _ time: TimeAmount, _ context: ChannelHandlerContext, _ then: @escaping (ChannelHandlerContext) -> Void
    ) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { then(context) }
    }
}
