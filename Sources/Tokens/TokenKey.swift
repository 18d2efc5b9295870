// SPDX-License-Identifier: EUPL-1.2
import Synchronization
public import XMLSecurity

/// A private key in a token, reached through a PKCS#11 module.
///
/// Sessions are made when they are needed, one for each thread that works at the same time, and kept. When the token or a
/// session went away, all of them are given up and the work is tried once more with a new one.
public final class TokenKey: RemoteKey {
    private let module: Module
    private let address: TokenAddress
    private let publicKey: PublicKey
    private let pin: @Sendable () throws -> String
    private let idle = Mutex<[Session]>([])
    /// What this key was found not to know.
    let unknown = Mutex<Set<Mechanism>>([])

    /// - Parameters:
    ///   - uri: which key it is (RFC 7512).
    ///   - publicKey: its other half, of the certificate.
    ///   - pin: asked for whenever the token wants it, and not kept.
    /// - Throws: `.keyUnusable` if the module cannot be loaded, or the URI names no key.
    public init(
        module: String, uri: String, publicKey: PublicKey, pin: @escaping @Sendable () throws -> String
    ) throws(XMLFault) {
        guard let address = TokenAddress(uri) else {
            throw XMLFault(
                .keyUnusable, expected: "a PKCS#11 URI with token, and object or id", found: "another, or none")
        }
        self.address = address
        self.publicKey = publicKey
        self.pin = pin
        self.module = try Module.at(module)
    }

    deinit { giveUp() }

    public func sign(digest: [UInt8], _ algorithm: SignatureAlgorithm) throws(XMLFault) -> [UInt8] {
        let (bits, length) = (publicKey.modulusBits, (publicKey.modulusBits + 7) / 8)
        switch algorithm.scheme {
        case .ecdsa:
            guard case .ec(let curve) = publicKey.kind else { throw XMLFault(.keyUnusable, found: "\(publicKey.kind)") }
            return try work { session throws(TokenFailure) in
                try session.sign(.ecdsa, digest, length: 2 * curve.coordinateLength)
            }
        case .pkcs1:
            let info = RSAPadding.digestInfo(digest, algorithm.digest)
            guard let padded = RSAPadding.pkcs1(digest, algorithm.digest, bits: bits) else {
                throw XMLFault(.keyUnusable, found: "\(publicKey.kind)")
            }
            return try work(
                .pkcs1, { session throws(TokenFailure) in try session.sign(.pkcs1, info, length: length) },
                else: { session throws(TokenFailure) in try session.sign(.rsa, padded, length: length) })
        case .pss:
            guard let padded = try RSAPadding.pss(digest, algorithm.digest, bits: bits) else {
                throw XMLFault(.keyUnusable, found: "\(publicKey.kind)")
            }
            let way = Mechanism.pss(algorithm.digest)
            return try work(
                way, { session throws(TokenFailure) in try session.sign(way, digest, length: length) },
                else: { session throws(TokenFailure) in try session.sign(.rsa, padded, length: length) })
        }
    }

    public func decrypt(_ sealed: [UInt8], digest: OAEPHash, mgf: OAEPHash) throws(XMLFault) -> [UInt8]? {
        let length = (publicKey.modulusBits + 7) / 8
        guard sealed.count == length else { return nil }
        let way = Mechanism.oaep(digest: digest, mgf: mgf)
        let opened: Opened = try work(
            way, { session throws(TokenFailure) in .whole(try session.opened(way, sealed)) },
            else: { session throws(TokenFailure) in .padded(try session.opened(.rsa, sealed)) })
        switch opened {
        case .whole(let content): return content
        case .padded(let octets):
            guard var octets else { return nil }
            // A token may leave out the zeros in front.
            octets = [UInt8](repeating: 0, count: max(0, length - octets.count)) + octets
            defer { erase(&octets) }
            return RSAPadding.oaep(octets, digest: digest, mgf: mgf)
        }
    }

    public func secret(point: [UInt8]) throws(XMLFault) -> [UInt8] {
        guard case .ec(let curve) = publicKey.kind else { throw XMLFault(.keyUnusable, found: "\(publicKey.kind)") }
        let length = UInt8(point.count)
        // Some modules want the point as an OCTET STRING in DER (PKCS #11 2.40 Current Mechanisms §2.3.8 allows both).
        let wrapped = (length < 128 ? [4, length] : [4, 0x81, length]) + point
        return try work(
            .agreement([]),
            { session throws(TokenFailure) in try session.derive(point, length: curve.coordinateLength) },
            else: { session throws(TokenFailure) in try session.derive(wrapped, length: curve.coordinateLength) })
    }

    private enum Opened {
        case whole([UInt8]?)
        case padded([UInt8]?)
    }
}

extension Session {
    /// `nil` where the token says that the message cannot be opened.
    fileprivate func opened(_ mechanism: Mechanism, _ sealed: [UInt8]) throws(TokenFailure) -> [UInt8]? {
        do {
            return try decrypt(mechanism, sealed)
        } catch {
            if error.function == "C_Decrypt", !error.isLoss { return nil }
            throw error
        }
    }
}

// MARK: Sessions

extension TokenKey {
    private typealias Work<R> = (Session) throws(TokenFailure) -> R

    /// Does it one way, or another if the token or the key does not know the first.
    private func work<R>(_ way: Mechanism, _ first: Work<R>, else second: Work<R>) throws(XMLFault) -> R {
        try work { session throws(TokenFailure) in
            if !unknown.withLock({ $0.contains(way) }) {
                do throws(TokenFailure) { return try first(session) } catch {
                    guard error.isUnknownWay else { throw error }
                    unknown.withLock { _ = $0.insert(way) }
                }
            }
            return try second(session)
        }
    }

    private func work<R>(_ body: Work<R>) throws(XMLFault) -> R {
        do {
            do { return try attempt(body) } catch let failure as TokenFailure where failure.isLoss {
                giveUp()
                try module.initialize()
                return try attempt(body)
            }
        } catch let failure as TokenFailure {
            throw XMLFault(.internalFailure, expected: "\(address.tokenText) to work", found: failure.text)
        } catch let fault as XMLFault {
            throw fault
        } catch {
            throw XMLFault(
                .internalFailure, expected: "the PIN of \(address.tokenText)", found: "none that can be read")
        }
    }

    private func attempt<R>(_ body: Work<R>) throws -> R {
        let session = try idle.withLock { $0.popLast() } ?? Session(module, address, pin: pin)
        let result: R
        do { result = try body(session) } catch {
            session.close()
            throw error
        }
        idle.withLock { $0.append(session) }
        return result
    }

    private func giveUp() {
        let sessions = idle.withLock { sessions in
            defer { sessions = [] }
            return sessions
        }
        for session in sessions { session.close() }
    }
}

extension TokenAddress {
    /// As messages name it.
    var tokenText: String {
        let labels = token.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
        return "the token (\(labels))"
    }
}
