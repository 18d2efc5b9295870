// SPDX-License-Identifier: EUPL-1.2

/// A QR code for a short text, such as the address of a page: byte mode, error correction L, versions 1 to 5, mask 0.
///
/// - Spec: ISO/IEC 18004:2015. Readers take any mask; choosing the best of the eight only helps with poor prints.
struct QRCode: Sendable {
    /// By row and column; `true` is dark.
    let modules: [[Bool]]

    /// Octets of data and of error correction, by version (ISO/IEC 18004 table 9).
    private static let capacities = [(19, 7), (34, 10), (55, 15), (80, 20), (108, 26)]

    /// - Returns: `nil` for more than 106 octets of UTF-8.
    init?(_ text: String) {
        let octets = Array(text.utf8)
        guard let index = Self.capacities.firstIndex(where: { octets.count + 2 <= $0.0 }) else { return nil }
        let (data, correction) = Self.capacities[index]
        let words = Self.words(octets, count: data)
        var drawing = Drawing(version: index + 1)
        drawing.drawPatterns()
        drawing.place(words + ReedSolomon.remainder(of: words, degree: correction))
        modules = drawing.modules.map { $0.map { $0 ?? false } }
    }

    /// Mode, length, text, end, and padding (§7.4).
    private static func words(_ octets: [UInt8], count: Int) -> [UInt8] {
        var nibbles: [UInt8] = [4, UInt8(octets.count) >> 4, UInt8(octets.count) & 15]
        for octet in octets { nibbles += [octet >> 4, octet & 15] }
        nibbles.append(0)
        var words = stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
        while words.count < count { words.append((words.count - octets.count) % 2 == 0 ? 0xEC : 0x11) }
        return words
    }

    /// A picture of its own, with the quiet zone of four modules.
    var svg: String {
        let size = modules.count + 8
        let path = modules.enumerated().flatMap { row, line in
            line.enumerated().filter(\.element).map { column, _ in "M\(column + 4) \(row + 4)h1v1h-1z" }
        }.joined()
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size) \(size)" shape-rendering="crispEdges">
            <path d="M0 0h\(size)v\(size)H0z" fill="#fff"/><path d="\(path)" fill="#000"/>
            </svg>

            """
    }
}

/// The modules, as far as they are drawn.
private struct Drawing {
    var modules: [[Bool?]]
    private let size: Int

    init(version: Int) {
        size = 17 + 4 * version
        modules = Array(repeating: Array(repeating: nil, count: size), count: size)
    }

    /// Everything but the data (§6.3, §7.9).
    mutating func drawPatterns() {
        for (row, column) in [(3, 3), (3, size - 4), (size - 4, 3)] { drawSquare(row, column, radius: 4) }
        if size > 21 { drawSquare(size - 7, size - 7, radius: 2) }
        for index in 8..<(size - 8) {
            modules[6][index] = index % 2 == 0
            modules[index][6] = index % 2 == 0
        }
        drawFormat()
        modules[size - 8][8] = true
    }

    /// Rings around a centre: a finder with its separator, or an alignment pattern.
    private mutating func drawSquare(_ row: Int, _ column: Int, radius: Int) {
        let light = radius == 4 ? [2, 4] : [1]
        for y in max(0, row - radius)...min(size - 1, row + radius) {
            for x in max(0, column - radius)...min(size - 1, column + radius) {
                modules[y][x] = !light.contains(max(abs(y - row), abs(x - column)))
            }
        }
    }

    /// Error correction L and mask 0, with their own protection, twice.
    private mutating func drawFormat() {
        let format = 0b111_0111_1100_0100
        let down = [0, 1, 2, 3, 4, 5, 7, 8]
        for bit in 0..<15 {
            let isDark = format >> bit & 1 == 1
            if bit < 8 {
                modules[down[bit]][8] = isDark
                modules[8][size - 1 - bit] = isDark
            } else {
                modules[8][[7, 5, 4, 3, 2, 1, 0][bit - 8]] = isDark
                modules[size - 15 + bit][8] = isDark
            }
        }
    }

    /// In columns of two, from the right, up and down; every other module is turned round by the mask (§7.7.3, §7.8).
    mutating func place(_ words: [UInt8]) {
        let all: [Bool] = words.flatMap { word in (0..<8).map { word >> (7 - $0) & 1 == 1 } }
        var bits = all[...]
        var right = size - 1
        var isUpwards = true
        while right > 0 {
            if right == 6 { right -= 1 }
            for step in 0..<size {
                let row = isUpwards ? size - 1 - step : step
                for column in [right, right - 1] where modules[row][column] == nil {
                    modules[row][column] = (bits.popFirst() ?? false) != ((row + column) % 2 == 0)
                }
            }
            isUpwards.toggle()
            right -= 2
        }
    }
}

/// Error correction over the field of 256 elements that QR codes use (§7.5).
private enum ReedSolomon {
    static func remainder(of words: [UInt8], degree: Int) -> [UInt8] {
        let generator = generator(degree)
        var rest = [UInt8](repeating: 0, count: degree)
        for word in words {
            let factor = word ^ rest.removeFirst()
            rest.append(0)
            for index in rest.indices { rest[index] ^= multiply(generator[index], factor) }
        }
        return rest
    }

    /// The coefficients behind the first, which is one.
    private static func generator(_ degree: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: degree - 1) + [1]
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in result.indices {
                result[index] = multiply(result[index], root) ^ (index + 1 < degree ? result[index + 1] : 0)
            }
            root = multiply(root, 2)
        }
        return result
    }

    private static func multiply(_ a: UInt8, _ b: UInt8) -> UInt8 {
        var result = 0
        for bit in (0..<8).reversed() {
            result = result << 1 ^ (result >> 7) * 0x11D
            if b >> bit & 1 == 1 { result ^= Int(a) }
        }
        return UInt8(result)
    }
}
