// SPDX-License-Identifier: EUPL-1.2
public import XMLSecurity

/// How a peer signs: everything that may be done otherwise than we do it, or wrongly.
public struct SignatureRecipe: Sendable {
    public var key: TestKey
    public var algorithm: SignatureAlgorithm
    public var digest: DigestAlgorithm
    /// `nil`: the ID of the element.
    public var reference: String?
    /// The PrefixList of the exclusive C14N transform: namespaces that the element mentions and does not use.
    public var prefixes: [Namespace] = []
    /// `nil`: that of the key; empty: no KeyInfo at all.
    public var shown: [Certificate]?
    /// Changes SignedInfo before it is signed.
    public var editsSignedInfo: @Sendable (inout XMLNode) throws -> Void = { _ in }
    /// Signs the octets of SignedInfo instead of the key.
    public var signs: (@Sendable ([UInt8]) throws -> [UInt8])?
    /// Changes the octets of the signature value.
    public var editsValue: @Sendable ([UInt8]) throws -> [UInt8] = { $0 }
    /// Changes the finished signature.
    public var editsSignature: @Sendable (inout XMLNode) throws -> Void = { _ in }

    public init(_ key: TestKey, _ algorithm: SignatureAlgorithm? = nil) {
        self.key = key
        self.algorithm = algorithm ?? (key.rawValue.hasPrefix("rsa") ? .pssSHA256 : .ecdsaSHA256)
        digest = self.algorithm.digest
    }

    /// The element with a signature put behind the given number of children.
    public func sign(_ element: XMLNode, behind index: Int) throws -> XMLNode {
        element.inserting(try signature(over: element), at: index)
    }

    public func signature(over element: XMLNode, identifier: XMLName = "ID") throws -> XMLNode {
        let hash = digest.hash(element.canonical(including: prefixes))
        var signedInfo = signedInfo(reference ?? element[identifier].map { "#" + $0 } ?? "", hash)
        try editsSignedInfo(&signedInfo)
        let octets = signedInfo.canonical()
        let value = try editsValue(try signs?(octets) ?? key.key().sign(octets, algorithm))
        let certificates = try shown ?? [key.certificate()]
        let data = XMLNode(
            Namespace.ds("X509Data"), [],
            certificates.map { XMLNode(Namespace.ds("X509Certificate"), text: $0.base64) })
        var signature = XMLNode(
            Namespace.ds("Signature"), [],
            [
                signedInfo, XMLNode(Namespace.ds("SignatureValue"), text: Base64.encode(value)),
                certificates.isEmpty ? nil : XMLNode(Namespace.ds("KeyInfo"), [], [data]),
            ])
        try editsSignature(&signature)
        return signature
    }

    private func signedInfo(_ uri: String, _ hash: [UInt8]) -> XMLNode {
        let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
        let list = prefixes.map(\.prefix).joined(separator: " ")
        let inclusive = prefixes.isEmpty ? nil : XMLNode(Namespace.ec("InclusiveNamespaces"), [("PrefixList", list)])
        let transforms = XMLNode(
            Namespace.ds("Transforms"), [],
            [
                XMLNode(
                    Namespace.ds("Transform"), [("Algorithm", "http://www.w3.org/2000/09/xmldsig#enveloped-signature")]),
                XMLNode(Namespace.ds("Transform"), [("Algorithm", exclusive)], [inclusive]),
            ])
        return XMLNode(
            Namespace.ds("SignedInfo"), [],
            [
                XMLNode(Namespace.ds("CanonicalizationMethod"), [("Algorithm", exclusive)]),
                XMLNode(Namespace.ds("SignatureMethod"), [("Algorithm", algorithm.uri)]),
                XMLNode(
                    Namespace.ds("Reference"), [("URI", uri)],
                    [
                        transforms, XMLNode(Namespace.ds("DigestMethod"), [("Algorithm", digest.uri)]),
                        XMLNode(Namespace.ds("DigestValue"), text: Base64.encode(hash)),
                    ]),
            ])
    }
}

extension XMLNode {
    /// Exclusive canonical XML with some more namespaces declared on the apex, as an InclusiveNamespaces PrefixList asks.
    /// Right only where nothing inside uses them.
    public func canonical(including namespaces: [Namespace]) -> [UInt8] {
        guard !namespaces.isEmpty else { return canonical() }
        let text = String(decoding: canonical(), as: UTF8.self)
        let end = text.firstIndex(of: ">") ?? text.endIndex
        let tag = text[..<end]
        let declared = tag.matches(of: /\x20xmlns:[^=]+="[^"]*"/).map { String($0.output) }
        let bare = declared.reduce(String(tag)) { $0.replacing($1, with: "", maxReplacements: 1) }
        let all = (declared + namespaces.map { " xmlns:\($0.prefix)=\"\($0.uri)\"" }).sorted()
        let nameEnd = bare.firstIndex(of: " ") ?? bare.endIndex
        return Array((bare[..<nameEnd] + all.joined() + bare[nameEnd...] + text[end...]).utf8)
    }
}
