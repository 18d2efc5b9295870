// SPDX-License-Identifier: EUPL-1.2
public import Hummingbird
public import NIOCore

/// What is known of a request of the public listener besides the request itself.
public struct PortalContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// Who is connected to us: the other side, or a reverse proxy in front.
    public let remoteAddress: SocketAddress?

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}
