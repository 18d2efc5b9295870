// SPDX-License-Identifier: EUPL-1.2

extension String {
    /// A JSON string in which everything is escaped that a reader might take for a line break, or a terminal for a command.
    package var quotedJSON: String {
        if utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) { return "\"" + self + "\"" }
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: result += "\\\(scalar)"
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
