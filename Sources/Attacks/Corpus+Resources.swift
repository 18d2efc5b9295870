// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    /// H01 to H09: what costs, what breaks, and what is told by the way it is refused.
    static let resources: [Sample] = {
        var samples = Samples()
        costs(&samples)
        noise(&samples)
        for name in ["O'Neill & \"Söhne\" ]]", "<b>\"&'O]]>&amp;</saml2:AttributeValue>", "<!--x--><![CDATA[y"] {
            samples.steps("H08", "the name \(name), which has to arrive as it was", on: [.connector]) {
                attacker, role in
                var (genuine, answer) = try await attacker.open(role)
                answer.put(try genuine.answering { try $0.editAssertion { try $0.rename("FamilyName", to: name) } })
                let delivered = try await attacker.deliver(answer).delivered()
                return .harmless(
                    "arrived as it was", if: delivered["FamilyName"] == [name], else: "a name that became another")
            }
        }
        samples.steps("H09", "a known and an unknown name look alike", on: Role.requests) { attacker, role in
            var pages: [String] = []
            for name in [nil, "X9999999X_E99999999"] {
                var (genuine, submission) = try await attacker.open(role)
                let document = try genuine.signing(
                    role == .gateway ? genuine.named(name) : genuine.issued(by: name)
                ) { $0 = SignatureRecipe(.stranger, $0.algorithm) }
                submission.put(document.serialized())
                let reply = try await attacker.courier.send(submission)
                pages.append("\(reply.status) " + reply.withoutSupportCode)
            }
            return .harmless("the same page", if: pages[0] == pages[1], else: "pages that tell who is known")
        }
        return samples.all + failures
    }()

    private static func costs(_ samples: inout Samples) {
        samples.octets("H03", "two thousand attributes in one tag", .xmlLimit) {
            try $0.replacing(
                "<ds:SignedInfo", with: "<ds:SignedInfo" + (0..<2_000).map { " a\($0)=''" }.joined())
        }
        samples.octets("H03", "two thousand attributes behind what is no declaration", .xmlMalformed) {
            try $0.replacing(
                "<ds:SignedInfo", with: "<!X <a" + (0..<2_000).map { " a\($0)=''" }.joined() + "/><ds:SignedInfo")
        }
        samples.signature("H03", "sixty References", .signatureStructure, .xmlLimit) { recipe in
            recipe.editsSignedInfo = { info in
                guard let reference = info.first("Reference") else { throw NothingToSpoil(name: "Reference") }
                info.content += Array(repeating: .node(reference), count: 60)
            }
        }
        samples.signature("H03", "fifty certificates", .signatureStructure, .xmlLimit) { recipe in
            let certificate = try recipe.key.certificate()
            recipe.shown = Array(repeating: certificate, count: 50)
        }
        samples.signature(
            "H03", "a key of 16384 bits in KeyValue", .signatureValue, .signatureKeyUnknown, .signatureStructure
        ) {
            recipe in
            recipe.key = .stranger
            recipe.shown = []
            recipe.editsSignature = { signature in
                let modulus = Base64.encode([0xC1] + [UInt8](repeating: 0x55, count: 2_047))
                let value = XMLNode(
                    Namespace.ds("RSAKeyValue"), [],
                    [
                        XMLNode(Namespace.ds("Modulus"), text: modulus),
                        XMLNode(Namespace.ds("Exponent"), text: Base64.encode([UInt8](repeating: 0xFF, count: 2_048))),
                    ])
                signature = signature.appending(
                    XMLNode(Namespace.ds("KeyInfo"), [], [XMLNode(Namespace.ds("KeyValue"), [], [value])]))
            }
        }
        samples.signature("H03", "a signature value of 60 kB", .signatureValue, .signatureStructure) { recipe in
            recipe.editsValue = { _ in [UInt8](repeating: 0x5A, count: 60_000) }
        }
    }

    private static func noise(_ samples: inout Samples) {
        for length in [1, 16, 1_000, 60_000] {
            samples.octets("H04", "\(length) octets of noise", .xmlMalformed, .xmlEncoding, .xmlDocumentType) { _ in
                var random = Seeded(length)
                return (0..<length).map { _ in UInt8.random(in: 1...255, using: &random) }
            }
        }
        samples.steps("H04", "eighty documents with damages in odd places", on: Role.messages) { attacker, role in
            let (genuine, template) = try await attacker.open(role)
            let octets = genuine.signed.serialized()
            for seed in 0..<80 {
                var random = Seeded(seed)
                var document = octets
                for _ in 0..<(1 + seed % 12) { document = document.edited(&random) }
                guard document != octets else { continue }
                var submission = template
                submission.put(document)
                let outcome = try await attacker.attempt(submission)
                guard case .refused = outcome else { return .broken("seed \(seed): \(outcome.text)") }
            }
            return .refused(how: "each of them", rule: nil)
        }
    }
}

extension XMLNode {
    /// Gives the attribute of that name another value.
    fileprivate mutating func rename(_ friendly: String, to text: String) throws {
        try edit("AttributeStatement") { statement in
            statement.content = statement.children.map { attribute in
                var attribute = attribute
                if attribute["FriendlyName"] == friendly {
                    attribute.content = attribute.children.prefix(1).map { value in
                        var value = value
                        value.text = text
                        return .node(value)
                    }
                }
                return .node(attribute)
            }
        }
    }
}

extension Genuine {
    fileprivate func named(_ name: String?) -> XMLNode {
        var root = bare
        if let name { root.set("ProviderName", name) }
        return root
    }

    fileprivate func issued(by name: String?) throws -> XMLNode {
        var root = bare
        if let name { try root.setText(of: "Issuer", "https://noeud.example.fr/" + name) }
        return root
    }
}

extension Reply {
    fileprivate var withoutSupportCode: String { supportCode.map { text.replacing($0, with: "") } ?? text }
}
