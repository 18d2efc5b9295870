// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Foundation

extension Attribute {
    /// The same name with a value in Latin script in the first place, as every kit of Cl@ve needs it: a sole value in another
    /// script makes the official engine refuse the whole answer (Cl@ve dossier §11).
    ///
    /// What the values are written in decides, not what the sender says of them. Where the sender gives no Latin value, one is
    /// made by the transliteration of Unicode (CLDR), and the original stays beside it.
    public func withLatinFirst() -> Attribute {
        let marked = values.map { AttributeValue($0.text, isLatin: $0.isLatin && $0.text.isInLatinScript) }
        guard marked.contains(where: { !$0.isLatin }) else { return self }
        let latin = marked.filter(\.isLatin)
        let others = marked.filter { !$0.isLatin }
        guard latin.isEmpty else { return Attribute(name, latin + others, from: origin) }
        // A value in Latin script that its sender calls otherwise is Latin enough for everybody.
        let readable = others.lazy.compactMap { $0.text.isInLatinScript ? $0.text : $0.text.inLatinScript }.first
        let written = (readable.map { [AttributeValue($0)] } ?? []) + others.filter { $0.text != readable }
        return Attribute(name, written, from: origin)
    }

    /// The same, or a refusal where no value in Latin script is there or can be made: no country and no service has a use for
    /// the others alone.
    ///
    /// - Throws: ``Rule/attributeInvalid``.
    func inLatin(at place: String) throws(Rejection) -> Attribute {
        let attribute = withLatinFirst()
        guard attribute.values.first?.isLatin ?? false else {
            throw Rejection(.attributeInvalid, place, expected: "a value in Latin script", found: "none")
        }
        return attribute
    }
}

extension String {
    /// The text of a stranger as a name on a page: no controls, no marks that turn text around or take no room, at most so
    /// many scalars; `nil` if no letter and no digit is left.
    func asName(of limit: Int) -> String? {
        let visible = unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .unassigned,
                .privateUse, .enclosingMark:
                " "
            default: scalar.properties.isDefaultIgnorableCodePoint ? " " : scalar
            }
        }
        let words = String(String.UnicodeScalarView(visible)).split(separator: " ").joined(separator: " ")
        let name = String(String.UnicodeScalarView(words.unicodeScalars.prefix(limit)))
        return name.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil }
            ? name : nil
    }

    /// Whether all letters are of the Latin script; what belongs to no script, such as an apostrophe, is no letter.
    var isInLatinScript: Bool { unicodeScalars.allSatisfy { $0.isLatin || !$0.properties.isAlphabetic } }

    /// The transliteration, or `nil` if there is none into Latin script alone, or if no name is as long: it costs the square
    /// of the length of a run of vowels.
    fileprivate var inLatinScript: String? {
        guard unicodeScalars.count <= 1000 else { return nil }
        let latin = self.applyingTransform(StringTransform.toLatin, reverse: false)
        return latin.flatMap { $0.isInLatinScript && !$0.isEmpty ? $0 : nil }
    }
}

extension Unicode.Scalar {
    /// Letters and marks of the scripts Latin, Common and Inherited (Unicode Scripts.txt): what the nodes call Latin
    /// (eIDAS dossier §3.8).
    var isLatin: Bool {
        value < 0x370 || Self.latin.contains { $0.contains(value) }
    }

    private static let latin: [ClosedRange<UInt32>] = [
        0x374...0x374, 0x640...0x640, 0x64B...0x655, 0x670...0x670, 0x1ABF...0x1AC0, 0x1ACC...0x1ACE, 0x1CE9...0x1CEC,
        0x1CEE...0x1CF3, 0x1CF5...0x1CF6, 0x1CFA...0x1CFA, 0x1D00...0x1D25, 0x1D2C...0x1D5C, 0x1D62...0x1D65,
        0x1D6B...0x1D77, 0x1D79...0x1DBE, 0x1DC0...0x1DFF, 0x1E00...0x1EFF, 0x2071...0x2071, 0x207F...0x207F,
        0x2090...0x209C, 0x2102...0x2125, 0x2127...0x214E, 0x2160...0x2188, 0x24B6...0x24E9, 0x2C60...0x2C7F,
        0x2E2F...0x2E2F, 0x3006...0x3006, 0x3031...0x3035, 0x303C...0x303C, 0x30FC...0x30FC, 0xA717...0xA7CD,
        0xA7D0...0xA7D1, 0xA7D3...0xA7D3, 0xA7D5...0xA7DC, 0xA7F2...0xA7FF, 0xA9CF...0xA9CF, 0xAB30...0xAB64,
        0xAB66...0xAB6F, 0xFB00...0xFB06, 0xFF21...0xFF3A, 0xFF41...0xFF5A, 0xFF70...0xFF70, 0xFF9E...0xFF9F,
        0x10780...0x107BA, 0x1D400...0x1D7CB, 0x1DF00...0x1DF2A, 0x1F130...0x1F149, 0x1F150...0x1F169,
        0x1F170...0x1F189,
    ]
}
