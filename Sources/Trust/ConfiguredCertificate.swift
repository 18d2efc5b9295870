// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Synchronization
import XMLSecurity

extension Certificate {
    private static let configured = Mutex<[Data: Certificate]>([:])

    /// One that an operator has written down. OpenSSL needs a fifth of a millisecond for each, and the file, the plan, the
    /// verifier and the calendar look at the same ones at every start: they are read once. What strangers send is not kept.
    ///
    /// - Parameter octets: DER or PEM.
    /// - Throws: `.keyUnusable`.
    static func configured(_ octets: Data) throws(XMLFault) -> Certificate {
        if let known = configured.withLock({ $0[octets] }) { return known }
        let certificate = try Certificate(pemOrDER: [UInt8](octets))
        configured.withLock { known in
            // More than the largest registry has: many were replaced since.
            if known.count >= 50_000 { known = [:] }
            known[octets] = certificate
        }
        return certificate
    }
}

extension [Data] {
    func read() throws(XMLFault) -> [Certificate] {
        var found: [Certificate] = []
        for octets in self { found.append(try .configured(octets)) }
        return found
    }
}
