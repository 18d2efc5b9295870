// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// G01 to G03, G05: documents in the place of the metadata of a node abroad.
    static let supply: [Sample] = {
        var samples = Samples()
        unsigned(&samples)
        wrapped(&samples)
        ofOthers(&samples)
        samples.metadata("G02", "validUntil of yesterday", .metadataExpiry) { genuine in
            try genuine.signing { $0.set("validUntil", Instant.write(genuine.now - 86_400)) }
        }
        samples.metadata("G02", "no validUntil", .metadataExpiry) { try $0.signing { $0.set("validUntil", nil) } }
        samples.metadata("G02", "validUntil in decades", .metadataExpiry) { genuine in
            try genuine.signing { $0.set("validUntil", Instant.write(genuine.now + 9_000 * 86_400)) }
        }
        for odd in ["tomorrow", "2030-13-01T00:00:00Z", "2030-01-01", "99999-01-01T00:00:00Z", ""] {
            samples.metadata("G02", "validUntil \"\(odd)\"", .metadataExpiry, .metadataContent) {
                try $0.signing { $0.set("validUntil", odd) }
            }
        }
        for share in [2, 3, 10] {
            samples.metadata("G05", "the first part of \(share)", .xmlMalformed) {
                Array($0.signed.serialized().prefix($0.signed.serialized().count / share))
            }
        }
        samples.metadata("G05", "nothing", .xmlMalformed, .xmlEncoding) { _ in [] }
        samples.metadata("G05", "packed by gzip", .xmlEncoding, .xmlMalformed) {
            [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + (Deflate.deflate($0.signed.serialized()) ?? [])
        }
        samples.metadata("G05", "an entity of three million characters", .xmlLimit) { genuine in
            try genuine.signing { root in
                try root.edit("Extensions") {
                    $0 = $0.appending(
                        XMLNode(Namespace("x", "urn:x")("y"), text: String(repeating: "x", count: 3_000_000)))
                }
            }
        }
        samples.metadata("G05", "entities within entities without end", .xmlLimit, .xmlMalformed) { _ in
            Array(String(repeating: "<md:EntitiesDescriptor xmlns:md=\"\(Namespace.md.uri)\">", count: 5_000).utf8)
        }
        samples.metadata("G05", "a declaration of types that never ends", .xmlDocumentType) {
            Array("<!DOCTYPE x [".utf8) + [UInt8](repeating: 32, count: 100_000) + $0.signed.serialized()
        }
        samples.metadata("G10", "validUntil of a clock that is a day behind", .metadataExpiry) { genuine in
            try genuine.signing { $0.set("validUntil", Instant.write(genuine.now - 20 * 3_600)) }
        }
        return samples.all + addresses + files + changes
    }()

    private static func unsigned(_ samples: inout Samples) {
        samples.metadata("G01", "no signature", .metadataSignature, .signatureMissing) { $0.bare.serialized() }
        samples.metadata("G01", "no signature, the attacker's key", .metadataSignature, .signatureMissing) {
            $0.evil.serialized()
        }
        samples.metadata("G01", "signed by a stranger", .metadataSignature) {
            try SignatureRecipe(.stranger).sign($0.evil, behind: 0).serialized()
        }
        samples.metadata("G01", "signed by a stranger who shows the pinned certificate", .metadataSignature) {
            var recipe = SignatureRecipe(.stranger)
            recipe.shown = [try TestKey.country.certificate()]
            return try recipe.sign($0.evil, behind: 0).serialized()
        }
        samples.metadata("G01", "signed by the pinned signer of another country", .metadataSignature) {
            try SignatureRecipe(.p256b).sign($0.bare, behind: 0).serialized()
        }
        samples.metadata("G01", "signed by the key that encrypts", .metadataSignature) {
            try SignatureRecipe(.countryEncryption).sign($0.bare, behind: 0).serialized()
        }
        samples.metadata("G01", "the address changed after signing", .metadataSignature) {
            try $0.signed.serialized().replacing("knoten.example.de/sso", with: "evil.example/sso")
        }
        samples.metadata("G01", "RSA with PKCS #1 v1.5", .metadataSignature) {
            try SignatureRecipe(.country, .rsaSHA256).sign($0.bare, behind: 0).serialized()
        }
    }

    private static func wrapped(_ samples: inout Samples) {
        samples.metadata("G01", "the evil entity around the signed one", .metadataSignature, .metadataContent) {
            try holding($0.signed, in: $0.evil).serialized()
        }
        samples.metadata("G01", "the genuine signature on the evil entity", .metadataSignature) {
            $0.evil.inserting($0.signature, at: 0).serialized()
        }
        samples.metadata("G01", "the evil entity under the genuine ID", .metadataSignature) {
            var evil = $0.evil
            evil.set("ID", $0.bare["ID"])
            return evil.inserting($0.signature, at: 0).serialized()
        }
        samples.metadata("G01", "the signed original in the Object of the signature", .metadataSignature) {
            let object = XMLNode(Namespace.ds("Object"), [], [$0.bare])
            return $0.evil.inserting($0.signature.appending(object), at: 0).serialized()
        }
        samples.metadata("G01", "both in a group, the evil one first", .metadataEntity) {
            group(entities: [$0.evil, $0.signed]).serialized()
        }
        samples.metadata("G01", "both in a group, the signed one first", .metadataEntity) {
            group(entities: [$0.signed, $0.evil]).serialized()
        }
        samples.metadata("G01", "a signed group of others, and the evil entity beside it", .metadataSignature) {
            let others = group(
                "_others",
                entities: [try GenuineMetadata.node(Battlefield.otherCountry, .p256b, country: "AT", at: $0.now)])
            return group(entities: [try SignatureRecipe(.country).sign(others, behind: 0), $0.evil]).serialized()
        }
        samples.metadata("G01", "the signature of the entity on its group", .metadataSignature) {
            var all = group(entities: [$0.evil])
            all.set("ID", $0.bare["ID"])
            return all.inserting($0.signature, at: 0).serialized()
        }
    }

    private static func ofOthers(_ samples: inout Samples) {
        samples.metadata("G01", "the node of another country", .metadataSignature, .metadataEntity) {
            let other = try GenuineMetadata.node(Battlefield.otherCountry, .p256b, country: "AT", at: $0.now)
            return try SignatureRecipe(.country).sign(other, behind: 0).serialized()
        }
        samples.metadata("G01", "the country of another", .metadataCountry) {
            try $0.signing { try $0.setText(of: "NodeCountry", "FR") }
        }
        samples.metadata("G01", "a Connector in its place", .metadataRoleMissing) {
            let end = $0.now + 86_400
            return try $0.signing(GenuineMetadata.connector(World.country, at: $0.now, until: end)) { _ in }
        }
        let name = World.country.rawValue
        for (title, odd) in [
            ("with a slash behind", name + "/"),
            ("in capitals", name.uppercased()),
            ("with a look-alike", name.replacing("e", with: "\u{0435}", maxReplacements: 1)),
            ("of the same host", "https://knoten.example.de/other"),
            ("with a port", "https://knoten.example.de:443/metadata"),
        ] {
            samples.metadata("G03", "the name \(title)", .metadataEntity) { try $0.signing { $0.set("entityID", odd) } }
        }
        samples.metadata("G03", "no name", .metadataEntity, .metadataContent) {
            try $0.signing { $0.set("entityID", nil) }
        }
        samples.metadata("G03", "the name twice, both signed", .metadataEntity) {
            let second = try SignatureRecipe(.country).sign(
                GenuineMetadata.node(World.country, .country, at: $0.now), behind: 0)
            return group(entities: [$0.signed, second]).serialized()
        }
    }

    private static func group(_ id: String = "_group", entities: [XMLNode]) -> XMLNode {
        XMLNode(Namespace.md("EntitiesDescriptor"), [("ID", id)], entities)
    }
}
