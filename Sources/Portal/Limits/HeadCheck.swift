// SPDX-License-Identifier: EUPL-1.2
import NIOCore
import NIOHTTP1

/// Looks at the heads of requests as they came, before anything of them is left out: what HTTP demands of them, and whether
/// the connection ends with their answer.
///
/// - Spec: RFC 9112 §3.2, §6.1, §9.3.
final class HeadCheck: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// It is no HTTP/1, or can be read in two ways.
    struct Fault: Error {}

    private var isLast = false
    private var isOver = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard Self.isSound(head) else {
                isOver = true
                return context.fireErrorCaught(Fault())
            }
            context.fireChannelRead(wrapInboundOut(.head(settled(head))))
        case .body: context.fireChannelRead(data)
        case .end:
            isOver = isLast
            context.fireChannelRead(data)
        }
    }

    /// With one word for whoever follows: whether this is the last request. A client of HTTP/1.0 may ask for more of them,
    /// and need not get them.
    private func settled(_ head: HTTPRequestHead) -> HTTPRequestHead {
        var head = head
        isLast = !head.isKeepAlive || head.version == .http1_0
        head.headers.remove(name: "Connection")
        if isLast { head.headers.add(name: "Connection", value: "close") }
        return head
    }

    private static func isSound(_ head: HTTPRequestHead) -> Bool {
        let hosts = head.headers["Host"]
        return switch head.version {
        case .http1_1: hosts.count == 1 && isHost(hosts[0])
        // It knows no chunks: some see them, some do not.
        case .http1_0: hosts.count <= 1 && hosts.allSatisfy(isHost) && !head.headers.contains(name: "Transfer-Encoding")
        default: false
        }
    }

    /// Of the characters of a host and port; nothing, where an address has none (RFC 3986 §3.2).
    private static func isHost(_ text: String) -> Bool {
        text.utf8.allSatisfy { octet in
            switch octet {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-._~!$&'()*+,;=%:[]".utf8.contains(octet)
            }
        }
    }
}
