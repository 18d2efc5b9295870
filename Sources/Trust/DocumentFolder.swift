// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import XMLSecurity

public struct DocumentFolder: Sendable {
    public struct Digest: Hashable, Sendable, Codable, LosslessStringConvertible {
        public let rawValue: String
        public init?(_ text: String) { rawValue = text }
        init(of octets: [UInt8]) { rawValue = DigestAlgorithm.sha256.hash(octets).hexadecimal }
        public var description: String { rawValue }
    }
    public let path: String
    public init(path: String) { self.path = path }
    func path(of digest: Digest) -> String { "\(path)/\(digest).xml" }
    @discardableResult
    func keep(_ octets: [UInt8]) throws(Rejection) -> Digest {
        let d = Digest(of: octets)
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data(octets).write(to: URL(fileURLWithPath: path(of: d)), options: .atomic)
        } catch { throw Rejection(.metadataUnavailable, path, found: "\(error)") }
        return d
    }
    public func has(_ digest: Digest) -> Bool { access(path(of: digest), R_OK) == 0 }
    func read(_ d: Digest) throws(Rejection) -> [UInt8] {
        do { return Array(try Data(contentsOf: URL(fileURLWithPath: path(of: d)))) } catch {
            throw Rejection(.metadataUnavailable, path, found: "\(error)")
        }
    }
}
