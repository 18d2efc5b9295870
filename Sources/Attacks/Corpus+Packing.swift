// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import XMLSecurity

extension Corpus {
    /// F03: what is done to the octets that the Redirect binding packs.
    static let packings: [Sample] = {
        var samples = Samples()
        typealias Pack = @Sendable ([UInt8]) -> [UInt8]
        let blanks = [UInt8](repeating: 0x20, count: 4_000_000)
        let packs: [(String, [Rule], Pack)] = [
            ("a bomb of 4 MB", [.deflate], { Deflate.deflate($0 + blanks) ?? [] }),
            ("octets behind the stream", [.deflate], { (Deflate.deflate($0) ?? []) + [0x41, 0x42] }),
            ("a second stream behind", [.deflate], { (Deflate.deflate($0) ?? []) + (Deflate.deflate($0) ?? []) }),
            ("cut short", [.deflate], { (Deflate.deflate($0) ?? []).dropLast(20) }),
            ("with the head of zlib", [.deflate], { [0x78, 0x9C] + (Deflate.deflate($0) ?? []) }),
            (
                "with the head of gzip", [.deflate],
                { [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + (Deflate.deflate($0) ?? []) }
            ),
            ("packed twice", [.xmlMalformed, .xmlEncoding], { Deflate.deflate(Deflate.deflate($0) ?? []) ?? [] }),
            ("not packed", [.deflate], { $0 }), ("nothing", [.base64, .deflate], { _ in [] }),
            ("a block that never ends", [.deflate], { _ in [0x00, 0xFF, 0xFF, 0x00, 0x00] }),
        ]
        for (title, rules, pack) in packs {
            samples.steps("F03", "\(title), signed", rules[0], rules[rules.count - 1], on: [.proxyService]) {
                attacker, _ in
                try await attacker.attempt(
                    try attacker.redirect { request in
                        let octets = pack(request.root.serialized())
                        let recipe = request.recipe
                        request.editsQuery = { query in
                            let message = "SAMLRequest=" + Base64.encode(octets).percentEncoded
                            let signed = [message, part("RelayState", of: query), part("SigAlg", of: query)]
                                .joined(separator: "&")
                            let value = try recipe.key.key().sign(Array(signed.utf8), recipe.algorithm)
                            return signed + "&Signature=" + Base64.encode(value).percentEncoded
                        }
                    })
            }
        }
        return samples.all
    }()
}
