// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

/// A signed aggregate of Proxy-Services on the disk, of any number of entities: with its anchor, and the names of those that
/// a node would ask for.
struct AggregateFile {
    let folder: URL
    let count: Int

    var document: URL { folder.appending(path: "\(count).xml") }
    var anchor: URL { folder.appending(path: "anchor.pem") }
    /// Names the first entity, or those that a node asks for.
    func expected(all: Bool) -> URL { folder.appending(path: "\(count)\(all ? "-all" : "-first").txt") }

    /// As many as there are nodes in a trust list of 31 states, two each.
    static let wanted = 62
    private static let key = TestKey.rsa4096
    /// PKCS#1 v1.5, because the libxmlsec1 of Debian 12 knows no RSA-PSS.
    private static let algorithm = SignatureAlgorithm.rsaSHA256

    /// Writes it entity by entity, in canonical form: what is written is what is digested.
    func write(validUntil end: Date) throws {
        let states = ["AT", "BE", "CZ", "DE", "DK", "EE", "EL", "FR", "IT", "LT", "LU", "NL", "PT", "SE", "SK"]
            .compactMap(MemberState.init(rawValue:))
        let certificates = try [TestKey.rsa3072a, .rsa3072b].map { try $0.certificate() }
        let declaration = " xmlns:\(Namespace.md.prefix)=\"\(Namespace.md.uri)\""
        let start = Array("<md:EntitiesDescriptor\(declaration) ID=\"_group\" Name=\"bench\">".utf8)
        let close = Array("\n</md:EntitiesDescriptor>".utf8)
        let digest = RunningDigest(Self.algorithm.digest)
        let body = folder.appending(path: "body")
        try Data().write(to: body)
        let output = try FileHandle(forWritingTo: body)
        start.withUnsafeBytes(digest.add)
        var names: [String] = []
        for number in 0..<count {
            let (name, state) = ("https://node-\(number).example/ServiceMetadata", states[number % states.count])
            let entity = Self.entity(name, state, certificates, number).document(
                id: MessageID("_e\(number)"), validUntil: end)
            // Declared by the group around it.
            let text = try Array("\n".utf8) + entity.canonical().replacing(declaration, with: "")
            text.withUnsafeBytes(digest.add)
            try output.write(contentsOf: text)
            if number % max(1, count / Self.wanted) == 0, names.count < Self.wanted {
                names.append("\(name) \(state.rawValue)")
            }
        }
        close.withUnsafeBytes(digest.add)
        try output.close()
        try assemble(start, signature(over: digest.finish()), body, close)
        try Data(names.joined(separator: "\n").utf8).write(to: expected(all: true))
        try Data(names[0].utf8).write(to: expected(all: false))
        try Data(Self.key.certificate().pem.utf8).write(to: anchor)
        try FileManager.default.removeItem(at: body)
    }

    private func signature(over hash: [UInt8]) throws -> XMLNode {
        var recipe = SignatureRecipe(Self.key, Self.algorithm)
        recipe.editsSignedInfo = { try $0.setText(of: "DigestValue", Base64.encode(hash)) }
        return try recipe.signature(over: XMLNode(Namespace.md("EntitiesDescriptor"), [("ID", "_group")]))
    }

    private func assemble(_ start: [UInt8], _ signature: XMLNode, _ body: URL, _ close: [UInt8]) throws {
        try Data(start + signature.serialized()).write(to: document)
        let (input, output) = (try FileHandle(forReadingFrom: body), try FileHandle(forWritingTo: document))
        try output.seekToEnd()
        while let chunk = try input.read(upToCount: 1 << 20), !chunk.isEmpty { try output.write(contentsOf: chunk) }
        try output.write(contentsOf: close)
        try input.close()
        try output.close()
    }

    private static func entity(
        _ name: String, _ state: MemberState, _ certificates: [Certificate], _ number: Int
    ) -> ProxyServiceMetadata {
        let contact = OperatorDetails.Contact(company: "Operator \(number)", email: "operator\(number)@node.example")
        return ProxyServiceMetadata(
            entityID: EntityID(name), country: state, singleSignOnService: "https://node-\(number).example/sso",
            levels: ["http://eidas.europa.eu/LoA/substantial", "http://eidas.europa.eu/LoA/high"],
            attributes: ["PersonIdentifier", "CurrentFamilyName", "CurrentGivenName", "DateOfBirth"].map {
                .init(uri: "http://eidas.europa.eu/attributes/naturalperson/" + $0, friendlyName: $0)
            },
            needsRequesterID: false, signing: certificates,
            details: OperatorDetails(
                name: "Operator \(number)", displayName: "Node \(number)", url: "https://node-\(number).example/",
                support: contact, technical: contact),
            applicationIdentifier: "bench")
    }
}
