// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
public import YAMLText

/// Fetches documents from the web, trusting nobody: the address is ours to check, the time and the size are ours to limit,
/// and nothing but an octet stream comes back, into the folder, to be verified by its signature.
///
/// - HTTPS alone, TLS 1.2 or later, with a certificate for the name of the host. Proxies of the environment are not used.
/// - The name of the host is resolved once. Every address must be a public one or allowed, and the connection goes to one of
///   them: nobody can answer otherwise a moment later.
/// - Redirects are followed within the same scheme, host and port, at most three.
/// - Content coded for transfer, or of another status than 200 and 304, is refused.
public struct MetadataFetcher: Sendable {
    /// What a source said of a document, to be asked only for another one (RFC 9110 §8.8).
    public struct Validators: Hashable, Sendable, Codable {
        public var entityTag: String?
        public var lastModified: String?

        public init(entityTag: String? = nil, lastModified: String? = nil) {
            self.entityTag = entityTag
            self.lastModified = lastModified
        }

        var isEmpty: Bool { entityTag == nil && lastModified == nil }
    }

    public enum Fetched: Hashable, Sendable {
        /// The document that the validators are of.
        case unchanged
        /// Kept in the folder. Nothing in it is verified.
        case document(DocumentFolder.Digest, Validators)
    }

    public struct Limits: Sendable {
        /// For the name of the host, and again for the connection.
        public var connectSeconds = 10.0
        /// From the connection to the end of the head of the answer, TLS included.
        public var headSeconds = 10.0
        /// For everything. 60 seconds carry an aggregate of 50,000 entities, 270 MB, at 36 Mbit/s.
        public var totalSeconds = 60.0
        public var octets = 512 << 20

        public init() {}
    }

    /// All addresses of a host, as the system tells them. May block.
    public typealias Resolve = @Sendable (_ host: String) throws -> [IPAddress]

    let documents: DocumentFolder
    let limits: Limits
    private let policy: AddressPolicy
    private let allowsPlainLoopback: Bool
    private let resolve: Resolve

    /// - Parameters:
    ///   - allowed: blocks of addresses that may be connected to although they are not public.
    ///   - allowsPlainLoopback: whether `http://localhost` and the like are taken, for tests and the demo. The addresses have
    ///     to be allowed all the same.
    public init(
        documents: DocumentFolder, allowed: [AddressBlock] = [], allowsPlainLoopback: Bool = false,
        limits: Limits = Limits(), resolve: @escaping Resolve = HostLookup.system
    ) {
        self.documents = documents
        self.limits = limits
        policy = AddressPolicy(allowed: allowed)
        self.allowsPlainLoopback = allowsPlainLoopback
        self.resolve = resolve
    }

    /// - Parameters:
    ///   - authority: a PEM file with the only authorities to trust for TLS; `nil` for those of the system.
    ///   - validators: of a document that is still in the folder, or `nil` to get the document in any case.
    ///   - octets: the most that the document may have; never more than the limit.
    /// - Throws: ``Rule/metadataAddressRefused`` or ``Rule/metadataUnavailable``.
    public func fetch(
        _ url: String, trusting authority: String? = nil, unless validators: Validators? = nil, upTo octets: Int = .max
    ) async throws(Rejection) -> Fetched {
        let address = try admit(url)
        do {
            let deadline = NIODeadline.now() + .seconds(limits.totalSeconds)
            let target = try await target(address, trusting: authority)
            return try await follow(
                Request(address, validators ?? Validators(), upTo: min(octets, limits.octets)), target, until: deadline)
        } catch let rejection as Rejection {
            throw rejection
        } catch {
            throw FetchFault(error).rejection(of: address)
        }
    }

    private func admit(_ url: String) throws(Rejection) -> WebAddress {
        guard let address = WebAddress(url) else {
            throw Rejection(
                .metadataUnavailable, expected: "an https address without user name and without #", found: "another")
        }
        guard address.scheme == "https" || (allowsPlainLoopback && address.isLoopback) else {
            throw Rejection(.metadataAddressRefused, address.withoutQuery, expected: "https", found: address.scheme)
        }
        return address
    }

    /// Asks until somebody gives something else than another address.
    private func follow(
        _ first: Request, _ target: Target, until deadline: NIODeadline
    ) async throws -> Fetched {
        var request = first
        for _ in 0...3 {
            switch try await Download.run(request, target, documents, limits, until: deadline) {
            case .fetched(let fetched): return fetched
            case .redirect(let location): request.address = try request.address.redirected(to: location)
            }
        }
        throw Rejection(
            .metadataAddressRefused, first.address.withoutQuery, expected: "at most three redirects", found: "more")
    }

    // MARK: Preparing

    /// Where connections go, and how they are made safe.
    struct Target: Sendable {
        var addresses: [SocketAddress]
        /// `nil` without TLS.
        var tls: NIOSSLContext?
    }

    /// One request, but for where it goes.
    struct Request: Sendable {
        var address: WebAddress
        let validators: Validators
        let sizeLimit: Int

        init(_ address: WebAddress, _ validators: Validators, upTo sizeLimit: Int) {
            (self.address, self.validators, self.sizeLimit) = (address, validators, sizeLimit)
        }
    }

    private func target(_ address: WebAddress, trusting authority: String?) async throws -> Target {
        try await HostLookup.run(within: limits.connectSeconds) { [policy, resolve] in
            let literal = IPAddress(address.hostName)
            let addresses = try literal.map { [$0] } ?? resolve(address.hostName)
            guard !addresses.isEmpty else { throw FetchFault.unknownHost("no address") }
            try policy.check(addresses, of: address.withoutQuery)
            if address.scheme == "http", let other = addresses.first(where: { $0.specialUse != "loopback" }) {
                throw Rejection(
                    .metadataAddressRefused, address.withoutQuery, expected: "this machine, as it is http",
                    found: "\(other)")
            }
            return Target(
                addresses: try addresses.map { try SocketAddress(ipAddress: "\($0)", port: address.portNumber) },
                tls: address.scheme == "http" ? nil : try Self.context(trusting: authority))
        }
    }

    private static func context(trusting authority: String?) throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        if let authority { tls.trustRoots = .file(authority) }
        do { return try NIOSSLContext(configuration: tls) } catch {
            throw FetchFault.authority(authority ?? "the system's")
        }
    }
}

extension WebAddress {
    /// For texts: queries may hold secrets.
    var withoutQuery: String {
        "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")\(rest.prefix { $0 != "?" })"
    }

    var portNumber: Int { port ?? (scheme == "https" ? 443 : 80) }

    /// Where a redirect leads (RFC 9110 §10.2.2), if that is the same place.
    func redirected(to location: String) throws(Rejection) -> WebAddress {
        // A fragment is for whoever reads the document.
        let place = String(location.prefix { $0 != "#" })
        let resolved = URL(string: place, relativeTo: URL(string: description))?.absoluteString
        guard let next = resolved.flatMap(WebAddress.init) else {
            throw Rejection(
                .metadataAddressRefused, withoutQuery, expected: "a redirect to an address", found: "something else")
        }
        guard next.scheme == scheme, next.host.lowercased() == host.lowercased(), next.portNumber == portNumber else {
            throw Rejection(
                .metadataAddressRefused, withoutQuery, expected: "a redirect within the same host and port",
                found: "one to \(next.withoutQuery)")
        }
        return next
    }
}
