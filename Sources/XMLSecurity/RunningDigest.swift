// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

/// The digest of octets that come in pieces. Belongs to one task at a time.
public final class RunningDigest {
    private let context = EVP_MD_CTX_new()
    private let algorithm: DigestAlgorithm

    public init(_ algorithm: DigestAlgorithm) {
        self.algorithm = algorithm
        EVP_DigestInit_ex(context, algorithm.method, nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    public func add(_ octets: UnsafeRawBufferPointer) { EVP_DigestUpdate(context, octets.baseAddress, octets.count) }

    /// The digest of everything so far. Ends it: nothing can be added afterwards.
    public func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: algorithm.length) { buffer, count in
            var written: UInt32 = 0
            EVP_DigestFinal_ex(context, buffer.baseAddress, &written)
            count = Int(written)
        }
    }
}
