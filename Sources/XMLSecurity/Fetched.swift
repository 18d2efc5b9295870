// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

/// An algorithm of libcrypto, looked up once: `EVP_sha256()` and its like are looked up anew at each use, which costs as
/// much as digesting some kilobytes.
///
/// libcrypto lets threads share what it hands out here.
struct Fetched: @unchecked Sendable {
    let handle: OpaquePointer?

    private init(cipher name: StaticString) { handle = EVP_CIPHER_fetch(nil, name.text, nil) }
    private init(digest name: StaticString) { handle = EVP_MD_fetch(nil, name.text, nil) }

    static let sha1 = Fetched(digest: "SHA1")
    static let sha256 = Fetched(digest: "SHA256")
    static let sha384 = Fetched(digest: "SHA384")
    static let sha512 = Fetched(digest: "SHA512")
    static let aes128GCM = Fetched(cipher: "AES-128-GCM")
    static let aes192GCM = Fetched(cipher: "AES-192-GCM")
    static let aes256GCM = Fetched(cipher: "AES-256-GCM")
    static let aes128Wrap = Fetched(cipher: "AES-128-WRAP")
    static let aes192Wrap = Fetched(cipher: "AES-192-WRAP")
    static let aes256Wrap = Fetched(cipher: "AES-256-WRAP")
}

extension StaticString {
    /// For a C function that may keep the pointer.
    var text: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}
