// SPDX-License-Identifier: EUPL-1.2

/// An absolute http or https address without user name and without fragment, in the characters of RFC 3986.
public struct WebAddress: Hashable, Sendable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String
    /// A name, an IPv4 address, or an IPv6 address in brackets, as written.
    public let host: String
    public let port: Int?
    /// Path and query, as written; empty or beginning with `/` or `?`.
    public let rest: String

    /// `nil` for anything else. Nothing but the scheme is decoded, normalised or resolved.
    public init?(_ text: String) {
        guard let scheme = ["https", "http"].first(where: { text.prefix($0.count + 3).lowercased() == $0 + "://" }),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"\"#<>\\^`{|}".utf8.contains($0) })
        else { return nil }
        let tail = text.dropFirst(scheme.count + 3)
        let authority = tail.prefix { $0 != "/" && $0 != "?" }
        guard let (host, port) = Self.split(authority) else { return nil }
        (self.scheme, self.host, self.port) = (scheme, host, port)
        rest = String(tail.dropFirst(authority.count))
    }

    /// The host without brackets.
    public var hostName: String { host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host }

    /// This machine. Stands where an address is missing and has been reported.
    public static let loopback = WebAddress(scheme: "http", host: "localhost")

    private init(scheme: String, host: String) {
        (self.scheme, self.host, port, rest) = (scheme, host, nil, "")
    }

    public var description: String { "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")\(rest)" }

    /// Whether the host is this machine and nothing else, by its usual names.
    public var isLoopback: Bool { ["localhost", "127.0.0.1", "[::1]"].contains(host) }

    private static func split(_ authority: Substring) -> (String, Int?)? {
        let isBracketed = authority.hasPrefix("[")
        let end =
            isBracketed ? authority.firstIndex(of: "]").map(authority.index(after:)) : authority.firstIndex(of: ":")
        let host = authority[..<(end ?? authority.endIndex)]
        guard isBracketed ? isIPv6(host) : isName(host) else { return nil }
        let tail = authority[host.endIndex...]
        if tail.isEmpty { return (String(host), nil) }
        guard tail.hasPrefix(":"), tail.dropFirst().allSatisfy(\.isNumber), let port = Int(tail.dropFirst()),
            (1...65535).contains(port)
        else { return nil }
        return (String(host), port)
    }

    private static func isName(_ host: Substring) -> Bool {
        host.count <= 253
            && host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                !label.isEmpty && label.count <= 63 && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }

    private static func isIPv6(_ host: Substring) -> Bool {
        host.hasSuffix("]") && host.count > 3
            && host.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    }
}
