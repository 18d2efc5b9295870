// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import Federation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import XMLSecurity

/// HTTP to one source: HTTP/1.1, TLS 1.2 or later, no redirects, answers of at most 256 KiB.
///
/// Addresses may hold personal data, so neither they nor what a library says about them is ever told.
final class Transport: Sendable {
    static let sizeLimit = 256 << 10

    struct Credentials: Sendable {
        /// PEM of the certification authorities to trust instead of those of the system.
        var certificateAuthority: String?
        /// PEM of our client certificate with its chain, and of its key.
        var certificate: String?
        var key: String?
    }

    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
    }

    private let source: String
    private let client: HTTPClient

    /// Somebody whom our authorities know, but not the one that was asked for.
    private struct OtherName: Error {}

    /// - Parameter host: of every address that is asked, without brackets.
    /// - Throws: if a file cannot be used.
    init(source: String, host: String, _ credentials: Credentials) throws {
        self.source = source
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authority = credentials.certificateAuthority {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
        }
        if let certificate = credentials.certificate, let key = credentials.key {
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
        }
        _ = try NIOSSLContext(configuration: tls)
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        // Who is not there now is not there for this login: another source may be.
        configuration.connectionPool.retryConnectionEstablishment = false
        // How many go at once is limited before (``Turns``): here nobody waits where nobody sees it.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
        // Before anything is asked on a connection.
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.submit { try Self.check(channel, isFor: host) }.flatMapErrorThrowing { error in
                channel.close(promise: nil)
                throw error
            }
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// The library takes a certificate for the address of the other side for one for its name: whoever answers in place of
    /// the name server may have one. So the name is compared again.
    private static func check(_ channel: any Channel, isFor host: String) throws {
        // Without TLS there is nobody to know.
        guard let tls = try? channel.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self) else { return }
        let certificate = try tls.peerCertificate.map { try Certificate(der: try $0.toDERBytes()) }
        guard certificate?.isFor(host: host) == true else { throw OtherName() }
    }

    deinit { client.shutdown { _ in } }

    /// - Throws: ``Rule/sourceUnavailable`` where there is no answer, ``Rule/sourceInvalid`` where it is too large.
    func send(_ request: HTTPClientRequest, within seconds: Double) async throws -> Answer {
        var request = request
        request.headers.replaceOrAdd(name: "User-Agent", value: "Puente")
        do {
            let limit = TimeAmount.nanoseconds(Int64(max(0.001, seconds) * 1e9))
            let response = try await client.execute(request, timeout: limit)
            let body = try await response.body.collect(upTo: Self.sizeLimit)
            return Answer(status: Int(response.status.code), body: Array(buffer: body))
        } catch is NIOTooManyBytesError {
            throw Rejection(
                .sourceInvalid, source, expected: "at most \(Self.sizeLimit) octets", found: "a larger answer")
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as HTTPClientError where error == .cancelled {
            throw CancellationError()
        } catch {
            throw Rejection(.sourceUnavailable, source, expected: "an answer", found: Self.cause(of: error))
        }
    }

    /// The kind of failure, as far as it surely tells nothing of the request.
    private static func cause(of error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout: "none in time"
        case let error as HTTPClientError: error.shortDescription
        case is NIOConnectionError, is IOError: "no connection"
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError, is OtherName: "no TLS connection that we trust"
        default: String(describing: type(of: error))
        }
    }
}
