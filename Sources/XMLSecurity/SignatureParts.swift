// SPDX-License-Identifier: EUPL-1.2

/// A signature taken apart, with everything in it accounted for.
struct SignatureParts {
    /// What is covered, and how it becomes octets.
    struct Reference {
        let element: Element
        let prefixes: [String]
        let digest: DigestAlgorithm
        let digestValue: [UInt8]

        var uri: String? { element["URI"] }
    }

    let signature: Element
    let signedInfo: Element
    let signedInfoPrefixes: [String]
    let references: [Reference]
    let algorithm: SignatureAlgorithm
    let value: [UInt8]
    let shown: [[UInt8]]

    /// - Parameter enveloped: whether what is covered contains the signature.
    init(of signature: Element, enveloped: Bool, policy: SignaturePolicy) throws(XMLFault) {
        self.signature = signature
        var parts = try Parts(of: signature, attributes: ["Id"])
        signedInfo = try parts.next("SignedInfo")
        value = try parts.next("SignatureValue").octets(besides: ["Id"])
        shown = try Self.certificates(in: parts.nextIfAny("KeyInfo"))

        var info = try Parts(of: signedInfo, attributes: ["Id"])
        signedInfoPrefixes = try info.next("CanonicalizationMethod").exclusiveC14N()
        algorithm = try Self.algorithm(info.next("SignatureMethod"), policy)
        // Behind the algorithms: whoever uses another is told its name, not that of a detail.
        try parts.end()
        var found = [try info.next("Reference")]
        while !enveloped, found.count < 8, let next = info.nextIfAny("Reference") { found.append(next) }
        try info.end()
        var references: [Reference] = []
        for element in found { references.append(try Reference(element, enveloped: enveloped)) }
        self.references = references
    }

    private static func algorithm(_ method: Element, _ policy: SignaturePolicy) throws(XMLFault) -> SignatureAlgorithm {
        let uri = method["Algorithm"] ?? ""
        guard let algorithm = SignatureAlgorithm(rawValue: uri), policy.algorithms.contains(algorithm) else {
            throw XMLFault(.signatureAlgorithm, method.path, expected: "a permitted signature algorithm", found: uri)
        }
        try Parts(of: method, attributes: ["Algorithm"]).end()
        return algorithm
    }

    /// The certificates that KeyInfo shows. Keys shown in other ways (KeyValue, KeyName) select nothing.
    private static func certificates(in keyInfo: Element?) throws(XMLFault) -> [[UInt8]] {
        guard let keyInfo else { return [] }
        // Nobody signs it: no identifier and no part of a signature may hide in it.
        guard keyInfo.attributeNames(besides: ["Id"]).isEmpty,
            keyInfo.children.allSatisfy({ $0.namespaceURI != Namespace.ds.uri || shownKinds.contains($0.local) }),
            keyInfo.descendants.dropFirst().allSatisfy(mayShowKeys)
        else { throw XMLFault(.signatureStructure, keyInfo.path, expected: "what shows keys") }
        var found: [[UInt8]] = []
        for data in keyInfo.children(Namespace.ds("X509Data")) {
            guard data.attributeNames().isEmpty, !data.hasText else { throw XMLFault(.signatureStructure, data.path) }
            for certificate in data.children(Namespace.ds("X509Certificate")) { found.append(try certificate.octets()) }
        }
        guard found.count <= 10 else { throw XMLFault(.limit, keyInfo.path, found: "\(found.count) certificates") }
        return found
    }

    private static func mayShowKeys(_ element: Element) -> Bool {
        element.namespaceURI?.hasPrefix("urn:oasis:names:tc:SAML:") != true
            && !(element.namespaceURI == Namespace.ds.uri && hiddenKinds.contains(element.local))
            && !element.attributeNames().contains { $0.local.lowercased() == "id" }
    }

    /// Parts of a signature that show no key.
    private static let hiddenKinds: Set = [
        "Signature", "SignedInfo", "SignatureValue", "Reference", "Object", "Manifest", "SignatureProperties",
    ]

    /// XML Signature 1.1 §4.5.
    private static let shownKinds: Set = [
        "KeyName", "KeyValue", "RetrievalMethod", "X509Data", "PGPData", "SPKIData", "MgmtData",
    ]

    /// The trusted certificates that KeyInfo shows, or another one over the same key; all of them if it shows none.
    func candidates(among trusted: [Certificate]) throws(XMLFault) -> [Certificate] {
        if shown.isEmpty { return trusted }
        var keys = Set(trusted.lazy.filter { shown.contains($0.der) }.map(\.publicKeyInfo))
        // An unreadable certificate beside others is no reason to refuse; one alone is, as one of a stranger.
        if keys.isEmpty { keys = Set(shown.compactMap { try? Certificate(der: $0).publicKeyInfo }) }
        let candidates = trusted.filter { keys.contains($0.publicKeyInfo) }
        guard !candidates.isEmpty else { throw XMLFault(.keyUnknown, signature.path + "/KeyInfo") }
        return candidates
    }
}

extension SignatureParts.Reference {
    fileprivate init(_ element: Element, enveloped: Bool) throws(XMLFault) {
        var target = try Parts(of: element, attributes: ["URI", "Id", "Type"])
        prefixes = try Self.prefixes(of: target.next("Transforms"), enveloped: enveloped)
        digest = try Self.digest(target.next("DigestMethod"))
        digestValue = try target.next("DigestValue").octets()
        try target.end()
        guard digestValue.count == digest.length else { throw XMLFault(.digest, element.path) }
        try Self.check(type: element["Type"], at: element.path)
        self.element = element
    }

