// SPDX-License-Identifier: EUPL-1.2
import CLibCrypto

/// The octets of a key, in one place that nobody copies, and that is overwritten when nobody needs them any more.
///
/// Immutable after creation, so that threads may share it.
public final class SecretOctets: @unchecked Sendable {
    private let place: UnsafeMutableRawBufferPointer

    /// Takes the octets away: what they were given in is overwritten.
    public init(taking octets: inout [UInt8]) {
        place = .allocate(byteCount: octets.count, alignment: 16)
        place.copyBytes(from: octets)
        erase(&octets)
    }

    deinit {
        OPENSSL_cleanse(place.baseAddress, place.count)
        place.deallocate()
    }

    public var count: Int { place.count }

    /// For the time of `body` alone.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(place))
    }
}
