// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Federation
import Foundation
import PuenteTestKit
import SAML
import SQLiteStore
import Storage
import XMLSecurity

struct Scale: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure what a login costs with many services, and with many exchanges in the store.",
        discussion: """
            Three servers, asked in turn: one with few of both, one with many services, one whose store holds many exchanges
            that are not over. CPU of the server and time of one login. A million exchanges need 4 GB in the folder for
            temporary files, and some minutes to be written.
            """)

    @Flag(help: "Fewer rounds, and a hundredth of the exchanges.") var quick = false
    @Option(help: "The program. Default: puente next to this one.") var puente: String?
    @Option(help: "How many services are many.") var services = 10_000
    @Option(help: "How many exchanges are many.") var exchanges: Int?
    @Option(help: "The first of the ports that the servers listen on.") var port = 18_482

    private struct Case {
        let name: String
        let services, exchanges: Int
    }

    func run() async throws {
        let many = exchanges ?? (quick ? 10_000 : 1_000_000)
        let cases = [
            Case(name: "10 services, 10 exchanges", services: 10, exchanges: 10),
            Case(name: "\(services) services, 10 exchanges", services: services, exchanges: 10),
            Case(name: "10 services, \(many) exchanges", services: 10, exchanges: many),
        ]
        let folder = FileManager.default.temporaryDirectory.appending(path: "puente-bench-\(UUID().uuidString)")
        defer {
            // What cannot be removed lies in a temporary folder, and is worthless.
            try? FileManager.default.removeItem(at: folder)
        }
        var servers: [Server] = []
        defer { for server in servers { server.stop() } }
        for (place, item) in cases.enumerated() {
            let files = try ServerFiles(
                in: folder.appending(path: "\(place)"), port: port + place, at: Date(), services: item.services)
            try await files.fill(item.exchanges, at: Date())
            servers.append(try Server(program: Server.program(puente), files))
        }
        let rows = try measure(servers)
        var table = Table("login over HTTP", "server CPU ms", "x few", "median ms", "x few", "MB at most")
        for (place, item) in cases.enumerated() {
            let (cpu, wall) = (rows.map { $0[place].cpu }, rows.map { $0[place].wall })
            table.add(
                item.name, milliseconds(cpu.median), ratio(rows.map { $0[place].cpu / $0[0].cpu }.median),
                milliseconds(wall.median), ratio(rows.map { $0[place].wall / $0[0].wall }.median),
                String(format: "%.0f", servers[place].memory.peak))
        }
        print(table.text)
    }

    /// For each round, the seconds of one login at each server.
    private func measure(_ servers: [Server]) throws -> [[(cpu: Double, wall: Double)]] {
        let visitors = try servers.map { try Visitor(port: $0.port) }
        for visitor in visitors { for _ in 0..<20 { try visitor.login() } }
        let logins = 40
        return try (0..<(quick ? 5 : 21)).map { _ in
            try zip(servers, visitors).map { server, visitor in
                let (cpu, wall) = (server.cpuSeconds, visitor.waited)
                for _ in 0..<logins { try visitor.login() }
                return (
                    (server.cpuSeconds - cpu) / Double(logins), (visitor.waited - wall) / Double(logins)
                )
            }
        }
    }
}

extension ServerFiles {
    /// Puts exchanges into the store, each with its replay key and its line of the audit trail, that last for a day.
    fileprivate func fill(_ count: Int, at now: Date) async throws {
        let state = folder.appending(path: "state").path
        let store = try SQLiteStore(
            path: state + "/puente.sqlite", sealing: AtRest(keyFile: state + "/store.key"), patience: 60)
        let request = try World(.connector).receive().request
        let writers = 64
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for _ in stride(from: writer, to: count, by: writers) {
                        guard let id = Exchange.ID(rawValue: try randomBytes(16).hexadecimal) else {
                            throw Failure("no identifier")
                        }
                        let exchange = Exchange(
                            id: id, request: request, browser: "", openedAt: now, expiresAt: now + 86_400)
                        let message = try MessageID.random()
                        try await store.open(
                            exchange, using: [ReplayKey(.request, of: request.requester, message, until: now + 86_400)],
                            AuditEvent(.requestReceived, at: now, exchange: exchange.id, message: message))
                    }
                }
            }
            try await group.waitForAll()
        }
        await store.close()
    }
}