    /// What is referred to is a message or a part of one, never an Object, a Manifest or properties of the signature, whatever
    /// the words of other vocabularies may mean (XML Signature 1.1 §4.4.3.1).
    private static func check(type: String?, at place: String) throws(XMLFault) {
        guard let type, type.hasPrefix(Namespace.ds.uri) else { return }
        throw XMLFault(.signatureReference, place + "/@Type", expected: "no type of XML Signature", found: type)
    }

    /// Checks that it leads to the element: by its ID, or by nothing if it is the document element.
    func check(leadsTo target: Element, identifier: XMLName) throws(XMLFault) {
        let isDocument = uri == "" && target == target.tree.root
        guard leads(to: target, [identifier]) || isDocument else {
            throw XMLFault(
                .signatureReference, element.path + "/@URI", expected: target[identifier].map { "#" + $0 } ?? "",
                found: uri ?? "nothing")
        }
    }

    /// Whether it names an ID of the element, by a bare name: nothing that somebody else could take for an XPointer.
    func leads(to target: Element, _ identifiers: [XMLName]) -> Bool {
        identifiers.contains { identifier in
            guard let name = target[identifier], !name.isEmpty else { return false }
            // By octets: letters that only mean the same lead somewhere else.
            return uri?.utf8.elementsEqual(("#" + name).utf8) == true
                && !name.utf8.contains { " \t\r\n()".utf8.contains($0) }
        }
    }

    private static func digest(_ method: Element) throws(XMLFault) -> DigestAlgorithm {
        try Parts(of: method, attributes: ["Algorithm"]).end()
        let uri = method["Algorithm"] ?? ""
        guard let digest = DigestAlgorithm(rawValue: uri) else {
            throw XMLFault(.signatureAlgorithm, method.path, expected: "SHA-256, SHA-384 or SHA-512", found: uri)
        }
        return digest
    }

    /// Enveloped signature where it is one, then exclusive C14N: nothing more, nothing less, in this order.
    private static func prefixes(of transforms: Element, enveloped: Bool) throws(XMLFault) -> [String] {
        var steps = try Parts(of: transforms, attributes: [])
        if enveloped {
            let first = try steps.next("Transform")
            guard first["Algorithm"] == AlgorithmURI.enveloped else {
                throw XMLFault(
                    .signatureAlgorithm, first.path, expected: AlgorithmURI.enveloped, found: first["Algorithm"])
            }
            try Parts(of: first, attributes: ["Algorithm"]).end()
        }
        guard let second = steps.nextIfAny("Transform") else {
            // Where none is named, a node-set becomes octets by Canonical XML 1.0 (XML Signature 1.1 §4.4.3.2).
            throw XMLFault(
                .signatureAlgorithm, transforms.path, expected: AlgorithmURI.exclusiveC14N,
                found: AlgorithmURI.inclusiveC14N + ", implied")
        }
        let prefixes = try second.exclusiveC14N()
        if let third = steps.nextIfAny("Transform") {
            throw XMLFault(.signatureStructure, third.path, expected: "no more", found: third["Algorithm"])
        }
        try steps.end()
        return prefixes
    }
}

/// Parts of XML Signature.
extension Parts {
    fileprivate init(of element: Element, attributes: [String]) throws(XMLFault) {
        try self.init(of: element, attributes: attributes, else: .signatureStructure)
    }

    fileprivate mutating func next(_ name: String) throws(XMLFault) -> Element { try next(Namespace.ds(name)) }
    fileprivate mutating func nextIfAny(_ name: String) -> Element? { nextIfAny(Namespace.ds(name)) }
}

extension Element {
    fileprivate func octets(besides attributes: [String] = []) throws(XMLFault) -> [UInt8] {
        guard attributeNames(besides: attributes).isEmpty, let octets = base64, !octets.isEmpty else {
            throw XMLFault(.signatureStructure, path, expected: "Base64", found: "something else")
        }
        return octets
    }

    /// Checks that this method is exclusive C14N without comments, and returns its PrefixList.
    fileprivate func exclusiveC14N() throws(XMLFault) -> [String] {
        guard self["Algorithm"] == AlgorithmURI.exclusiveC14N else {
            throw XMLFault(.signatureAlgorithm, path, expected: AlgorithmURI.exclusiveC14N, found: self["Algorithm"])
        }
        let inner = children
        guard attributeNames() == ["Algorithm"], !hasText, inner.count <= 1 else {
            throw XMLFault(.signatureStructure, path)
        }
        guard let inclusive = inner.first else { return [] }
        guard inclusive.is(Namespace.ec("InclusiveNamespaces")), inclusive.attributeNames() == ["PrefixList"],
            !inclusive.hasChildren, !inclusive.hasText
        else { throw XMLFault(.signatureStructure, inclusive.path) }
        // Readers differ over the rest: tabs and line ends, which only references bring here, separate prefixes for Santuario
        // alone; two blanks have an empty prefix between them for libxmlsec1 alone, which is the default namespace.
        let list = (inclusive["PrefixList"] ?? "").utf8
        let pieces = list.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        var prefixes = pieces.map { String(Substring($0)) }
        if prefixes.last == "" { prefixes.removeLast() }
        guard list.allSatisfy({ $0 >= 32 }), !prefixes.contains("") else {
            throw XMLFault(.signatureStructure, inclusive.path)
        }
        guard prefixes.count <= 32 else { throw XMLFault(.limit, inclusive.path, found: "\(prefixes.count) prefixes") }
        return prefixes
    }
}
