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
        // The decoders take other forms of keys as well.
        guard let form = decoded(info, X509_PUBKEY_it(), in: Bare.library.context) else { return nil }
        X509_PUBKEY_free(form)
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

/// A certificate whose key libcrypto does not look for. To be freed with `X509_free`.
func readCertificateWithoutKey(_ der: [UInt8]) -> OpaquePointer? { decoded(der, X509_it(), in: Bare.library.context) }

/// What the octets are in DER, to be freed as what it is.
///
/// - Returns: `nil` unless they are one such thing and nothing else.
func decoded(_ der: [UInt8], _ item: UnsafePointer<ASN1_ITEM>?, in library: OpaquePointer?) -> OpaquePointer? {
    der.withUnsafeBufferPointer { buffer in
        var end = buffer.baseAddress
        guard let value = ASN1_item_d2i_ex(nil, &end, buffer.count, item, library, nil) else {
            ERR_clear_error()
            return nil
        }
        guard end == buffer.baseAddress.map({ $0 + buffer.count }) else {
            ASN1_item_free(value, item)
            return nil
        }
        return value
    }
}

/// Of libcrypto, what needs no provider: there are no decoders to look through.
private struct Bare: @unchecked Sendable {
    let context: OpaquePointer?

    static let library: Bare = {
        let context = OSSL_LIB_CTX_new()
        // One that has none loads the default one when something is asked of it.
        OSSL_PROVIDER_load(context, "null")
        return Bare(context: context)
    }()
}
