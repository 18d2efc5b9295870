// SPDX-License-Identifier: EUPL-1.2

/// Digests that we accept and produce (eIDAS Cryptographic Requirements 1.4 §3.1.1).
public enum DigestAlgorithm: String, Hashable, Sendable, CaseIterable {
    case sha256 = "http://www.w3.org/2001/04/xmlenc#sha256"
    case sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384"
    case sha512 = "http://www.w3.org/2001/04/xmlenc#sha512"

    public var uri: String { rawValue }
    /// Length of the digest in octets.
    public var length: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}

/// Signature algorithms that we accept and produce. Which of them a peer may use is its `SignaturePolicy`.
public enum SignatureAlgorithm: String, Hashable, Sendable, CaseIterable {
    case rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    case rsaSHA384 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"
    case rsaSHA512 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"
    case pssSHA256 = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
    case pssSHA384 = "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1"
    case pssSHA512 = "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1"
    case ecdsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
    case ecdsaSHA384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"
    case ecdsaSHA512 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"

    public enum Scheme: Hashable, Sendable { case pkcs1, pss, ecdsa }

    public var uri: String { rawValue }

    /// As operators write it: `rsa-sha512`, `rsa-pss-sha256`, `ecdsa-sha384`.
    public var name: String {
        switch scheme {
        case .pkcs1: "rsa-\(digest)"
        case .pss: "rsa-pss-\(digest)"
        case .ecdsa: "ecdsa-\(digest)"
        }
    }

    public var scheme: Scheme {
        switch self {
        case .rsaSHA256, .rsaSHA384, .rsaSHA512: .pkcs1
        case .pssSHA256, .pssSHA384, .pssSHA512: .pss
        case .ecdsaSHA256, .ecdsaSHA384, .ecdsaSHA512: .ecdsa
        }
    }

    public var digest: DigestAlgorithm {
        switch self {
        case .rsaSHA256, .pssSHA256, .ecdsaSHA256: .sha256
        case .rsaSHA384, .pssSHA384, .ecdsaSHA384: .sha384
        case .rsaSHA512, .pssSHA512, .ecdsaSHA512: .sha512
        }
    }
}

/// Which signatures are accepted from one side.
public struct SignaturePolicy: Hashable, Sendable {
    public var algorithms: Set<SignatureAlgorithm>
    /// The least number of bits of an RSA modulus. Elliptic curves are those of ``Curve``, all of 256 bits or more.
    public var minimumRSABits: Int

    public init(algorithms: Set<SignatureAlgorithm>, minimumRSABits: Int) {
        self.algorithms = algorithms
        self.minimumRSABits = minimumRSABits
    }

    /// Nodes: RSA-PSS and ECDSA only (Cryptographic Requirements 1.4 §3.3.1, §3.4).
    public static let eidas = SignaturePolicy(
        algorithms: Set(SignatureAlgorithm.allCases.filter { $0.scheme != .pkcs1 }), minimumRSABits: 3072)

    /// Cl@ve services and gateway: what the engines send, PKCS#1 v1.5 included (Cl@ve dossier §2.5, §11).
    public static let clave = SignaturePolicy(algorithms: Set(SignatureAlgorithm.allCases), minimumRSABits: 2048)
}

/// The named curves of Cryptographic Requirements 1.4 §3.4.
public enum Curve: String, Hashable, Sendable, CaseIterable {
    case p256 = "urn:oid:1.2.840.10045.3.1.7"
    case p384 = "urn:oid:1.3.132.0.34"
    case p521 = "urn:oid:1.3.132.0.35"
    case brainpoolP256r1 = "urn:oid:1.3.36.3.3.2.8.1.1.7"
    case brainpoolP384r1 = "urn:oid:1.3.36.3.3.2.8.1.1.11"
    case brainpoolP512r1 = "urn:oid:1.3.36.3.3.2.8.1.1.13"

    public var urn: String { rawValue }

    /// Octets of the order and of a coordinate.
    public var coordinateLength: Int {
        switch self {
        case .p256, .brainpoolP256r1: 32
        case .p384, .brainpoolP384r1: 48
        case .brainpoolP512r1: 64
        case .p521: 66
        }
    }

