// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto
public import Federation
public import Foundation
import Synchronization
import XMLSecurity

/// Seals exchanges for storage with AES-256-GCM: a copy of the store tells nothing without the key, and a row that was
/// altered, or moved to another exchange, does not open.
///
/// Nonces are random, so one key should seal no more than 2^32 times (NIST SP 800-38D §8.3).
public struct AtRest: Sendable {
    private let keys: [Key]
    private let recent = Recent()
    private var current: Key { keys[0] }

    /// - Parameter current: seals and opens. The older keys only open.
    public init(_ current: Key, older: [Key] = []) {
        keys = [current] + older
    }

    /// - Throws: ``StoreError/unavailable(_:)``.
    public func seal(_ exchange: Exchange) throws(StoreError) -> Sealed {
        let plain: Data
        do { plain = try JSONEncoder().encode(exchange) } catch { throw .unavailable("the exchange cannot be encoded") }
        let nonce = try randomOctets(Self.nonceLength)
        var tag = [UInt8](repeating: 0, count: Self.tagLength)
        let cipherText = current.run(.seal, Array(plain), nonce: nonce, tag: &tag, boundTo: exchange.id)
        guard let cipherText else { throw .unavailable("AES-256-GCM does not work") }
        let sealed = Sealed(keyID: current.id, octets: Data(nonce + cipherText + tag))
        recent.note(exchange, in: sealed)
        return sealed
    }

    /// - Throws: ``StoreError/unavailable(_:)`` if the key is not among ours, or what is inside is not what was sealed.
    public func open(_ sealed: Sealed, as id: Exchange.ID) throws(StoreError) -> Exchange {
        guard let key = keys.first(where: { $0.id == sealed.keyID }) else {
            let known = keys.map(\.id).joined(separator: ", ")
            throw .unavailable("an exchange is sealed with key \(sealed.keyID), which is none of ours: \(known)")
        }
        if let exchange = recent.exchange(id, in: sealed) { return exchange }
        let octets = [UInt8](sealed.octets)
        guard octets.count >= Self.nonceLength + Self.tagLength else {
            throw .unavailable("a sealed exchange is cut off")
        }
        var tag = Array(octets.suffix(Self.tagLength))
        let nonce = Array(octets.prefix(Self.nonceLength))
        let cipherText = Array(octets.dropFirst(Self.nonceLength).dropLast(Self.tagLength))
        guard let plain = key.run(.open, cipherText, nonce: nonce, tag: &tag, boundTo: id) else {
            throw .unavailable("a sealed exchange does not open with key \(key.id): it was altered")
        }
        do { return try JSONDecoder().decode(Exchange.self, from: Data(plain)) } catch {
            throw .unavailable("a stored exchange was written by another version")
        }
    }

    /// Drops what is remembered of exchanges that expired before `date`.
    public func forget(before date: Date) { recent.forget(before: date) }

    private static let nonceLength = 12
    private static let tagLength = 16
}

/// What was sealed lately, so that the steps of a login need not decode it again: the very same octets hold the very same
/// exchange.
private final class Recent: Sendable {
    private static let limit = 1024
    private let exchanges = Mutex<[Exchange.ID: (sealed: Sealed, exchange: Exchange)]>([:])

    func note(_ exchange: Exchange, in sealed: Sealed) {
        exchanges.withLock { exchanges in
            if exchanges.count >= Self.limit { exchanges.removeAll(keepingCapacity: true) }
            exchanges[exchange.id] = (sealed, exchange)
        }
    }

    func forget(before date: Date) {
        exchanges.withLock { $0 = $0.filter { $0.value.exchange.expiresAt >= date } }
    }

    func exchange(_ id: Exchange.ID, in sealed: Sealed) -> Exchange? {
        exchanges.withLock { exchanges in exchanges[id].flatMap { $0.sealed == sealed ? $0.exchange : nil } }
    }
}

/// An exchange that only the key can read: nonce (12 octets), cipher text, tag (16 octets).
public struct Sealed: Hashable, Sendable {
    public let keyID: String
    public let octets: Data

    public init(keyID: String, octets: Data) {
        self.keyID = keyID
        self.octets = octets
    }
}

extension AtRest {
    /// A secret of 32 octets. Shown as its name only.
    public struct Key: Sendable, CustomStringConvertible {
        /// The first 16 hexadecimal digits of the key's SHA-256, so that no one has to name keys.
        public let id: String
        let secret: SecretOctets

        /// Overwrites the octets that it is given; `nil` unless there are 32.
        public init?(taking octets: inout [UInt8]) {
            guard octets.count == 32 else { return nil }
            id = Array(DigestAlgorithm.sha256.hash(octets).prefix(8)).hexadecimal
            secret = SecretOctets(taking: &octets)
        }

        public var description: String { "key \(id)" }
    }
}

extension AtRest.Key {
    fileprivate enum Direction: Int32 {
        case open = 0
        case seal = 1
    }

    /// AES-256-GCM in either direction. Sealing fills `tag`, opening compares it; `nil` if that or anything else fails.
    fileprivate func run(
        _ direction: Direction, _ input: [UInt8], nonce: [UInt8], tag: inout [UInt8], boundTo id: Exchange.ID
    ) -> [UInt8]? {
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        let bound = Array("exchange \(id)".utf8)
        var output = [UInt8](repeating: 0, count: input.count)
        var (length, rest): (Int32, Int32) = (0, 0)
        let isReady = secret.withUnsafeBytes { key in
            EVP_CipherInit_ex(
                context, EVP_aes_256_gcm(), nil, key.bindMemory(to: UInt8.self).baseAddress, nonce, direction.rawValue)
        }
        guard isReady == 1,
            EVP_CipherUpdate(context, nil, &length, bound, Int32(bound.count)) == 1,
            EVP_CipherUpdate(context, &output, &length, input, Int32(input.count)) == 1,
            direction == .seal || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1,
            EVP_CipherFinal_ex(context, nil, &rest) == 1,
            direction == .open || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), &tag) == 1
        else { return nil }
        return output
    }
}

func randomOctets(_ count: Int) throws(StoreError) -> [UInt8] {
    do { return try randomBytes(count) } catch { throw .unavailable("the random generator does not work") }
}
