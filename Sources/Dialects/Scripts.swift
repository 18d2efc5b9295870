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
        let readable = others.compactMap { $0.text.isInLatinScript ? $0.text : $0.text.inLatinScript }.first
        let written = (readable.map { [AttributeValue($0)] } ?? []) + others.filter { $0.text != readable }
        return Attribute(name, written, from: origin)
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
    var isInLatinScript: Bool { unicodeScalars.allSatisfy { !$0.properties.isAlphabetic || $0.isLatin } }

    /// The transliteration, or `nil` if there is none into Latin script alone.
    fileprivate var inLatinScript: String? {
        let latin = self.applyingTransform(StringTransform.toLatin, reverse: false)
        return latin.flatMap { $0.isInLatinScript && !$0.isEmpty ? $0 : nil }
    }
}

extension Unicode.Scalar {
    /// The blocks that hold Latin letters (Unicode Blocks.txt), and marks that join letters of any script.
    fileprivate var isLatin: Bool {
        switch value {
        case 0x41...0x5A, 0x61...0x7A, 0xAA, 0xBA, 0xC0...0x2FF, 0x300...0x36F, 0x1D00...0x1DBF, 0x1DC0...0x1DFF,
            0x1E00...0x1EFF, 0x2071, 0x207F, 0x2090...0x209C, 0x212A...0x212B, 0x2C60...0x2C7F, 0xA722...0xA7FF,
            0xAB30...0xAB6F, 0xFB00...0xFB06, 0xFF21...0xFF3A, 0xFF41...0xFF5A:
            true
        default: false
        }
    }
}
