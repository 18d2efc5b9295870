// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Settings
import Testing
import YAMLText

@Suite("A secret")
struct SecretTests {
    /// A folder with one file, gone when the test is over.
    final class Place {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

        init(_ contents: Data) throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try contents.write(to: URL(fileURLWithPath: path + "/pin"))
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }  // the system clears its temporary folder anyway
    }

    @Test("Is one line, wherever it is", arguments: ["hünter 2", "hünter 2\n", "hünter 2\r\n"])
    func read(contents: String) throws {
        let place = try Place(Data(contents.utf8))
        let environment = ["PIN": contents, "CREDENTIALS_DIRECTORY": place.path]
        for secret in [Secret.file(path: place.path + "/pin"), .environment(name: "PIN"), .credential(name: "pin")] {
            #expect(try secret.read(in: environment) == "hünter 2")
        }
    }

    @Test(
        "Is refused without a word of it",
        arguments: [
            ("", "nothing in"), ("\n", "nothing in"), ("hunter\ntwo\n", "more than one line in"),
            ("hunter\n\n", "more than one line in"), ("hunter\u{0}", "more than one line in"),
            (String(repeating: "hunter", count: 700), "4200 bytes"),
        ])
    func refused(contents: String, found: String) throws {
        let place = try Place(Data(contents.utf8))
        let problem = try #require(throws: LocalFile.Problem.self) {
            try Secret.file(path: place.path + "/pin").read()
        }
        #expect(problem.found.hasPrefix(found))
        #expect(!"\(problem)".contains("hunter"))
    }

    @Test("Is refused where it is not text")
    func octets() throws {
        let place = try Place(Data([0x68, 0xE9]))
        let problem = try #require(throws: LocalFile.Problem.self) {
            try Secret.file(path: place.path + "/pin").read()
        }
        #expect(problem.found == "something other than UTF-8 in \(place.path)/pin")
    }

    @Test("That is nowhere is a problem that says where it was looked for")
    func missing() throws {
        func problem(_ secret: Secret) throws -> String {
            try #require(throws: LocalFile.Problem.self) { try secret.read(in: [:]) }.found
        }
        #expect(try problem(.file(path: "/no/such/pin")) == "no file at /no/such/pin")
        #expect(try problem(.environment(name: "PIN")) == "no variable PIN")
        #expect(try problem(.credential(name: "pin")) == "no variable CREDENTIALS_DIRECTORY")
    }
}
