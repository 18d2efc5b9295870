// SPDX-License-Identifier: EUPL-1.2
import Federation
import XMLSecurity
import YAMLText

/// Metadata that an operator put beside the trust list.
enum MetadataSource {
    /// Octets that one document may have.
    static let sizeLimit = XMLLimits.metadata.octets

    static func file(_ path: String) throws(Rejection) -> [UInt8] {
        do {
            return Array(try LocalFile.read(path, limit: sizeLimit))
        } catch {
            throw Rejection(.metadataUnavailable, path, expected: "a readable file", found: error.found)
        }
    }
}
