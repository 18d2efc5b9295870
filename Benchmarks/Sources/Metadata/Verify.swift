// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Federation
import Foundation
import SAML
import XMLSecurity

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify one file of metadata as a node does, beside other programs that do the same.",
        discussion: "Prints one line of JSON: how many of the expected entities were verified.")

    @Argument(help: "The metadata.") var document: String
    @Argument(help: "The certificate that signs them, in PEM.") var anchor: String
    @Argument(help: "Whom to expect: a line for each Proxy-Service, entity ID and state.") var expected: String

    func run() throws {
        let pin = try Certificate(pemOrDER: Array(Data(contentsOf: URL(filePath: anchor))))
        let lines = try String(contentsOfFile: expected, encoding: .utf8).split(separator: "\n")
        let expectations = try lines.map { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2, let state = MemberState(rawValue: words[1]) else {
                throw Failure("not an entity ID and a state: \(line)")
            }
            return MetadataExpectation(
                entityID: EntityID(words[0]), country: state, role: .proxyService, pins: [pin], signatures: .clave)
        }
        let results = VerifiedEntity.read(
            from: Self.source(document), expecting: expectations, confirmedBy: nil, at: Date())
        for case .failure(let rejection) in results { throw Failure("\(rejection)") }
        print("{\"entities\":\(results.count)}")
    }

    private static func source(_ path: String) -> DocumentSource {
        DocumentSource { () throws(Rejection) in
            guard let file = FileHandle(forReadingAtPath: path) else {
                throw Rejection(.metadataUnavailable, path, expected: "a file")
            }
            return { () throws(Rejection) in
                guard let chunk = try? file.read(upToCount: 1 << 18), !chunk.isEmpty else { return nil }
                return Array(chunk)
            }
        }
    }
}
