// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// C01, C05, C13, C14, and ``strangers``: who signed.
    static let keys: [Sample] = unsigned + strangers + registered + keyUses + countries

    private static let unsigned: [Sample] = {
        var samples = Samples()
        samples.document("C01", "no signature", .signatureMissing) { $0.bare }
        samples.document("C01", "no signature, and another content", .signatureMissing) { $0.evil }
        samples.document("C01", "an empty Signature", .signatureStructure) {
            $0.evil.inserting(XMLNode(Namespace.ds("Signature")), at: $0.place)
        }
        samples.document("C01", "a Signature of another namespace", .messageSchema) {
            $0.evil.inserting(XMLNode(Namespace("x", "urn:x")("Signature"), [], $0.signature.children), at: $0.place)
        }
        samples.signature("C01", "an empty SignatureValue", .signatureStructure) {
            $0.editsSignature = { try $0.setText(of: "SignatureValue", "") }
        }
        samples.signature("C01", "no SignatureValue", .signatureStructure) {
            $0.editsSignature = { try $0.remove("SignatureValue") }
        }
        samples.answer("C01", "the assertion alone is signed", .signatureMissing) {
            $0.isSigned = false
            $0.assertionRecipe = $0.recipe
        }
        samples.metadata("C01", "no signature", .metadataSignature) { $0.bare.serialized() }
        samples.metadata("C01", "an empty Signature", .metadataSignature) {
            $0.evil.inserting(XMLNode(Namespace.ds("Signature")), at: 0).serialized()
        }
        return samples.all
    }()

    /// C05: with keys that the peers did register.
    private static let registered: [Sample] = {
        var samples = Samples()
        func spare(_ key: SpareKey, _ title: String, _ rule: Rule, on roles: [Role] = Role.messages) {
            samples.document("C05", title, rule, on: roles) { try $0.signing { try $0.use(key) } }
        }
        spare(.expired, "a registered certificate that has ended", .signatureKeyExpired)
        spare(.early, "a registered certificate that has not begun", .signatureKeyExpired)
        spare(.encryption, "a registered certificate that is for encryption", .signatureKeyUnknown)
        spare(.short, "a registered key of 2048 bits", .signatureKeyWeak, on: [.connector, .proxyService])
        spare(.shortest, "a registered key of 1024 bits", .signatureKeyWeak)
        spare(.secp256k1, "a registered key on a curve that is not allowed", .signatureKeyWeak)
        spare(.sha1, "a certificate signed over SHA-1", .signatureKeyUnknown, on: [.connector, .proxyService])
        for (key, title): (SpareKey, String) in [
            (.expired, "a pin that has ended"), (.early, "a pin that has not begun"),
            (.encryption, "a pin that is for encryption"), (.short, "a pinned key of 2048 bits"),
            (.shortest, "a pinned key of 1024 bits"), (.exponent, "a pinned key with the exponent 1"),
            (.secp256k1, "a pinned key on a curve that is not allowed"),
        ] {
            samples.metadata("C05", title, .metadataSignature) { try $0.signing { try $0.use(key) } }
        }
        for (key, title): (SpareKey, String) in [
            (.encryption, "no key but one for encryption"), (.short, "no key but one of 2048 bits"),
            (.secp256k1, "no key but one on a curve that is not allowed"),
            (.exponent, "no key but one with the exponent 1"), (.sha1, "no certificate but one signed over SHA-1"),
        ] {
            samples.metadata("C05", title, .metadataKeys) { genuine in
                try genuine.signing { root in
                    try root.removeSpareKeys()
                    try root.setText(of: "X509Certificate", key.pair().certificate.base64)
                }
            }
        }
        samples.metadata("C05", "a leaf under a pin that has ended", .metadataSignature) {
            try $0.signing {
                let (pin, other) = (try SpareKey.expired.pair(), TestKey.stranger)
                let leaf = try other.key().certify(
                    commonName: "Leaf", usage: .signing, from: Date() - 60, until: Date() + 86_400,
                    by: (TestKey.p521.key(), pin.certificate))
                ($0.key, $0.shown) = (other, [leaf, pin.certificate])
            }
        }
        samples.metadata("C05", "a leaf under a pin that is no authority", .metadataSignature) {
            try $0.signing {
                let pin = try TestKey.country.certificate()
                $0.shown = [try leaf(under: pin, by: .country), pin]
                $0.key = .stranger
            }
        }
        return samples.all
    }()

    private static let keyUses: [Sample] = {
        var samples = Samples()
        func other(_ key: TestKey, _ title: String, on roles: [Role]) {
            samples.document("C13", title, .signatureKeyUnknown, on: roles) {
                try $0.signing { $0 = SignatureRecipe(key) }
            }
        }
        other(.countryEncryption, "the key that the Connector has for encryption", on: [.proxyService])
        other(.connectorEncryption, "the key for which it was encrypted", on: [.connector])
        other(.connector, "our own key of the Connector", on: Role.messages)
        other(.registered, "our own key at the national gateway", on: [.service, .gateway])
        samples.document("C13", "the pin, which is for metadata alone", .signatureKeyUnknown) {
            try $0.signing { try $0.use(.pin) }
        }
        samples.metadata("C13", "a key for messages that is no pin", .metadataSignature) {
            try $0.signing { try $0.use(.curve) }
        }
        samples.metadata("C13", "a key that the document itself brings", .metadataSignature) { genuine in
            try genuine.signing(genuine.evil) { $0.key = .stranger }
        }
        samples.metadata("C13", "our own key", .metadataSignature) { try $0.signing { $0.key = .connector } }
        samples.metadata("C13", "all keys are for encryption", .metadataKeys) {
            try $0.signing { root in
                try root.removeSpareKeys()
                try root.set("use", of: "KeyDescriptor", "encryption")
            }
        }
        return samples.all
    }()

    private static let countries: [Sample] = {
        var samples = Samples()
        samples.document("C14", "a sound key of another country", .signatureKeyUnknown) {
            try $0.signing { $0 = SignatureRecipe(.p256b) }
        }
        samples.document("C14", "a sound key of another service", .signatureKeyUnknown, on: [.gateway, .service]) {
            try $0.signing { $0 = SignatureRecipe(.p384) }
        }
        samples.content(
            "C14", "the name of another country, and its key", .signatureKeyUnknown, .messageIssuer, on: [.connector]
        ) {
            try $0.setText(of: "Issuer", Battlefield.otherCountry.rawValue)
        }
        samples.content("C14", "the name of a service that is not asked for", .signatureKeyUnknown, on: [.gateway]) {
            $0.set("ProviderName", Battlefield.otherService)
        }
        for (value, title) in [
            ("FR/ES/0123456789ABCDEF", "a person of another country"),
            ("DE/FR/0123456789ABCDEF", "a person meant for another country"),
            ("ES/DE/0123456789ABCDEF", "a person of ours"), ("GR/ES/0123456789ABCDEF", "a country under its ISO code"),
        ] {
            samples.assertion("C14", title, .identifierCountry, .identifierInvalid, on: [.connector]) {
                try $0.setText(of: "AttributeValue", value)
            }
        }
        samples.metadata("C14", "the pin of another country", .metadataSignature) { genuine in
            try genuine.signing(genuine.evil) { $0 = SignatureRecipe(.p256b) }
        }
        samples.metadata("C14", "another country in NodeCountry", .metadataCountry) {
            try $0.signing { try $0.setText(of: "NodeCountry", "AT") }
        }
        samples.metadata("C14", "no NodeCountry", .metadataCountry) { try $0.signing { try $0.remove("NodeCountry") } }
        samples.metadata("C14", "the node of another country", .metadataSignature, .metadataEntity) {
            try $0.signing { $0.set("entityID", Battlefield.otherCountry.rawValue) }
        }
        return samples.all
    }()
}
