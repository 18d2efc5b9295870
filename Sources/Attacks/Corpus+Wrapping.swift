// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// A01 to A10: a genuine signature beside something else.
    static let wrapping: [Sample] = {
        var samples = Samples()
        samples.document("A01", "the signed original behind the evil children, signature on top", .messageSchema) {
            $0.evilSigned.appending($0.bare)
        }
        samples.document("A01", "the signed original, signature and all, behind the evil children", .messageSchema) {
            $0.evil.appending($0.signed)
        }
        samples.document("A01", "the evil root with the original within its signature's sibling", .messageSchema) {
            $0.evilSigned.inserting(XMLNode(Namespace("x", "urn:x")("y"), [], [$0.bare]), at: $0.place + 1)
        }
        samples.document("A02", "the signed original before the evil children", .messageSchema) {
            $0.evil.inserting($0.bare, at: 0).inserting($0.signature, at: $0.place + 1)
        }
        samples.document("A02", "the signed original, signature and all, before the evil children", .messageSchema) {
            $0.evil.inserting($0.signed, at: 0)
        }
        samples.document("A03", "the signed original in the Object of the signature", .signatureStructure) {
            $0.evil.inserting(
                $0.signature.appending(XMLNode(Namespace.ds("Object"), [], [$0.bare])), at: $0.place)
        }
        samples.document("A03", "the signed original in an Object before KeyInfo", .signatureStructure) {
            $0.evil.inserting(
                $0.signature.inserting(XMLNode(Namespace.ds("Object"), [], [$0.bare]), at: 2), at: $0.place)
        }
        samples.document("A03", "the signed original in KeyInfo", .signatureStructure) { genuine in
            var signature = genuine.signature
            try signature.edit("KeyInfo") { $0 = $0.appending(genuine.bare) }
            return genuine.evil.inserting(signature, at: genuine.place)
        }
        samples.document("A04", "the signed original in Extensions", .messageSchema) {
            try holding($0.signed, in: $0.evil)
        }
        samples.document("A04", "the signed original in Extensions, its signature on top", .messageSchema) {
            try holding($0.bare, in: $0.evilSigned)
        }
        samples.document("A04", "the signed original deep in foreign Extensions", .messageSchema) {
            try holding(XMLNode(Namespace("x", "urn:x")("y"), [], [$0.bare]), in: $0.evilSigned)
        }
        samples.document("A05", "an envelope around both", .messageType) {
            XMLNode(Namespace("x", "urn:x")("Envelope"), [], [$0.evil, $0.signed])
        }
        samples.document("A05", "the evil root around the signed one", .messageSchema) {
            $0.evil.appending($0.signed)
        }
        samples.document("A05", "the evil root as the first child of the signed one", .messageSchema) {
            $0.signed.inserting($0.evil, at: 0)
        }
        samples.document("A05", "a root of another kind, with the signature", .xmlIdentifierRepeated) {
            XMLNode(Namespace.saml2p("ArtifactResponse"), [("ID", $0.bare["ID"])], [$0.signature, $0.bare])
        }
        samples.document("A06", "the signed response within an assertion", .messageSchema, on: [.service]) {
            genuine in
            var evil = genuine.evil
            try evil.edit("Assertion") { $0 = $0.appending(genuine.signed) }
            return evil
        }
        samples.document("A06", "the signed message in a status or a value", .signatureRepeated) { genuine in
            var evil = genuine.evil
            if genuine.role.isAnswer {
                try evil.edit("Status") {
                    $0 = $0.appending(XMLNode(Namespace.saml2p("StatusDetail"), [], [genuine.signed]))
                }
            } else {
                try evil.edit("RequestedAttribute") {
                    $0.content = [.node(XMLNode(Namespace.eidas("AttributeValue"), [], [genuine.signed]))]
                }
            }
            return evil
        }
        samples.document("A07", "the signature as the last child", .messageSchema) { $0.bare.appending($0.signature) }
        samples.document("A07", "the signature before the Issuer, or behind the first child", .messageSchema) {
            $0.bare.inserting($0.signature, at: $0.place == 1 ? 0 : 1)
        }
        samples.document("A07", "the signature outside, beside the message", .messageType) {
            XMLNode(Namespace("x", "urn:x")("y"), [], [$0.bare, $0.signature])
        }
        samples.document("A07", "the signature within another child", .signatureMissing, .messageSchema) { genuine in
            var root = genuine.bare
            try root.edit(genuine.role.isAnswer ? "Status" : "NameIDPolicy") { $0 = $0.appending(genuine.signature) }
            return root
        }
        samples.document("A08", "the evil root under the ID of the signed one", .signatureDigest) { genuine in
            var evil = genuine.evil
            evil.set("ID", genuine.bare["ID"])
            return evil.inserting(genuine.signature, at: genuine.place)
        }
        samples.document("A08", "one ID for the evil root and the original inside", .xmlIdentifierRepeated) {
            genuine in
            var evil = genuine.evil
            evil.set("ID", genuine.bare["ID"])
            return try holding(genuine.bare, in: evil.inserting(genuine.signature, at: genuine.place))
        }
        for spelling in [XMLName(unqualified: "Id"), "id", Namespace.xml("id")] {
            let name = (spelling.namespace == nil ? "" : "xml:") + spelling.local
            samples.document("A08", "the genuine ID as \(name) of the evil root", .messageSchema) { genuine in
                var evil = genuine.evilSigned
                evil.set(spelling, genuine.bare["ID"])
                return evil
            }
            samples.document("A08", "the genuine ID as \(name) of a child", .messageSchema, .xmlIdentifierRepeated) {
                genuine in
                var root = genuine.signed
                try root.edit(genuine.role.isAnswer ? "Status" : "NameIDPolicy") {
                    $0.set(spelling, genuine.bare["ID"])
                }
                return root
            }
        }
        samples.document(
            "A08", "an ID that differs by a blank", .messageIdentifier, .messageSchema, .signatureReference
        ) {
            var root = $0.signed
            root.set("ID", ($0.bare["ID"] ?? "") + " ")
            return root
        }
        samples.document("A08", "an ID that differs by case", .signatureReference) {
            var root = $0.signed
            root.set("ID", ($0.bare["ID"] ?? "").uppercased())
            return root
        }
        samples.document("A10", "the signature of the genuine message on the evil root", .signatureReference) {
            $0.evilSigned
        }
        samples.document("A10", "a reference to a child of the evil root that was signed", .messageSchema) {
            genuine in
            var evil = genuine.evil
            let child = genuine.role.isAnswer ? "Status" : "NameIDPolicy"
            var recipe = genuine.recipe
            recipe.reference = "#_child"
            try evil.edit(child) { $0.set("ID", "_child") }
            guard let signed = evil.first(child) else { throw NothingToSpoil(name: child) }
            return evil.inserting(try recipe.signature(over: signed), at: genuine.place)
        }
        return samples.all
    }()

    /// In Extensions, which are made where there are none.
    static func holding(_ child: XMLNode, in root: XMLNode) throws -> XMLNode {
        guard root.first("Extensions") != nil else {
            return root.inserting(XMLNode(Namespace.saml2p("Extensions"), [], [child]), at: root.children.count - 1)
        }
        var root = root
        try root.edit("Extensions") { $0 = $0.appending(child) }
        return root
    }
}
