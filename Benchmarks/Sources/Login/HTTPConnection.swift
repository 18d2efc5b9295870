// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// The least of an HTTP client: one connection to this machine that stays open, and answers with a Content-Length.
final class HTTPConnection {
    struct Answer {
        let status: Int
        let head: String
        let body: String

        /// `name=value` of the cookie that is set.
        var cookie: String? {
            head.firstMatch(of: /(?i)\r\nset-cookie: ([^;\r]+)/).map { String($0.1) }
        }

        /// What a hidden input of the page holds. Base64 and hexadecimal only, which need no decoding.
        func field(_ name: String) throws -> String {
            guard let start = body.firstRange(of: "name=\"\(name)\" value=\"") else {
                throw Failure("no \(name) in the answer \(status): \(body.prefix(2000))")
            }
            return String(body[start.upperBound...].prefix { $0 != "\"" })
        }
    }

    private let descriptor: Int32
    private let host: String

    /// - Parameter host: as the server knows itself.
    init(port: Int, host: String) throws {
        self.host = host
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            close(descriptor)
            throw Failure("nobody listens")
        }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    func get(_ path: String) throws -> Answer { try exchange("GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n") }

    func post(_ path: String, _ fields: KeyValuePairs<String, String>, cookie: String? = nil) throws -> Answer {
        let body = fields.map { $0.key + "=" + Self.escape($0.value) }.joined(separator: "&")
        return try exchange(
            "POST \(path) HTTP/1.1\r\nHost: \(host)\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + (cookie.map { "Cookie: \($0)\r\n" } ?? "") + "Content-Length: \(body.utf8.count)\r\n\r\n" + body)
    }

    /// Enough for Base64 and identifiers.
    private static func escape(_ text: String) -> String {
        String(
            decoding: text.utf8.flatMap { octet -> [UInt8] in
                switch octet {
                case UInt8(ascii: "+"): Array("%2B".utf8)
                case UInt8(ascii: "/"): Array("%2F".utf8)
                case UInt8(ascii: "="): Array("%3D".utf8)
                default: [octet]
                }
            }, as: UTF8.self)
    }

    private func exchange(_ request: String) throws -> Answer {
        var rest = Array(request.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw Failure("the connection is closed") }
            rest = rest.dropFirst(sent)
        }
        return try answer()
    }

    private func answer() throws -> Answer {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var needed: (head: Int, all: Int)?
        while needed.map({ received.count < $0.all }) ?? true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { throw Failure("the connection is closed") }
            received += buffer[..<count]
            if needed == nil, let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
                let length = head.firstMatch(of: /(?i)\r\ncontent-length: ([0-9]+)/).flatMap { Int($0.1) } ?? 0
                needed = (end.upperBound, end.upperBound + length)
            }
        }
        let head = String(decoding: received[..<(needed?.head ?? 0)], as: UTF8.self)
        let status = Int(head.dropFirst(9).prefix(3)) ?? 0
        return Answer(
            status: status, head: head, body: String(decoding: received[(needed?.head ?? 0)...], as: UTF8.self))
    }
}
