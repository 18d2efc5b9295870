// SPDX-License-Identifier: EUPL-1.2
import Foundation
import FoundationXML
import Testing

@testable import Portal

@Suite("Assets")
struct AssetTests {
    @Test("No asset refers to another host or runs text as code", arguments: Asset.all)
    func ownAlone(asset: Asset) {
        let body = asset.body.replacing("http://www.w3.org/2000/svg", with: "")
        for word in ["http:", "https:", "//cdn", "url(", "@import", "eval(", "innerHTML", "Function(", "<script"] {
            #expect(!body.contains(word), "\(asset.path) has \(word)")
        }
    }

    @Test("The mark is well-formed SVG without style or script of its own")
    func favicon() {
        #expect(XMLParser(data: Data(Asset.favicon.body.utf8)).parse())
        #expect(!Asset.favicon.body.contains("style"))
    }

    @Test("Entity tags tell bodies apart")
    func entityTags() {
        #expect(Set(Asset.all.map(\.entityTag)).count == Asset.all.count)
        #expect(Asset(path: "/", contentType: "", body: "").entityTag == "\"cbf29ce484222325\"")
    }

    /// Text needs 4.5 to 1 (WCAG 2.1 §1.4.3), the edges of controls and the focus 3 to 1 (§1.4.11).
    static let pairs: [(String, String, Double)] = [
        ("ink", "page", 4.5), ("ink", "surface", 4.5), ("ink", "sunken", 4.5), ("quiet", "page", 4.5),
        ("quiet", "surface", 4.5),
        ("quiet", "sunken", 4.5), ("link", "page", 4.5), ("link", "surface", 4.5), ("link", "sunken", 4.5),
        ("on-brand", "brand", 4.5), ("on-brand", "brand-hover", 4.5), ("on-top", "top", 4.5),
        ("on-trial", "trial", 4.5),
        ("line", "page", 3), ("line", "surface", 3), ("brand", "page", 3), ("brand", "surface", 3),
        ("focus", "page", 3),
        ("focus", "surface", 3),
        ("focus", "sunken", 3),
    ]

    @Test("Colours that meet differ enough, by day and by night", arguments: pairs, [0, 1])
    func contrast(pair: (String, String, Double), scheme: Int) throws {
        let palettes = Asset.stylesheet.body.matches(of: /:root \{([^}]*)\}/).map { Self.palette($0.1) }
        let palette = palettes[scheme]
        let (first, second) = (try #require(palette[pair.0]), try #require(palette[pair.1]))
        let ratio = (max(first, second) + 0.05) / (min(first, second) + 0.05)
        #expect(ratio >= pair.2, "\(pair.0) on \(pair.1): \(ratio)")
    }

    /// Relative luminance by colour name.
    private static func palette(_ declarations: Substring) -> [String: Double] {
        let colours = declarations.matches(of: /--([a-z-]+): #([0-9a-f]{6});/).map { match in
            let rgb = Int(match.2, radix: 16) ?? 0
            let channels = [16, 8, 0].map { linear(Double((rgb >> $0) & 255) / 255) }
            return (String(match.1), 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2])
        }
        return Dictionary(colours) { first, _ in first }
    }

    private static func linear(_ channel: Double) -> Double {
        channel <= 0.03928 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4)
    }
}
