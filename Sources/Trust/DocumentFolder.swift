// SPDX-License-Identifier: EUPL-1.2
import Foundation
import XMLSecurity

public struct DocumentFolder: Sendable {
    public struct Digest: Hashable, Sendable, Codable, RawRepresentable {
        public let rawValue: String
        public init?(rawValue: String) { self.rawValue = rawValue }
        init(of octets: [UInt8]) { rawValue = DigestAlgorithm.sha256.hash(octets).hexadecimal }
    }
    let path: String
    func keep(_ octets: [UInt8]) throws -> Digest {
        let d = Digest(of: octets)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data(octets).write(to: URL(fileURLWithPath: path + "/" + d.rawValue + ".xml"), options: .atomic)
        return d
    }
    func read(_ d: Digest) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + d.rawValue + ".xml")))
    }
}
