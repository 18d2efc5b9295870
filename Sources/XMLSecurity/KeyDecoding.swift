// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto
import Synchronization

/// The decoders of libcrypto for public keys, found once. `d2i_PUBKEY` and `d2i_X509` look through all that there are for each
/// key, which takes ten times as long as the rest of a certificate.
final class PublicKeyDecoder: Sendable {
    static let shared = PublicKeyDecoder()

    private struct Decoder {
        let context: OpaquePointer?
        /// Where the context puts the key that it reads.
        let key: UnsafeMutablePointer<OpaquePointer?>
    }

    /// For one key at a time.
    private let decoder: Mutex<Decoder>

    private init() {
        let key = UnsafeMutablePointer<OpaquePointer?>.allocate(capacity: 1)
        key.initialize(to: nil)
        let (form, structure): (StaticString, StaticString) = ("DER", "SubjectPublicKeyInfo")
        let context = OSSL_DECODER_CTX_new_for_pkey(
            key, form.text, structure.text, nil, PUENTE_PUBLIC_KEY, nil, nil)
        decoder = Mutex(Decoder(context: context, key: key))
    }

    /// - Parameter info: the DER of a SubjectPublicKeyInfo and nothing else.
    func key(_ info: [UInt8]) -> PublicKey? {
        let read = decoder.withLock { decoder in
            defer { decoder.key.pointee = nil }
            return info.withUnsafeBufferPointer { buffer in
                var start = buffer.baseAddress
                var rest = buffer.count
                let isRead = OSSL_DECODER_from_data(decoder.context, &start, &rest) == 1
                return decoder.key.pointee.map { (key: PublicKey(owning: $0), isWhole: isRead && rest == 0) }
            }
        }
        ERR_clear_error()
        guard let read, read.isWhole else { return nil }
        return read.key
    }
}

/// A certificate whose key libcrypto does not look for: it has no decoders there.
///
/// - Returns: `nil` unless the octets are one certificate and nothing else. To be freed with `X509_free`.
func readCertificateWithoutKey(_ der: [UInt8]) -> OpaquePointer? {
    der.withUnsafeBufferPointer { buffer in
        var end = buffer.baseAddress
        guard let certificate = ASN1_item_d2i_ex(nil, &end, buffer.count, X509_it(), Bare.library.context, nil) else {
            ERR_clear_error()
            return nil
        }
        guard end == buffer.baseAddress.map({ $0 + buffer.count }) else {
            X509_free(certificate)
            return nil
        }
        return certificate
    }
}

/// Of libcrypto, what needs no provider.
private struct Bare: @unchecked Sendable {
    let context: OpaquePointer?

    static let library: Bare = {
        let context = OSSL_LIB_CTX_new()
        // One that has none loads the default one when something is asked of it.
        OSSL_PROVIDER_load(context, "null")
        return Bare(context: context)
    }()
}
