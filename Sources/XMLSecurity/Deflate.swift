// SPDX-License-Identifier: EUPL-1.2
import CPuente

/// Raw DEFLATE (RFC 1951), as the Redirect binding uses it (SAML Bindings 2.0 §3.4.4.1).
public enum Deflate {
    /// - Parameter limit: the most octets that the result may have.
    /// - Returns: `nil` if the input is malformed, is followed by anything, or unpacks to more than `limit`.
    public static func inflate(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
        var failed = false
        let output = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            let written = cpuente_inflate(bytes, bytes.count, buffer.baseAddress, buffer.count)
            failed = written < 0
            count = max(0, written)
        }
        return failed ? nil : output
    }

    public static func deflate(_ bytes: [UInt8]) -> [UInt8]? {
        var failed = false
        let output = [UInt8](unsafeUninitializedCapacity: bytes.count + bytes.count / 100 + 64) { buffer, count in
            let written = cpuente_deflate(bytes, bytes.count, buffer.baseAddress, buffer.count)
            failed = written < 0
            count = max(0, written)
        }
        return failed ? nil : output
    }
}
