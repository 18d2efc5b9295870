// SPDX-License-Identifier: EUPL-1.2
import Federation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import YAMLText

/// Why a document was not fetched, before it is told to an operator.
enum FetchFault: Error {
    case unknownHost(String)
    case slowLookup(Double)
    /// A file of authorities that cannot be used.
    case authority(String)
    case noConnection(String)
    case tls(String)
    case noAnswer(Double)
    case slow(Double)
    case hungUp
    case notHTTP(String)
    case status(UInt, String?)
    case coding(String)
    case tooLarge(limit: Int)
    case half(octets: Int)
    case cancelled
    case other(String)

    static let otherName = "a certificate for another name"

    init(_ error: any Error) {
        switch error {
        case let fault as FetchFault: self = fault
        case is CancellationError: self = .cancelled
        case let error as NIOConnectionError: self = .noConnection(Self.words(error))
        case let error as IOError: self = .noConnection(Self.words(error))
        case ChannelError.connectTimeout: self = .noConnection("no answer in time")
        case let error as HTTPParserError: self = .notHTTP(Self.words(error))
        case NIOSSLError.handshakeFailed(let error): self = .tls(Self.words(error))
        case NIOSSLError.uncleanShutdown: self = .hungUp
        case let error as NIOSSLError: self = .tls("\(error)")
        case let error as NIOSSLExtraError:
            self = .tls(error == .failedToValidateHostname ? Self.otherName : "\(error)")
        default: self = .other(String(describing: error))
        }
    }

    func rejection(of address: WebAddress) -> Rejection {
        let (expected, found) = words(address)
        return Rejection(.metadataUnavailable, address.withoutQuery, expected: expected, found: found)
    }

    private func words(_ address: WebAddress) -> (expected: String, found: String) {
        switch self {
        case .unknownHost(let cause): ("an address for \(address.hostName)", "none: \(cause)")
        case .slowLookup(let seconds): ("an address for \(address.hostName)", "none in \(Self.text(seconds))")
        case .authority(let path): ("a file of certificates", "none that can be read in \(path)")
        case .noConnection(let cause): ("a connection", cause)
        case .tls(let cause): ("TLS 1.2 or later with a certificate for \(address.hostName)", cause)
        case .noAnswer(let seconds): ("an answer", "none in \(Self.text(seconds))")
        case .slow(let seconds): ("the whole document in \(Self.text(seconds))", "it was not there yet")
        case .hungUp: ("an answer", "a closed connection")
        case .notHTTP(let cause): ("an answer in HTTP/1.1", cause)
        case .status(let code, let remark): ("status 200", "\(code)\(remark.map { " " + $0 } ?? "")")
        case .coding(let name): ("a document as it is", "one coded with \(name)")
        case .tooLarge(let limit): ("at most \(limit) octets", "more")
        case .half(let octets): ("the whole document", "\(octets) octets of it, then a closed connection")
        case .cancelled: ("an answer", "a stop of this node")
        case .other(let cause): ("an answer", cause)
        }
    }

    private static func text(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds)) seconds" : "\(seconds) seconds"
    }

    private static func words(_ error: NIOConnectionError) -> String {
        let failures = error.connectionErrors.map { failure in
            let cause = (failure.error as? IOError).map(words) ?? "no answer in time"
            return "\(failure.target.ipAddress ?? "?"): \(cause)"
        }
        return failures.isEmpty ? "no address" : failures.joined(separator: "; ")
    }

    private static func words(_ error: IOError) -> String { String(cString: strerror(error.errnoCode)) }

    private static func words(_ error: HTTPParserError) -> String {
        switch error {
        case .headerOverflow: "too many or too long header fields"
        case .invalidEOFState: "a closed connection"
        default: "something else (\(error))"
        }
    }

    /// BoringSSL names its reason in capitals, behind the name of its source.
    private static func words(_ error: BoringSSLError) -> String {
        let text = String(describing: error)
        let reason = text.firstMatch(of: /OPENSSL_internal:([A-Z0-9_]+)/).map { String($0.1) }
        switch reason {
        case "CERTIFICATE_VERIFY_FAILED": return "a certificate of another authority, or one out of its dates"
        case "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION": return "an older version"
        case "WRONG_VERSION_NUMBER": return "something else than TLS"
        case let reason?: return "a failed handshake (\(reason))"
        case nil: return "a failed handshake (\(text))"
        }
    }
}
