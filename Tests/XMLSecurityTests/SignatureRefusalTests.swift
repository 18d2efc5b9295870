// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

@testable import XMLSecurity

@Suite("Signatures that are refused")
struct SignatureRefusalTests {
    static func verify(_ node: XMLNode, _ key: TestKey = .p256a) throws -> XMLFault.Kind? {
        try verify(node.serialized(), key)
    }

    static func verify(_ octets: [UInt8], _ key: TestKey = .p256a) throws -> XMLFault.Kind? {
        try fault {
            _ = try XMLTree(parsing: octets).root.verifySignature(
                trusting: [key.certificate()], policy: .eidas, confirmedBy: nil)
        }
    }

    struct Tampering: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let kind: XMLFault.Kind
        let change: @Sendable (inout XMLNode) throws -> Void

        init(_ description: String, _ kind: XMLFault.Kind, _ change: @escaping @Sendable (inout XMLNode) throws -> Void)
        {
            (testDescription, self.kind, self.change) = (description, kind, change)
        }
    }

    static let tamperings = [
        Tampering("text", .digest) { try $0.setText(of: "Issuer", "https://other.example/") },
        Tampering("one blank more", .digest) { try $0.edit("Issuer") { $0.text += " " } },
        Tampering("attribute value", .digest) { $0.set("Version", "2.1") },
        Tampering("attribute added", .digest) { $0.set("Consent", "x") },
        Tampering("attribute removed", .digest) { $0.set("Version", nil) },
        Tampering("child removed", .digest) { try $0.remove("Body") },
        Tampering("child doubled", .digest) { try $0.double("Body") },
        Tampering("child added", .digest) { $0 = $0.appending(XMLNode(Namespace.one("Extra"))) },
        Tampering("children swapped", .digest) { $0.content.swapAt(0, 2) },
        Tampering("element renamed", .digest) { try $0.edit("Issuer") { $0.name = Namespace.two("Issuer") } },
        Tampering("DigestValue", .signatureValue) {
            try $0.setText(of: "DigestValue", Base64.encode(DigestAlgorithm.sha256.hash([])))
        },
        Tampering("DigestValue too short", .digest) { try $0.setText(of: "DigestValue", "AAAA") },
        Tampering("DigestValue empty", .signatureStructure) { try $0.setText(of: "DigestValue", "") },
        Tampering("DigestValue not Base64", .signatureStructure) { try $0.setText(of: "DigestValue", "A") },
        Tampering("DigestMethod", .digest) { try $0.set("Algorithm", of: "DigestMethod", DigestAlgorithm.sha512.uri) },
        Tampering("SignatureMethod of the same kind", .signatureValue) {
            try $0.set("Algorithm", of: "SignatureMethod", SignatureAlgorithm.ecdsaSHA384.uri)
        },
        Tampering("SignatureMethod of another kind", .keyWeak) {
            try $0.set("Algorithm", of: "SignatureMethod", SignatureAlgorithm.pssSHA256.uri)
        },
        Tampering("SignatureValue empty", .signatureStructure) { try $0.setText(of: "SignatureValue", "") },
        Tampering("SignatureValue of zeros", .signatureValue) {
            try $0.setText(of: "SignatureValue", Base64.encode([UInt8](repeating: 0, count: 64)))
        },
        Tampering("InclusiveNamespaces added to the transform", .signatureValue) {
            try $0.edit("Transforms") { transforms in
                var last = transforms.children[1]
                last = last.appending(XMLNode(Namespace.ec("InclusiveNamespaces"), [("PrefixList", "two")]))
                transforms.content[1] = .node(last)
            }
        },
    ]

    @Test("A change behind the signer's back is found", arguments: tamperings)
    func tampered(tampering: Tampering) throws {
        var signed = try SignatureRecipe(.p256a).sign(message, behind: 1)
        try tampering.change(&signed)
        #expect(try Self.verify(signed) == tampering.kind)
    }

    /// Forms that the signer itself wrote, properly signed, and that the profile does not allow.
    static let forms = [
        Tampering("SHA-1 as digest", .signatureAlgorithm) {
            try $0.set("Algorithm", of: "DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1")
        },
        Tampering("ECDSA with SHA-1", .signatureAlgorithm) {
            try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1")
        },
        Tampering("RSA with SHA-1", .signatureAlgorithm) {
            try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2000/09/xmldsig#rsa-sha1")
        },
        Tampering("PKCS#1 v1.5", .signatureAlgorithm) {
            try $0.set("Algorithm", of: "SignatureMethod", SignatureAlgorithm.rsaSHA256.uri)
        },
        Tampering("HMAC", .signatureAlgorithm) {
            try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
        },
        Tampering("DSA", .signatureAlgorithm) {
            try $0.set("Algorithm", of: "SignatureMethod", "http://www.w3.org/2009/xmldsig11#dsa-sha256")
        },
        Tampering("no SignatureMethod", .signatureStructure) { try $0.remove("SignatureMethod") },
        Tampering("HMACOutputLength", .signatureStructure) {
            try $0.edit("SignatureMethod") { $0 = $0.appending(XMLNode(Namespace.ds("HMACOutputLength"), text: "0")) }
        },
        Tampering("PSS parameters", .signatureStructure) {
            try $0.edit("SignatureMethod") {
                $0 = $0.appending(XMLNode(Namespace("pss", "http://www.w3.org/2007/05/xmldsig-more#")("RSAPSSParams")))
            }
        },
        Tampering("inclusive C14N of SignedInfo", .signatureAlgorithm) {
            try $0.set("Algorithm", of: "CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
        },
        Tampering("C14N of SignedInfo with comments", .signatureAlgorithm) {
            try $0.set("Algorithm", of: "CanonicalizationMethod", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments")
        },
        Tampering("no transforms", .signatureStructure) { try $0.remove("Transforms") },
        Tampering("one transform", .signatureAlgorithm) { try $0.remove("Transform") },
        Tampering("three transforms", .signatureStructure) {
            try $0.edit("Transforms") { $0 = $0.appending($0.children[1]) }
        },
        Tampering("transforms swapped", .signatureAlgorithm) { try $0.edit("Transforms") { $0.content.swapAt(0, 1) } },
        Tampering("XPath", .signatureAlgorithm) {
            try $0.set("Algorithm", of: "Transform", "http://www.w3.org/TR/1999/REC-xpath-19991116")
        },
        Tampering("XSLT", .signatureAlgorithm) {
            try $0.edit("Transforms") {
                $0.content[1] = .node(
                    XMLNode(Namespace.ds("Transform"), [("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")]))
            }
        },
        Tampering("parameters of the enveloped transform", .signatureStructure) {
            try $0.edit("Transform") { $0 = $0.appending(XMLNode(Namespace.ds("XPath"), text: "1")) }
        },
        Tampering("a Reference to an Object", .signatureReference) {
            try $0.set("Type", of: "Reference", "http://www.w3.org/2000/09/xmldsig#Object")
        },
        Tampering("a Reference to a Manifest", .signatureReference) {
            try $0.set("Type", of: "Reference", "http://www.w3.org/2000/09/xmldsig#Manifest")
        },
        Tampering("a Reference to properties", .signatureReference) {
            try $0.set("Type", of: "Reference", "http://www.w3.org/2000/09/xmldsig#SignatureProperties")
        },
        Tampering("two References", .signatureStructure) { try $0.double("Reference") },
        Tampering("no Reference", .signatureStructure) { try $0.remove("Reference") },
        Tampering("Reference without URI", .signatureReference) { try $0.set("URI", of: "Reference", nil) },
        Tampering("Reference to another ID", .signatureReference) { try $0.set("URI", of: "Reference", "#_m2") },
        Tampering("Reference without hash", .signatureReference) { try $0.set("URI", of: "Reference", "_m1") },
        Tampering("Reference to nothing but a hash", .signatureReference) { try $0.set("URI", of: "Reference", "#") },
        Tampering("XPointer", .signatureReference) { try $0.set("URI", of: "Reference", "#xpointer(id('_m1'))") },
        Tampering("XPointer to the root", .signatureReference) { try $0.set("URI", of: "Reference", "#xpointer(/)") },
        Tampering("reference by HTTP", .signatureReference) {
            try $0.set("URI", of: "Reference", "http://127.0.0.1:1/#_m1")
        },
        Tampering("reference to a file", .signatureReference) {
            try $0.set("URI", of: "Reference", "file:///etc/passwd")
        },
        Tampering("reference to data", .signatureReference) { try $0.set("URI", of: "Reference", "data:,x") },
        Tampering("percent-encoded reference", .signatureReference) { try $0.set("URI", of: "Reference", "#%5Fm1") },
        Tampering("blank in the reference", .signatureReference) { try $0.set("URI", of: "Reference", "#_m1 ") },
        Tampering("unknown attribute", .signatureStructure) { try $0.set("Foo", of: "Reference", "x") },
        Tampering("text in SignedInfo", .signatureStructure) { $0.content.append(.text("x")) },
        Tampering("InclusiveNamespaces twice", .signatureStructure) {
            try $0.edit("CanonicalizationMethod") {
                $0.content = [
                    .node(XMLNode(Namespace.ec("InclusiveNamespaces"), [("PrefixList", "a")])),
                    .node(XMLNode(Namespace.ec("InclusiveNamespaces"), [("PrefixList", "b")])),
                ]
            }
        },
        Tampering("a line end in a PrefixList", .signatureStructure) { try $0.setPrefixList("one\ntwo") },
        Tampering("CR and LF in a PrefixList", .signatureStructure) { try $0.setPrefixList("one\r\ntwo") },
        Tampering("two blanks in a PrefixList", .signatureStructure) { try $0.setPrefixList("one  two") },
        Tampering("a blank before a PrefixList", .signatureStructure) { try $0.setPrefixList(" one") },
        Tampering("a blank alone as PrefixList", .signatureStructure) { try $0.setPrefixList(" ") },
        Tampering("a hundred prefixes", .limit) {
            try $0.setPrefixList((0..<100).map { "p\($0)" }.joined(separator: " "))
        },
    ]

    @Test("A form that the profile does not know is refused, however well it is signed", arguments: forms)
    func form(tampering: Tampering) throws {
        var recipe = SignatureRecipe(.p256a)
        recipe.editsSignedInfo = tampering.change
        #expect(try Self.verify(try recipe.sign(message, behind: 1)) == tampering.kind)
    }

    static let structures = [
        Tampering("two SignedInfo", .signatureStructure) { try $0.double("SignedInfo") },
        Tampering("two SignatureValue", .signatureStructure) { try $0.double("SignatureValue") },
        Tampering("SignatureValue with an attribute", .signatureStructure) {
            try $0.set("ID", of: "SignatureValue", "_x")
        },
        Tampering("KeyInfo with an attribute", .signatureStructure) { try $0.set("ID", of: "KeyInfo", "_x") },
        Tampering("X509Data with an attribute", .signatureStructure) { try $0.set("ID", of: "X509Data", "_x") },
        Tampering("X509Certificate with an attribute", .signatureStructure) {
            try $0.set("ID", of: "X509Certificate", "_x")
        },
        Tampering("a part of a signature in KeyInfo", .signatureStructure) {
            try $0.edit("KeyInfo") { $0.content.append(.node(XMLNode(Namespace.ds("SignatureValue"), text: "AAAA"))) }
        },
        Tampering("text in X509Data", .signatureStructure) {
            try $0.edit("X509Data") { $0.content.append(.text("x")) }
        },
        Tampering("two KeyInfo", .signatureStructure) { try $0.double("KeyInfo") },
        Tampering("no SignatureValue", .signatureStructure) { try $0.remove("SignatureValue") },
        Tampering("no SignedInfo", .signatureStructure) { try $0.remove("SignedInfo") },
        Tampering("Object", .signatureStructure) { $0 = $0.appending(XMLNode(Namespace.ds("Object"))) },
        Tampering("KeyInfo before the value", .signatureStructure) { $0.content.swapAt(1, 2) },
        Tampering("SignedInfo of another namespace", .signatureStructure) {
            try $0.edit("SignedInfo") { $0.name = Namespace.two("SignedInfo") }
        },
        Tampering("eleven certificates", .limit) {
            try $0.edit("X509Data") { $0.content = Array(repeating: $0.content[0], count: 11) }
        },
        Tampering("a certificate that is not Base64", .signatureStructure) {
            try $0.setText(of: "X509Certificate", "*")
        },
        Tampering("a certificate of no bytes", .signatureStructure) { try $0.setText(of: "X509Certificate", "") },
        Tampering("a certificate that is none", .keyUnknown) { try $0.setText(of: "X509Certificate", "AAAA") },
    ]

    @Test("A signature with parts that do not belong is refused", arguments: structures)
    func structure(tampering: Tampering) throws {
        var recipe = SignatureRecipe(.p256a)
        recipe.editsSignature = tampering.change
        #expect(try Self.verify(try recipe.sign(message, behind: 1)) == tampering.kind)
    }

    @Test("No signature, two signatures")
    func count() throws {
        #expect(try Self.verify(message) == .signatureMissing)
        let signature = try SignatureRecipe(.p256a).signature(over: message)
        #expect(try Self.verify(message.inserting(signature, at: 1).inserting(signature, at: 1)) == .signatureRepeated)
        // One somewhere below is not one of this element.
        var below = message
        try below.edit("Body") { $0 = $0.appending(signature) }
        #expect(try Self.verify(below) == .signatureMissing)
    }

    @Test(
        "Comments, CDATA and instructions within values are refused",
        arguments: ["SignatureValue", "DigestValue", "X509Certificate"])
    func hidden(element: String) throws {
        let octets = try SignatureRecipe(.p256a).sign(message, behind: 1).serialized()
        let start = "<ds:\(element)>"
        #expect(try Self.verify(octets.replacing(start, with: start + "<!-- x -->")) == .commentInText)
        #expect(try Self.verify(octets.replacing(start, with: start + "<?x y?>")) == .forbiddenNode)
        #expect(try Self.verify(octets.replacing(start, with: start + "<![CDATA[QUJD]]>")) == .forbiddenNode)
        #expect(try Self.verify(octets.replacing(start, with: start + "<x/>")) == .signatureStructure)
    }

    @Test("The signed element is not found elsewhere than where it is consumed")
    func wrapping() throws {
        let signed = try SignatureRecipe(.p256a).sign(message, behind: 1)
        let signature = try #require(signed.first("Signature"))
        var evil = message
        evil.set("ID", "_evil")
        try evil.setText(of: "Issuer", "https://evil.example/")
        // The signature moved up, and the original kept beside it, before it, below it, in its Object.
        let beside = evil.inserting(signature, at: 1).appending(message)
        let before = evil.inserting(signature, at: 1).inserting(message, at: 0)
        var within = signature
        within = within.appending(XMLNode(Namespace.ds("Object"), [], [message]))
        let inObject = evil.inserting(within, at: 1)
        let below = evil.appending(signed)
        #expect(try Self.verify(beside) == .signatureReference)
        #expect(try Self.verify(before) == .signatureReference)
        #expect(try Self.verify(inObject) == .signatureStructure)
        #expect(try Self.verify(below) == .signatureMissing)
        // With the ID stolen too.
        evil.set("ID", "_m1")
        #expect(try Self.verify(evil.inserting(signature, at: 1).appending(message)) == .identifierRepeated)
        evil.set("ID", nil)
        evil.set("Id", "_m1")
        #expect(try Self.verify(evil.inserting(signature, at: 1)) == .signatureReference)
    }

    @Test("A key that is not trusted is refused, whatever KeyInfo shows")
    func keys() throws {
        let stranger = try SignatureRecipe(.p256b).sign(message, behind: 1)
        #expect(try Self.verify(stranger) == .keyUnknown)
        var lying = SignatureRecipe(.p256b)
        lying.shown = [try TestKey.p256a.certificate()]
        #expect(try Self.verify(try lying.sign(message, behind: 1)) == .signatureValue)
        // The attacker's leaf first, and the trusted certificate as if it had issued it.
        lying.shown = [try TestKey.p256b.certificate(), try TestKey.p256a.certificate()]
        #expect(try Self.verify(try lying.sign(message, behind: 1)) == .signatureValue)
        // A clone: same subject, issuer and dates, other key.
        let certificate = try TestKey.p256a.certificate()
        let clone = try TestKey.p256b.key().certify(
            commonName: "p256-1", organization: "Puente tests", country: "XX", usage: .signing,
            from: certificate.notBefore,
            until: certificate.notAfter)
        #expect(clone.subject == certificate.subject)
        lying.shown = [clone]
        #expect(try Self.verify(try lying.sign(message, behind: 1)) == .keyUnknown)
    }

    @Test("KeyInfo with a name or a bare key selects nothing")
    func otherKeyInfo() throws {
        var recipe = SignatureRecipe(.p256b)
        recipe.editsSignature = { signature in
            try signature.edit("KeyInfo") { $0.content = [.node(XMLNode(Namespace.ds("KeyName"), text: "p256-1"))] }
        }
        #expect(try Self.verify(try recipe.sign(message, behind: 1)) == .signatureValue)
    }

    @Test("An ECDSA value has its fixed width and two numbers in range", arguments: TestKey.curves)
    func ecdsa(key: TestKey) throws {
        guard case .ec(let curve) = try key.key().kind else { return }
        let width = curve.coordinateLength
        let der: @Sendable ([UInt8]) throws -> [UInt8] = { value in
            ECDSASignature.der(fromFixedWidth: value, coordinateLength: width) ?? []
        }
        let edits: [@Sendable ([UInt8]) throws -> [UInt8]] = [
            der, { [0] + $0 }, { $0 + [0] }, { Array($0.dropLast()) },
            { _ in [UInt8](repeating: 0, count: 2 * width) }, { _ in [UInt8](repeating: 0xFF, count: 2 * width) },
            { Array($0.prefix(width)) + [UInt8](repeating: 0, count: width) },
            { [UInt8](repeating: 0, count: width) + Array($0.suffix(width)) },
            { Array($0.suffix(width)) + Array($0.prefix(width)) },
            // Each number padded by two octets.
            { [0, 0] + Array($0.prefix(width)) + [0, 0] + Array($0.suffix(width)) },
        ]
        for edit in edits {
            var recipe = SignatureRecipe(key)
            recipe.editsValue = edit
            #expect(try Self.verify(try recipe.sign(message, behind: 1), key) == .signatureValue)
        }
    }

    @Test("Zero octets that both numbers of an ECDSA value begin with may be left out")
    func shortened() throws {
        var recipe = SignatureRecipe(.p521, .ecdsaSHA512)
        recipe.signs = { octets in
            // One value in four begins so.
            for _ in 0..<200 {
                let value = try TestKey.p521.key().sign(octets, .ecdsaSHA512)
                if value[0] == 0, value[66] == 0 { return value }
            }
            throw XMLFault(.internalFailure)
        }
        recipe.editsValue = { Array($0[1..<66] + $0[67...]) }
        #expect(try Self.verify(try recipe.sign(message, behind: 1), .p521) == nil)
        recipe.editsValue = { Array($0[1..<66] + $0[66...]) }
        #expect(try Self.verify(try recipe.sign(message, behind: 1), .p521) == .signatureValue)
    }

    @Test("An RSA value has the length of the modulus")
    func rsaLength() throws {
        for edit: @Sendable ([UInt8]) -> [UInt8] in [
            { [0] + $0 }, { $0 + [0] }, { Array($0.dropLast()) }, { $0.reversed() },
        ] {
            var recipe = SignatureRecipe(.rsa3072a)
            recipe.editsValue = edit
            #expect(try Self.verify(try recipe.sign(message, behind: 1), .rsa3072a) == .signatureValue)
        }
    }

    @Test("No edit of one octet changes what a verified message says", arguments: 0..<500)
    func anyEdit(seed: Int) throws {
        let original = try Self.signedOnce.get()
        let reading = try XMLTree(parsing: original).root
        let said = reading.children.filter { $0.local != "Signature" }.map(\.text)
        var random = Seeded(seed)
        let octets = original.edited(&random)
        guard let tree = try? XMLTree(parsing: octets),
            let verified = try? tree.root.verifySignature(
                trusting: [TestKey.p256a.certificate()], policy: .eidas, confirmedBy: nil)
        else { return }
        #expect(verified.element.children.filter { !$0.is(Namespace.ds("Signature")) }.map(\.text) == said)
        #expect(verified.element[XMLName("ID")] == "_m1")
        #expect(verified.element.is(message.name))
    }

    private static let signedOnce = Result { try SignatureRecipe(.p256a).sign(message, behind: 1).serialized() }
}

extension XMLNode {
    fileprivate mutating func setPrefixList(_ list: String) throws {
        try edit("CanonicalizationMethod") {
            $0.content = [.node(XMLNode(Namespace.ec("InclusiveNamespaces"), [("PrefixList", list)]))]
        }
    }
}
