// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Federation
import Logging
import PuenteTestKit
import SAML
import Synchronization
import Testing
import XMLSecurity

@testable import Trust

@Suite("Second opinions of a node")
struct SecondOpinionsTests {
    private static func rule(_ directory: TrustDirectory) -> Rule? {
        guard case .out(let rejection, _) = directory.snapshot.connector.countries.first?.state else { return nil }
        return rejection.rule
    }

    @Test("Metadata over which libxmlsec1 disagrees is not used; it is counted, and rings an alarm")
    func disagreement() throws {
        let log = LogBook()
        let directory = try Place().directory(.serving, asking: Dissenter { _ in true }, log)
        #expect(Self.rule(directory) == .signatureSecondOpinion)
        #expect(directory.disagreements > 0)
        let count = "puente_second_opinion_total{verdict=\"disagrees\"} \(directory.disagreements)\n"
        #expect(directory.metrics(at: Life.start).contains(count))
        let alarms = log.lines.withLock { $0 }.filter { $0.level == .critical }.map(\.text)
        #expect(alarms.count == directory.disagreements)
        #expect(alarms.allSatisfy { $0.hasPrefix("second opinion disagrees certificate=") })
    }

    @Test("Where it agrees, both directions ask it, and nothing rings")
    func agreement() throws {
        let (log, reader) = (LogBook(), Dissenter { _ in false })
        let directory = try Place().directory(.serving, asking: reader, log)
        #expect(Self.rule(directory) == nil && directory.disagreements == 0)
        #expect(reader.asked.map(\.identifier) == ["_m"])
        #expect(directory.metrics(at: Life.start).contains("puente_second_opinion_total{verdict=\"agrees\"} 1\n"))
        #expect(directory.snapshot.connector.secondReader as? SecondOpinions === directory.opinions)
        #expect(log.lines.withLock { $0 }.allSatisfy { $0.level < .warning })
    }

    @Test("Switched off, nobody is asked, and the log says so once")
    func off() throws {
        let (log, reader) = (LogBook(), Dissenter { _ in true })
        let place = try Place(Publisher(), "second-opinion: false")
        let directory = try place.directory(.serving, asking: reader, log)
        #expect(Self.rule(directory) == nil && reader.asked.isEmpty)
        #expect(
            directory.snapshot.connector.secondReader == nil && !directory.metrics(at: place.now).contains("second"))
        #expect(log.lines.withLock { $0 }.map(\.text).filter { $0 == "second opinion is off" }.count == 1)
    }
}
