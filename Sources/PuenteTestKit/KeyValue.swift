// SPDX-License-Identifier: EUPL-1.2
public import XMLSecurity

extension Certificate {
    /// A certificate, signed by nobody, over the key that a `ds:KeyValue` shows: the product trusts keys in certificates only.
    ///
    /// - Returns: `nil` where the element shows no key of a kind that is read here.
    public static func over(keyValue element: Element) throws -> Certificate? {
        guard let key = element.children.first.flatMap(publicKeyInfo) else { return nil }
        let algorithm = DER.sequence(DER.object("1.2.840.113549.1.1.11"))
        let nobody = DER.sequence()
        let validity = DER.sequence(DER.time("20000101000000Z"), DER.time("21000101000000Z"))
        let content = DER.sequence(
            DER.value(0xA0, DER.integer([2])), DER.integer([1]), algorithm, nobody, validity, nobody, key)
        return try Certificate(der: DER.sequence(content, algorithm, DER.bits([0])))
    }

    private static func publicKeyInfo(_ value: Element) -> [UInt8]? {
        switch value.local {
        case "RSAKeyValue":
            guard let modulus = value.only(Namespace.ds("Modulus"))?.base64,
                let exponent = value.only(Namespace.ds("Exponent"))?.base64
            else { return nil }
            return DER.sequence(
                DER.sequence(DER.object("1.2.840.113549.1.1.1"), DER.value(5, [])),
                DER.bits(DER.sequence(DER.integer(modulus), DER.integer(exponent))))
        case "ECKeyValue":
            guard let curve = value.only(Namespace.dsig11("NamedCurve"))?["URI"].flatMap(Curve.init),
                let point = value.only(Namespace.dsig11("PublicKey"))?.base64
            else { return nil }
            return DER.publicKey(point, on: curve)
        case "ECDSAKeyValue":
            // RFC 4050: coordinates in decimal.
            let all = value.descendants
            guard let curve = all.first(where: { $0.local == "NamedCurve" })?["URN"].flatMap(Curve.init),
                let x = all.first(where: { $0.local == "X" })?["Value"],
                let y = all.first(where: { $0.local == "Y" })?["Value"]
            else { return nil }
            let length = curve.coordinateLength
            return DER.publicKey([4] + DER.octets(decimal: x, length) + DER.octets(decimal: y, length), on: curve)
        case "DEREncodedKeyValue": return value.base64
        default: return nil
        }
    }
}

/// As much of the Distinguished Encoding Rules as a public key needs (X.690).
private enum DER {
    static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        switch count {
        case ..<128: return [tag, UInt8(count)] + content
        case ..<256: return [tag, 0x81, UInt8(count)] + content
        default: return [tag, 0x82, UInt8(count >> 8), UInt8(count & 255)] + content
        }
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { value(0x30, parts.reduce([], +)) }
    static func bits(_ content: [UInt8]) -> [UInt8] { value(3, [0] + content) }
    static func time(_ text: String) -> [UInt8] { value(0x18, Array(text.utf8)) }

    static func integer(_ magnitude: [UInt8]) -> [UInt8] {
        let digits = Array(magnitude.drop { $0 == 0 })
        return value(2, (digits.first ?? 0x80) >= 0x80 ? [0] + digits : digits)
    }

    static func object(_ dotted: String) -> [UInt8] {
        let numbers = dotted.split(separator: ".").compactMap { Int($0) }
        let octets = ([numbers[0] * 40 + numbers[1]] + numbers.dropFirst(2)).flatMap { number in
            var (digits, rest) = ([UInt8(number & 127)], number >> 7)
            while rest > 0 {
                digits.insert(UInt8(rest & 127 | 128), at: 0)
                rest >>= 7
            }
            return digits
        }
        return value(6, octets)
    }

    static func publicKey(_ point: [UInt8], on curve: Curve) -> [UInt8] {
        sequence(
            sequence(object("1.2.840.10045.2.1"), object(String(curve.urn.dropFirst("urn:oid:".count)))), bits(point))
    }

    static func octets(decimal text: String, _ length: Int) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: length)
        for digit in text.utf8.map({ Int($0) - 48 }) {
            var carry = digit
            for index in octets.indices.reversed() {
                carry += Int(octets[index]) * 10
                octets[index] = UInt8(carry & 255)
                carry >>= 8
            }
        }
        return octets
    }
}
