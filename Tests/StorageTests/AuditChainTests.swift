// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Testing

@testable import Storage

@Suite("The audit chain")
struct AuditChainTests {
    @Test("A line has all fields, sorted, and a hyphen where nothing is known")
    func shape() {
        var chain = AuditChain.empty
        let line = chain.append(
            AuditEvent(.requestReceived, at: .noon + 0.25, sender: EntityID("S1"), detail: "a \"b\" \\ \n\u{2028} ñ"))
        #expect(
            line == #"{"at":"2026-11-21T12:00:00.250Z","counter":1,"detail":"a \"b\" \\ \u000a\u2028 ñ","digest":"-","#
                + #""exchange":"-","inResponseTo":"-","kind":"request.received","memberState":"-","message":"-","#
                + #""previous":"-","receiver":"-","result":"-","sender":"S1","support":"-"}"#)
        #expect(chain == AuditChain(endingWith: line, counter: 1))
    }

    @Test("Instants are written to the millisecond", arguments: [0, 1, 123, 250, 999])
    func instants(milliseconds: Int) {
        var chain = AuditChain.empty
        let line = chain.append(.sample(at: .noon + Double(milliseconds) / 1000))
        #expect(line.contains(String(format: "T12:00:00.%03dZ", milliseconds)))
    }

    @Test("The previous line's SHA-256 is in the next one")
    func digest() {
        #expect(
            AuditChain(endingWith: "abc", counter: 1).digest
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        var chain = AuditChain.empty
        _ = chain.append(.sample())
        let digest = chain.digest
        #expect(chain.append(.sample()).contains("\"previous\":\"\(digest)\""))
    }

    @Test("A sound trail verifies, whole or in parts")
    func sound() throws {
        let lines = Self.trail
        let end = try AuditChain.verify(lines)
        #expect(end == AuditChain(endingWith: lines[5], counter: 6))
        for cut in 0...6 {
            let middle = try AuditChain.verify(Array(lines[..<cut]))
            #expect(try AuditChain.verify(Array(lines[cut...]), after: middle) == end)
        }
        #expect(try AuditChain.verify([]) == .empty)
    }

    @Test("An altered line is named", arguments: 1...5)
    func altered(number: Int) {
        var lines = Self.trail
        lines[number - 1] = lines[number - 1].replacing("request.received", with: "response.sent")
        #expect(fault(lines) == AuditChain.Fault(line: number, reason: .altered))
    }

    @Test("A line with an altered link is named", arguments: 1...5)
    func altered(linkOf number: Int) {
        var lines = Self.trail
        lines[number - 1] = lines[number - 1].replacing(#/"previous":".?/#, with: #""previous":"x"#)
        #expect(fault(lines) == AuditChain.Fault(line: number, reason: .altered))
    }

    @Test("A removed line is named", arguments: 1...5)
    func removed(number: Int) {
        var lines = Self.trail
        lines.remove(at: number - 1)
        #expect(fault(lines) == AuditChain.Fault(line: number, reason: .outOfPlace(found: number + 1)))
    }

    @Test("Two lines that changed places are named", arguments: 1...5)
    func swapped(number: Int) {
        var lines = Self.trail
        lines.swapAt(number - 1, number)
        #expect(fault(lines) == AuditChain.Fault(line: number, reason: .outOfPlace(found: number + 1)))
    }

    @Test("An added line is named, even with a proper link", arguments: 1...5)
    func added(number: Int) throws {
        var lines = Self.trail
        var chain = try AuditChain.verify(Array(lines[..<number]))
        lines.insert(chain.append(.sample(.responseSent)), at: number)
        #expect(fault(lines) == AuditChain.Fault(line: number + 2, reason: .outOfPlace(found: number + 1)))
    }

    @Test("What is no audit line is named", arguments: ["", "{}", "null", #"{"counter":"3","previous":"-"}"#])
    func unreadable(text: String) {
        var lines = Self.trail
        lines[2] = text
        #expect(fault(lines) == AuditChain.Fault(line: 3, reason: .unreadable))
    }

    @Test("A changed or missing end differs from the end that was kept elsewhere")
    func end() throws {
        let end = try AuditChain.verify(Self.trail)
        var altered = Self.trail
        altered[5] = altered[5].replacing("request.received", with: "response.sent")
        #expect(try AuditChain.verify(altered) != end)
        #expect(try AuditChain.verify(Self.trail.dropLast()) != end)
    }

    /// Six lines.
    private static let trail: [String] = {
        var chain = AuditChain.empty
        return (1...6).map { chain.append(.sample(at: .noon + Double($0), $0)) }
    }()

    private func fault(_ lines: [String]) -> AuditChain.Fault? {
        do throws(AuditChain.Fault) {
            try AuditChain.verify(lines)
            return nil
        } catch { return error }
    }
}
