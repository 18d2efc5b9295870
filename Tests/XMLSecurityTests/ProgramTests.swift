// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Testing

@testable import XMLSecurity

/// Debian's `xmlsec1` program, which must be there: it judges what it can, which is not RSA-PSS, nor OAEP of xmlenc11, nor ECDH-ES.
enum Program {
    struct Failure: Error {
        let told: String
    }

    /// - Returns: what the program printed.
    static func run(_ arguments: [String], on document: [UInt8], with files: [String: [UInt8]]) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "puente-xmlsec-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, octets) in files { try Data(octets).write(to: folder.appending(path: name)) }
        try Data(document).write(to: folder.appending(path: "document.xml"))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["xmlsec1"] + arguments + ["--output", "out", "document.xml"]
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        let told = Pipe()
        process.standardError = told
        try process.run()
        let text = try told.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(told: String(decoding: text, as: UTF8.self)) }
        return (try? Data(contentsOf: folder.appending(path: "out"))).map(Array.init) ?? []
    }
}

@Suite("The program xmlsec1 as a judge")
struct ProgramTests {
    static let pairs = SignatureTests.pairs.filter { pair in
        // 1.2.37 knows neither RSA-PSS nor brainpoolP512r1.
        pair.algorithm.scheme != .pss && pair.key != .brainpool512
            && [.rsa3072a, .rsa2048a, .rsa4096].contains(pair.key)
            || TestKey.curves.dropLast().contains(pair.key)
    }

    @Test("It verifies what we sign, and not what was changed", arguments: pairs)
    func signatures(pair: SignatureTests.Pair) throws {
        let octets = try message.signed(by: pair.key.signer(pair.algorithm), behind: 1).serialized()
        let files = ["key.pem": Array(try pair.key.certificate().pem.utf8)]
        let arguments = ["--verify", "--trusted-pem", "key.pem", "--id-attr:ID", "urn:example:one:Message"]
        _ = try Program.run(arguments, on: octets, with: files)
        #expect(throws: Program.Failure.self) {
            try Program.run(arguments, on: octets.replacing("nodo.example", with: "nada.example"), with: files)
        }
    }

    @Test(
        "It opens what we encrypt", arguments: [ContentCipher.aes128GCM, .aes192GCM, .aes256GCM],
        [TestKey.rsa2048a, .rsa3072a])
    func encryption(cipher: ContentCipher, key: TestKey) throws {
        let data = try message.encrypted(for: [key.recipient(.rsaOAEPMGF1P)], cipher: cipher)
        let opened = try Program.run(
            ["--decrypt", "--privkey-pem", "key.pem"], on: XMLNode(holder, [], [data]).serialized(),
            with: ["key.pem": Array(try key.key().pem().utf8)])
        let inside = try XMLTree(parsing: opened).root.children[0]
        #expect(try inside.shape == String(decoding: message.canonical(), as: UTF8.self))
    }

    @Test("We verify what it signs", arguments: ["rsa-sha256", "rsa-sha512"])
    func theirs(algorithm: String) throws {
        let uri = "http://www.w3.org/2001/04/xmldsig-more#" + algorithm
        let method = try #require(SignatureAlgorithm(rawValue: uri))
        var recipe = SignatureRecipe(.rsa3072a, method)
        recipe.editsSignature = { signature in
            try signature.setText(of: "DigestValue", "")
            try signature.setText(of: "SignatureValue", "")
        }
        let template = try recipe.sign(message, behind: 1).serialized()
        let signed = try Program.run(
            ["--sign", "--privkey-pem", "key.pem,certificate.pem", "--id-attr:ID", "urn:example:one:Message"],
            on: template,
            with: [
                "key.pem": Array(try TestKey.rsa3072a.key().pem().utf8),
                "certificate.pem": Array(try TestKey.rsa3072a.certificate().pem.utf8),
            ])
        let tree = try XMLTree(parsing: signed)
        #expect(
            try tree.root.verifySignature(trusting: [TestKey.rsa3072a.certificate()], policy: .clave, confirmedBy: nil)
                .algorithm
                == method)
    }
}
