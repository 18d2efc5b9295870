// SPDX-License-Identifier: EUPL-1.2
import Dispatch
import Foundation
import NIOCore
import NIOPosix
import YAMLText

/// Names to addresses, off every pool that others need: the library call blocks as long as it likes.
public enum HostLookup {
    /// IPv4 and IPv6, in the order in which they should be tried (RFC 6724).
    public static let system: MetadataFetcher.Resolve = { host in
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else { throw FetchFault.unknownHost(String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        for entry in sequence(first: list, next: { $0?.pointee.ai_next }).compactMap({ $0?.pointee }) {
            guard let address = address(entry) else { throw FetchFault.unknownHost("an address of another family") }
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }

    private static func address(_ entry: addrinfo) -> IPAddress? {
        let raw = UnsafeRawPointer(entry.ai_addr)
        switch entry.ai_family {
        case AF_INET:
            return raw.map { $0.loadUnaligned(as: sockaddr_in.self).sin_addr }.flatMap { address in
                withUnsafeBytes(of: address) { IPAddress(octets: Array($0)) }
            }
        case AF_INET6:
            return raw.map { $0.loadUnaligned(as: sockaddr_in6.self).sin6_addr }.flatMap { address in
                withUnsafeBytes(of: address) { IPAddress(octets: Array($0)) }
            }
        default: return nil
        }
    }

    /// As many threads as there are names that nobody answers for: one slow server holds up no other country.
    private static let queue = DispatchQueue(label: "metadata lookup", attributes: .concurrent)

    /// Work that blocks. It is given up when its time is over, although it cannot be stopped.
    static func run<T: Sendable>(
        within seconds: Double, _ work: @escaping @Sendable () throws -> T
    ) async throws -> T {
        let loop = Download.group.next()
        let promise = loop.makePromise(of: T.self)
        queue.async { promise.completeWith(Result(catching: work)) }
        let end = loop.scheduleTask(in: .seconds(seconds)) { promise.fail(FetchFault.slowLookup(seconds)) }
        defer { end.cancel() }
        return try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            promise.fail(CancellationError())
        }
    }
}

/// Answers with what was checked already, so that a connection cannot go anywhere else. NIO tries the two families side by
/// side (RFC 8305).
struct CheckedAddresses: Resolver, Sendable {
    let loop: any EventLoop
    let addresses: [SocketAddress]

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        loop.makeSucceededFuture(addresses.filter { $0.protocol == .inet })
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        loop.makeSucceededFuture(addresses.filter { $0.protocol == .inet6 })
    }

    func cancelQueries() {}
}

extension TimeAmount {
    static func seconds(_ seconds: Double) -> TimeAmount { .milliseconds(Int64(seconds * 1000)) }
}
