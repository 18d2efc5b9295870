// SPDX-License-Identifier: EUPL-1.2
import AttributeSources
import Dialects
import Federation
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import XMLSecurity
import YAMLText

@testable import MockEurope

@Suite("Mock registers", .timeLimit(.minutes(10)))
struct RegisterTests {
    /// Runs the registers on a free port, and asks them as Puente does.
    ///
    /// - Parameter isPatient: whether all have time enough, though other tests take the machine.
    private func ask(
        _ number: String, _ names: AttributeName..., isPatient: Bool = true
    ) async throws -> Completion {
        let folder = FileManager.default.temporaryDirectory.appending(path: "puente-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }  // In a temporary folder it may stay.
        for name in ["metadata", "keys"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        let (platform, puente) = try (
            Credential.make(.rsa(bits: 2048), "P", at: Date()), Credential.make(.rsa(bits: 2048), "Q", at: Date())
        )
        let router = Router()
        MockRegisters(base: "", platform: platform, puente: puente).addRoutes(to: router)
        let query = SourceQuery(
            identifier: try #require(SpanishIdentifier(number)), known: [:], assurance: Assurance(.high))
        return try await Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
            .test(.live) { client in
                let base = "http://127.0.0.1:\(try #require(client.port))/registers"
                try MockRegisters(base: base, platform: platform, puente: puente).write(into: folder)
                if isPatient { try makePatient(folder.appending(path: "metadata/attribute-sources.yaml")) }
                let faults = Faults()
                let mapping = try #require(
                    MappingTable.read(path: MockRegisterFiles.mapping, into: faults), "\(faults.sorted)")
                let broker = AttributeBroker.read(
                    path: folder.path + "/metadata/attribute-sources.yaml", mapping: mapping, isProduction: false,
                    into: faults)
                return try await #require(broker, "\(faults.sorted)").complete(
                    query, wanting: names.map { RequestedAttribute($0, isRequired: true) }, at: Date())
            }
    }

    private func makePatient(_ file: URL) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
            .replacing("deadline-seconds: 8", with: "deadline-seconds: 60")
            .replacing("    timeout-seconds: 2\n", with: "")
            .replacing("    attributes:", with: "    timeout-seconds: 30\n    attributes:")
        try Data(text.utf8).write(to: file)
    }

    private func said(_ completion: Completion, _ name: AttributeName) -> String? {
        completion.attributes.first { $0.name == name }.map {
            "\($0.values.map(\.text).joined(separator: "|")) \($0.origin)"
        }
    }

    @Test(
        "Each person is known where the list says, and nowhere else",
        arguments: [
            ("00000000T", "1980-01-31", "municipal-register"), ("99999999R", "1965-11-25", "population-register"),
            ("X1234567L", "1991-07-09", "identity-verification"), ("12345678Z", "1973-03-02", "identity-verification"),
            ("87654321X", nil, ""),
        ])
    func births(number: String, born: String?, source: String) async throws {
        let completion = try await ask(number, .dateOfBirth)
        #expect(said(completion, .dateOfBirth) == born.map { "\($0) source(\"\(source)\")" })
        #expect(completion.failures.isEmpty)
    }

    @Test("One person from two registers, a name in both scripts")
    func mixed() async throws {
        let birthName = AttributeName("BirthName")
        let completion = try await ask("X1234567L", .dateOfBirth, birthName, AttributeName("Nationality"))
        #expect(said(completion, birthName)?.hasSuffix("|Ελένη Παπαδοπούλου source(\"population-register\")") == true)
        #expect(said(completion, .dateOfBirth) == "1991-07-09 source(\"identity-verification\")")
        #expect(said(completion, AttributeName("Nationality")) == "EL source(\"population-register\")")
    }

    @Test("Who is slow is not waited for")
    func slow() async throws {
        let completion = try await ask("11111111H", .dateOfBirth, isPatient: false)
        #expect(completion.attributes.isEmpty)
        #expect(completion.failure(of: .dateOfBirth)?.rule == .sourceUnavailable)
    }

    @Test("The mock platform answers nobody who has not signed")
    func unsigned() throws {
        let (platform, puente) = try (
            Credential.make(.rsa(bits: 2048), "P", at: Date()), Credential.make(.rsa(bits: 2048), "Q", at: Date())
        )
        let registers = MockRegisters(base: "", platform: platform, puente: puente)
        let question = XMLNode(Namespace("p", "urn:p")("Peticion"))
        let sealed = try SOAPMessage.seal(question, id: "x", by: platform.signer(.rsaSHA256), at: Date())
        #expect(registers.intermediation(sealed).status == .internalServerError)
        #expect(registers.intermediation(Array("<a/>".utf8)).status == .internalServerError)
    }

    @Test("Numbers are valid and each person is there once")
    func people() {
        let numbers = RegisteredPerson.all.map(\.id)
        #expect(Set(numbers).count == numbers.count)
        #expect(numbers.allSatisfy { SpanishIdentifier($0)?.hasExpectedControl == true })
    }
}

enum MockRegisterFiles {
    static let mapping = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "mappings/eidas.yaml").path
}