    /// The name by which libcrypto knows the curve.
    var libraryName: String {
        switch self {
        case .p256: "prime256v1"
        case .p384: "secp384r1"
        case .p521: "secp521r1"
        case .brainpoolP256r1: "brainpoolP256r1"
        case .brainpoolP384r1: "brainpoolP384r1"
        case .brainpoolP512r1: "brainpoolP512r1"
        }
    }
}

/// Content ciphers that we accept and produce: AES-GCM only (Cryptographic Requirements 1.4 §3.2.1).
public enum ContentCipher: String, Hashable, Sendable, CaseIterable {
    case aes128GCM = "http://www.w3.org/2009/xmlenc11#aes128-gcm"
    case aes192GCM = "http://www.w3.org/2009/xmlenc11#aes192-gcm"
    case aes256GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"

    public var uri: String { rawValue }

    /// As operators write it: `aes256-gcm`.
    public var name: String { "aes\(8 * keyLength)-gcm" }

    /// In octets.
    public var keyLength: Int {
        switch self {
        case .aes128GCM: 16
        case .aes192GCM: 24
        case .aes256GCM: 32
        }
    }
}

/// Hashes inside RSA-OAEP. SHA-1 is there for peers whose profile allows the old `rsa-oaep-mgf1p`.
public enum OAEPHash: Hashable, Sendable, CaseIterable {
    case sha1, sha256, sha384, sha512

    init?(digest uri: String?) {
        switch uri {
        case nil, "http://www.w3.org/2000/09/xmldsig#sha1": self = .sha1
        case DigestAlgorithm.sha256.uri: self = .sha256
        case DigestAlgorithm.sha384.uri: self = .sha384
        case DigestAlgorithm.sha512.uri: self = .sha512
        default: return nil
        }
    }

    init?(mgf uri: String?) {
        guard let uri else {
            self = .sha1
            return
        }
        guard let match = Self.allCases.first(where: { $0.mgfURI == uri }) else { return nil }
        self = match
    }

    public var digestURI: String {
        switch self {
        case .sha1: "http://www.w3.org/2000/09/xmldsig#sha1"
        case .sha256: DigestAlgorithm.sha256.uri
        case .sha384: DigestAlgorithm.sha384.uri
        case .sha512: DigestAlgorithm.sha512.uri
        }
    }

    public var mgfURI: String {
        switch self {
        case .sha1: "http://www.w3.org/2009/xmlenc11#mgf1sha1"
        case .sha256: "http://www.w3.org/2009/xmlenc11#mgf1sha256"
        case .sha384: "http://www.w3.org/2009/xmlenc11#mgf1sha384"
        case .sha512: "http://www.w3.org/2009/xmlenc11#mgf1sha512"
        }
    }
}

/// AES key wrap (RFC 3394) around a content key after key agreement.
public enum KeyWrap: String, Hashable, Sendable, CaseIterable {
    case aes128 = "http://www.w3.org/2001/04/xmlenc#kw-aes128"
    case aes192 = "http://www.w3.org/2001/04/xmlenc#kw-aes192"
    case aes256 = "http://www.w3.org/2001/04/xmlenc#kw-aes256"

    var keyLength: Int {
        switch self {
        case .aes128: 16
        case .aes192: 24
        case .aes256: 32
        }
    }
}

/// What is accepted when decrypting a message of one peer.
public struct EncryptionPolicy: Hashable, Sendable {
    /// Accept `rsa-oaep-mgf1p`, and SHA-1 inside OAEP: for peers whose highest version is below 1.4.
    public var allowsOldKeyTransport: Bool

    public init(allowsOldKeyTransport: Bool = false) { self.allowsOldKeyTransport = allowsOldKeyTransport }

    public static let eidas = EncryptionPolicy()
}

/// Algorithms that have no variants.
public enum AlgorithmURI {
    static let exclusiveC14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
    /// What is meant where nothing is said; never accepted.
    static let inclusiveC14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    static let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
    public static let rsaOAEP = "http://www.w3.org/2009/xmlenc11#rsa-oaep"
    public static let rsaOAEPMGF1P = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
    public static let ecdhES = "http://www.w3.org/2009/xmlenc11#ECDH-ES"
    static let concatKDF = "http://www.w3.org/2009/xmlenc11#ConcatKDF"
    static let encryptedElement = "http://www.w3.org/2001/04/xmlenc#Element"
    static let encryptedKeyReference = "http://www.w3.org/2001/04/xmlenc#EncryptedKey"
}
