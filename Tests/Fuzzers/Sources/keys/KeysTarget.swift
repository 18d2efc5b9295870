// SPDX-License-Identifier: EUPL-1.2
import FuzzKit
import PuenteTestKit

@testable import XMLSecurity

/// Files with keys: PEM and DER, PKCS#12, and signatures beside a file. What is read is one key in each of its forms, with its
/// own certificate; nothing but the signature that was made confirms anything.
///
/// The first octet chooses: `-` and `0` a file as it comes, PEM and DER; `s` a signature of one of our keys, and what to do to
/// its octets.
enum KeysTarget: FuzzTarget {
    static func seeds() throws -> [(name: String, octets: [UInt8])] {
        let folder = "Tests/Vectors/others/"
        var files = try OtherVector.all(.keyStore).map { try $0.octets() }
        files += try OtherVector.all(.privateKey).map { try $0.octets() }
        files += try TestKey.allCases.map { Array(try $0.key().pem().utf8) }
        files += try TestKey.allCases.map { Array(try $0.certificate().pem.utf8) }
        files.append(try Repository.octets(folder + "eidas-node/keys/test.p12"))
        files.append(try KeyStore.file("a", key.key(), [key.certificate()], passphrase: passphrase))
        files.append(try KeyStore.file("", key.key(), [key.certificate(), other.certificate()], passphrase: ""))
        for key in TestKey.curves {
            let der = try KeyStore.file("ñ", key.key(), [key.certificate()], passphrase: passphrase)
            files.append(der)
        }
        let scripts: [[UInt8]] = [[], [0, 1], [1, 2], [9, 255], [0, 0, 1]]
        let signatures = (0..<UInt8(signers.count)).flatMap { signer in
            scripts.map { Array("s".utf8) + [signer] + $0 }
        }
        return (files + signatures).enumerated().map { (name: "key-\($0.offset)", octets: $0.element) }
    }

    static func run(_ octets: [UInt8]) throws {
        if octets.first == UInt8(ascii: "s") {
            checkSignature(octets.dropFirst())
            return
        }
        try checkPrivate(octets)
        checkPublic(octets)
        // Whoever writes the file says how long it takes to open it; the operator writes it.
        if octets.first == 0x30, !octets.mayCountBeyondPatience { try checkStore(octets) }
    }

    // MARK: Keys

    private static let (key, other) = (TestKey.p256a, TestKey.p384)
    private static let text = Array("what was signed".utf8)
    private static let passphrase = "local-demo"

    private static func checkPrivate(_ octets: [UInt8]) throws {
        for password in [nil, passphrase] {
            guard let key = try? PrivateKey(pemOrDER: octets, password: password) else { continue }
            guard let pem = try? key.pem() else { continue }
            let again = promise("a key that is written is read") { try PrivateKey(pem: Array(pem.utf8)) }
            promise(again.kind == key.kind, "a key stays what it is")
            promise((try? again.pem()) == pem, "a key is written in one way")
        }
    }

    private static func checkPublic(_ octets: [UInt8]) {
        guard let key = try? PublicKey(pem: octets) else { return }
        promise(key.isSame(as: key), "a key is itself")
        guard !signers.contains(where: { $0.publicKey.isSame(as: key) }) else { return }
        for signer in signers {
            promise(!key.confirms(signer.signature, of: text), "another key confirms nothing")
        }
    }

    // MARK: Stores

    private static func checkStore(_ octets: [UInt8]) throws {
        for passphrase in [passphrase, ""] {
            guard let store = try? KeyStore(pkcs12: octets, passphrase: passphrase) else { continue }
            for entry in store.entries {
                guard let certificate = entry.chain.first else { continue }
                promise(entry.key.belongs(to: certificate.publicKey), "a key has its own certificate")
                promise(entry.chain.count <= store.certificates.count, "a chain ends")
                promise(Set(entry.chain).count == entry.chain.count, "a chain has no circle")
                // libcrypto writes no key that it would not read again.
                guard let name = entry.name, !name.isEmpty, !name.utf8.contains(0),
                    let file = try? KeyStore.file(name, entry.key, entry.chain, passphrase: passphrase)
                else { continue }
                let again = promise("what is written is read") { try KeyStore(pkcs12: file, passphrase: passphrase) }
                promise(again.entries.count == 1, "one key is one key")
                promise(again.entries.first?.key.belongs(to: certificate.publicKey) == true, "a key stays itself")
            }
        }
    }

    // MARK: Signatures

    private struct Signing {
        let key: PrivateKey
        let publicKey: PublicKey
        let signature: [UInt8]
    }

    private static let signers = scenery("our keys sign") {
        try [TestKey.p256a, .rsa2048a, .p521].map { key in
            Signing(
                key: try key.key(), publicKey: try key.certificate().publicKey,
                signature: try key.key().signDetached(text))
        }
    }

    /// - Parameter script: whose signature, then by what to change which octet; one octet more cuts off the last.
    private static func checkSignature(_ script: ArraySlice<UInt8>) {
        let signer = signers[Int(script.first ?? 0) % signers.count]
        var (signature, rest) = (signer.signature, script.dropFirst())
        while rest.count > 1 {
            signature[(Int(rest.removeFirst()) + signature.count - 1) % signature.count] ^= rest.removeFirst()
        }
        if !rest.isEmpty { signature.removeLast() }
        let isSame = signature == signer.signature
        promise(signer.publicKey.confirms(signature, of: text) == isSame, "nothing but the signature confirms")
        promise(!signer.publicKey.confirms(signature, of: text + [0]), "nothing else is confirmed")
        for other in signers where !other.publicKey.isSame(as: signer.publicKey) {
            promise(!other.publicKey.confirms(signature, of: text), "nobody else has signed")
        }
        guard case .ec(let curve) = signer.key.kind else { return }
        let length = curve.coordinateLength
        guard let fixed = ECDSASignature.fixedWidth(fromDER: signature, coordinateLength: length) else { return }
        let isConfirmed = signer.publicKey.confirms(fixed, of: text)
        let numbers = ECDSASignature.fixedWidth(fromDER: signer.signature, coordinateLength: length)
        promise(isConfirmed == (fixed == numbers), "nothing but its numbers confirms")
    }
}

extension [UInt8] {
    /// Whether a large number is in this DER: a PKCS#12 file that counts so far would be opened for minutes.
    fileprivate var mayCountBeyondPatience: Bool {
        indices.dropLast(2).contains { index in
            guard self[index] == 0x02, (3...8).contains(self[index + 1]) else { return false }
            return self[(index + 2)...].prefix(Int(self[index + 1])).reduce(0) { $0 << 8 | UInt64($1) } > 0x3_0000
        }
    }
}

@_cdecl("fuzz_keys_main")
func fuzzKeys(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    KeysTarget.main(count, arguments)
}
