// SPDX-License-Identifier: EUPL-1.2

/// A file that the pages refer to. The program carries all of them itself.
public struct Asset: Hashable, Sendable {
    public let path: String
    public let contentType: String
    public let body: String
    /// A strong entity tag, quotes included: FNV-1a of the body, 64 bits. Tells versions apart; proves nothing.
    public let entityTag: String

    init(path: String, contentType: String, body: String) {
        self.path = path
        self.contentType = contentType
        self.body = body
        let hash = body.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        entityTag = "\"" + String(hash, radix: 16) + "\""
    }

    public static let all = [stylesheet, script, favicon]
}
