// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOTLS
import XMLSecurity
import YAMLText

/// One request and its answer, which goes to the disk as it comes.
final class Download: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    enum Outcome: Sendable {
        case fetched(MetadataFetcher.Fetched)
        case redirect(String)
    }

    /// A thread for fetching alone, which may wait for the disk, and gives way to those that logins wait for.
    static let group = {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        // Of this thread alone, as Linux counts.
        group.next().execute { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10) }
        return group
    }()

    private let request: MetadataFetcher.Request
    private let folder: DocumentFolder
    private let limits: MetadataFetcher.Limits
    private let deadline: NIODeadline
    private let promise: EventLoopPromise<Outcome>

    private var draft: DocumentDraft?
    private var validators = MetadataFetcher.Validators()
    private var isHeadComplete = false
    private var isOver = false

    private init(
        _ request: MetadataFetcher.Request, _ folder: DocumentFolder, _ limits: MetadataFetcher.Limits,
        until deadline: NIODeadline, _ promise: EventLoopPromise<Outcome>
    ) {
        (self.request, self.folder, self.limits) = (request, folder, limits)
        (self.deadline, self.promise) = (deadline, promise)
    }

    /// Connects, asks, and closes the connection, whatever happened.
    static func run(
        _ request: MetadataFetcher.Request, _ target: MetadataFetcher.Target, _ folder: DocumentFolder,
        _ limits: MetadataFetcher.Limits, until deadline: NIODeadline
    ) async throws -> Outcome {
        let loop = group.next()
        let promise = loop.makePromise(of: Outcome.self)
        let connection = ClientBootstrap(group: loop)
            .resolver(CheckedAddresses(loop: loop, addresses: target.addresses))
            .connectTimeout(min(.seconds(limits.connectSeconds), deadline - .now()))
            .connect(host: request.address.hostName, port: request.address.portNumber)
        connection.flatMapThrowing { channel in
            let handler = Download(request, folder, limits, until: deadline, promise)
            try handler.install(on: channel, target.tls)
        }.cascadeFailure(to: promise)
        defer { connection.whenSuccess { $0.close(promise: nil) } }
        return try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            promise.fail(CancellationError())
        }
    }

    /// Only on the connection that won: nothing is asked on the others.
    private func install(on channel: any Channel, _ tls: NIOSSLContext?) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = 64 << 10
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderFieldCount = 100
        let decoder = HTTPResponseDecoder(limitConfiguration: limits)
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            // Addresses have no place in SNI; without a name the certificate has to be for the address.
            let host = IPAddress(request.address.hostName) == nil ? request.address.hostName : nil
            try pipeline.addHandler(try NIOSSLClientHandler(context: tls, serverHostname: host))
        }
        try pipeline.addHandlers([HTTPRequestEncoder(), ByteToMessageHandler(decoder), self])
    }

    // MARK: Asking

    func handlerAdded(context: ChannelHandlerContext) {
        let loop = context.eventLoop.assumeIsolated()
        loop.scheduleTask(in: .seconds(limits.headSeconds)) { [self] in
            if !isHeadComplete { give(.failure(FetchFault.noAnswer(limits.headSeconds))) }
        }
        loop.scheduleTask(deadline: deadline) { [self] in give(.failure(FetchFault.slow(limits.totalSeconds))) }
        // Also when nobody wants it any longer: then the end of the connection is not the end of the document.
        promise.futureResult.assumeIsolated().whenComplete { [self] _ in stop() }
        if request.address.scheme == "http" { ask(context) }
    }

    /// The library takes a certificate for the address of the other side for one for its name: whoever answers in place of
    /// the name server may have one. So the name is compared again, and nothing is asked before.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted = event as? TLSUserEvent else { return }
        do {
            let handler = try context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
            let certificate = try handler.peerCertificate.map { try Certificate(der: try $0.toDERBytes()) }
            guard certificate?.isFor(host: request.address.hostName) == true else {
                throw FetchFault.tls(FetchFault.otherName)
            }
            ask(context)
        } catch {
            give(.failure(error))
        }
    }

    private func ask(_ context: ChannelHandlerContext) {
        var headers: HTTPHeaders = [
            "Host": request.address.host + (request.address.port.map { ":\($0)" } ?? ""),
            "Accept": "application/samlmetadata+xml, application/xml, text/xml",
            // Without this line any coding would be welcome (RFC 9110 §12.5.3).
            "Accept-Encoding": "identity",
            "User-Agent": "Puente",
            "Connection": "close",
        ]
        if let tag = request.validators.entityTag { headers.add(name: "If-None-Match", value: tag) }
        if let date = request.validators.lastModified { headers.add(name: "If-Modified-Since", value: date) }
        let path = request.address.rest
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: path.hasPrefix("/") ? path : "/" + path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    // MARK: Answer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        do {
            switch unwrapInboundIn(data) {
            case .head(let head): try begin(head)
            case .body(let octets): try add(octets)
            case .end: try end()
            }
        } catch {
            give(.failure(error))
        }
    }

    private func begin(_ head: HTTPResponseHead) throws {
        isHeadComplete = true
        switch head.status.code {
        case 200: try beginDocument(head.headers)
        case 304 where !request.validators.isEmpty: give(.success(.fetched(.unchanged)))
        case 304: throw FetchFault.status(304, "without having been asked")
        case 301, 302, 303, 307, 308:
            guard let location = head.headers.first(name: "Location") else {
                throw FetchFault.status(head.status.code, "without a location")
            }
            give(.success(.redirect(location)))
        default: throw FetchFault.status(head.status.code, nil)
        }
    }

    private func beginDocument(_ headers: HTTPHeaders) throws {
        for coding in headers[canonicalForm: "Content-Encoding"] where coding.lowercased() != "identity" {
            throw FetchFault.coding(String(coding))
        }
        for coding in headers[canonicalForm: "Transfer-Encoding"] where coding.lowercased() != "chunked" {
            throw FetchFault.coding(String(coding))
        }
        if let length = headers.first(name: "Content-Length").flatMap({ Int($0) }) { try checkSize(length) }
        validators = MetadataFetcher.Validators(headers)
        draft = try folder.draft()
    }

    private func add(_ octets: ByteBuffer) throws {
        guard let draft else { return }
        try checkSize(draft.size + octets.readableBytes)
        try octets.withUnsafeReadableBytes { try draft.append($0) }
    }

    private func checkSize(_ size: Int) throws {
        guard size <= request.sizeLimit else { throw FetchFault.tooLarge(limit: request.sizeLimit) }
    }

    private func end() throws {
        if let draft { give(.success(.fetched(.document(try draft.keep(), validators)))) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        // What is no HTTP says more than that there is half a document.
        case let error as HTTPParserError where error != .invalidEOFState: give(.failure(error))
        default: give(.failure(half ?? error))
        }
    }

    func channelInactive(context: ChannelHandlerContext) { give(.failure(half ?? FetchFault.hungUp)) }

    private var half: FetchFault? { draft.map { .half(octets: $0.size) } }

    /// The first result counts: ``run`` then closes the connection.
    private func give(_ result: Result<Outcome, any Error>) {
        stop()
        promise.completeWith(result)
    }

    /// Nothing more is taken in, and what is half there is removed.
    private func stop() { (isOver, draft) = (true, nil) }
}

extension MetadataFetcher.Validators {
    /// Only what can be sent back as it is.
    init(_ headers: HTTPHeaders) {
        func only(_ name: String) -> String? {
            let values = headers[name]
            guard values.count == 1, values[0].utf8.count <= 512,
                values[0].utf8.allSatisfy({ (0x20...0x7E).contains($0) })
            else { return nil }
            return values[0]
        }
        self.init(entityTag: only("ETag"), lastModified: only("Last-Modified"))
    }
}
