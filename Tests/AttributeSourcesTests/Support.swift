// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import PuenteTestKit
import Synchronization
import Testing
import YAMLText

@testable import AttributeSources

/// What most tests need, and the person about whom they ask.
enum Sample {
    static let now = Date(timeIntervalSince1970: 1_780_000_000)

    static func mapping() throws -> MappingTable {
        try #require(MappingTable.read(path: Repository.path("mappings/eidas.yaml"), into: Faults()))
    }

    static func query(
        _ number: String = "00000000T", loa: LoA = .high, known: [AttributeName: String] = [.firstSurname: "Núñez"]
    ) throws -> SourceQuery {
        SourceQuery(
            identifier: try #require(SpanishIdentifier(number)), known: known, assurance: Assurance(loa))
    }

    static func question(_ number: String = "00000000T", known: [AttributeName: String] = [:]) throws -> Question {
        Question(try query(number, known: known), at: now)
    }

    static func wanting(_ names: AttributeName...) -> [RequestedAttribute] {
        names.map { RequestedAttribute($0, isRequired: true) }
    }

    /// An entry that takes an attribute from the place of the same name.
    static func entry(
        _ name: AttributeName, _ content: Layout.Content? = nil, date: DatePattern? = nil,
        words: [String: String]? = nil
    ) throws -> Layout.Entry {
        let row = try #require(try mapping()[name])
        return Layout.Entry(
            name: name, rule: row.rule, person: row.person, isMultiple: row.isMultiple,
            content: content ?? .text([name.rawValue]), date: date, words: words)
    }

    static func source(
        _ name: String, _ registry: any Registry, gives: [AttributeName] = [.dateOfBirth], cost: Int = 10,
        subjects: Set<SpanishIdentifier.Kind> = [.dni, .nie], highestLoA: LoA = .high, timeout: Double = 300,
        cache: Int = 0, breaker: CircuitBreaker.Terms = .init(failures: 3, seconds: 30)
    ) throws -> Source {
        Source(
            terms: SourceTerms(
                name: name, displayName: [:], subjects: subjects, highestLoA: highestLoA, cost: cost,
                timeoutSeconds: timeout, atOnce: 32,
                cacheSeconds: cache, breaker: breaker),
            layout: Layout(source: name, entries: try gives.map { try entry($0) }, mustEqual: [], notFoundWhen: []),
            registry: registry)
    }
}

/// Other tests hold all threads for seconds at a time, so that what is about time cannot come true in each run; what is
/// true of an undisturbed one has to be seen in one of a few.
func isSeen(_ work: () async throws -> Bool) async rethrows -> Bool {
    for _ in 0..<8 where try await work() { return true }
    return false
}

extension AttributeName {
    static let gender = Self("Gender")
    static let placeOfBirth = Self("PlaceOfBirth")
    static let nationality = Self("Nationality")
    static let currentAddress = Self("CurrentAddress")
}

/// A registry in memory that does as it is told, and counts.
final class Scripted: Registry {
    enum Act: Sendable {
        case give(Record)
        case knowNothing
        case fail(Rule)
        case breakDown
        /// Answers when everybody has come.
        case meet(Meeting, Record)
        /// Answers after so many seconds, and does not stop when it is told to.
        case dawdle(Double, Record)
    }

    private let acts: Mutex<[Act]>
    private let count = Mutex((now: 0, most: 0, all: 0))

    /// The last act is repeated.
    init(_ acts: Act...) { self.acts = Mutex(acts) }

    var asked: Int { count.withLock(\.all) }
    var most: Int { count.withLock(\.most) }

    func canAsk(_ question: Question) -> Bool { true }

    func record(for question: Question, within seconds: Double) async throws -> Record? {
        count.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.all + 1) }
        defer { count.withLock { $0.now -= 1 } }
        switch acts.withLock({ $0.count > 1 ? $0.removeFirst() : $0[0] }) {
        case .give(let record): return record
        case .knowNothing: return nil
        case .fail(let rule): throw Rejection(rule, "scripted")
        case .breakDown: throw POSIXError(.EIO)
        case .meet(let meeting, let record):
            try await meeting.join()
            return record
        case .dawdle(let seconds, let record):
            await withCheckedContinuation { continuation in
                DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { continuation.resume() }
            }
            return record
        }
    }
}

/// A place where so many have to be at the same time.
final class Meeting: Sendable {
    private let expected: Int
    private let present = Mutex(0)

    init(of expected: Int) { self.expected = expected }

    func join() async throws {
        present.withLock { $0 += 1 }
        while present.withLock({ $0 < expected }) { try await Task.sleep(for: .milliseconds(5)) }
    }
}

/// A folder with files, gone when the test is over.
final class Folder {
    let url: URL
    var path: String { url.path }

    init(_ files: [String: String] = [:]) throws {
        url = FileManager.default.temporaryDirectory.appending(path: "puente-sources-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files { try write(name, text) }
    }

    deinit { try? FileManager.default.removeItem(at: url) }  // The system clears its temporary folder anyway.

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: url.appending(path: name))
        return url.appending(path: name).path
    }
}

extension Completion {
    /// The text of an attribute, and where it is from.
    func said(_ name: AttributeName) -> String? {
        attributes.first { $0.name == name }.map { attribute in
            guard case .source(let source) = attribute.origin else { return "from the responder" }
            return attribute.values.map(\.text).joined(separator: "|") + " (\(source))"
        }
    }

    var rules: [String] { failures.map { "\($0.source): \($0.rejection.rule.code)" } }
}
