// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// A01 to A10, A13: a genuine signature beside something else.
    static let wrapping: [Sample] = {
        var samples = Samples()
        samples.document("A01", "the signed original behind the evil root's children", .messageSchema) {
            $0.evilSigned.appending($0.bare)
        }
        samples.document(
            "A01", "the signed original, signature and all, behind the evil children", .messageSchema, .signatureMissing
        ) {
            $0.evil.appending($0.signed)
        }
        samples.document("A02", "the signed original before the evil children", .messageSchema) {
            $0.evil.inserting($0.bare, at: 0).inserting($0.signature, at: $0.place + 1)
        }
        samples.document("A03", "the signed original in the Object of the signature", .signatureStructure) {
            $0.evil.inserting(
                $0.signature.appending(XMLNode(Namespace.ds("Object"), [], [$0.bare])), at: $0.place)
        }
        samples.document("A03", "the signed original in KeyInfo", .signatureReference) { genuine in
            var signature = genuine.signature
            try signature.edit("KeyInfo") { $0 = $0.appending(genuine.bare) }
            return genuine.evil.inserting(signature, at: genuine.place)
        }
        samples.document("A04", "the signed original in Extensions", .messageSchema, .signatureRepeated) {
            genuine in
            try holding(genuine.signed, in: genuine.evil)
        }
        samples.document("A04", "the signed original in Extensions, its signature on top", .messageSchema) { genuine in
            try holding(genuine.bare, in: genuine.evilSigned)
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
