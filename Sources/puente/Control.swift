// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import Federation
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Settings
import Trust

/// How the commands of an operator reach the running node: HTTP on a socket of the file system, which nobody but its
/// owner can open.
struct ControlListener: Service {
    let settings: Settings
    let trust: TrustDirectory
    let logger: Logger

    func run() async throws {
        let path = settings.trust.controlSocket
        guard !Self.isListening(path) else {
            logger.error(
                "control socket not opened", metadata: ["path": "\(path)", "cause": "another node answers there"])
            return try await gracefulShutdown()
        }
        Self.removeSocket(path)
        let router = Router(context: BasicRequestContext.self)
        router.post("/refresh") { [trust] request, _ in
            let countries = request.uri.queryParameters.getAll("country").compactMap {
                MemberState(rawValue: String($0))
            }
            await trust.refresh(countries.isEmpty ? nil : Set(countries)) { Date() }
            return Response(status: .ok)
        }
        router.post("/reload") { [trust, logger] _, _ in
            let faults = await trust.reload { Date() }
            for fault in faults { logger.error("files not taken over", metadata: ["fault": "\(fault)"]) }
            return Response(status: faults.isEmpty ? .ok : .conflict)
        }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path), serverName: "Puente"),
            onServerRunning: { _ in _ = chmod(path, 0o600) }, logger: logger)
        do { try await application.run() } catch let error as IOError {
            // The node can do without: SIGHUP and the files are there as well.
            logger.error("control socket not opened", metadata: ["path": "\(path)", "cause": "\(error)"])
            try await gracefulShutdown()
        }
        Self.removeSocket(path)
    }

    /// What a node left behind that was killed. Whatever else the setting names is left alone, and the socket of a node that
    /// runs.
    private static func removeSocket(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK, !isListening(path) else { return }
        unlink(path)
    }

    /// Whether a node has this socket. Asked of the system, at once: an answer could be late, and would then seem to be none.
    /// Only where nobody listens, or nothing is there, it is free; a node that is busy or another user's is one.
    private static func isListening(_ path: String) -> Bool {
        guard let address = try? SocketAddress(unixDomainSocketPath: path) else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        return address.withSockAddr { connect(descriptor, $0, socklen_t($1)) == 0 }
            || ![ECONNREFUSED, ENOENT].contains(errno)
    }
}

enum Control {
    /// What came of telling.
    enum Answer {
        case done
        /// A node runs and goes on as before: its log says why.
        case refused
        /// No node runs here, or not one that this user may speak to.
        case nobody
    }

    @discardableResult
    static func tell(_ settings: Settings, _ word: String, _ countries: [String] = []) async -> Answer {
        guard FileManager.default.fileExists(atPath: settings.trust.controlSocket) else { return .nobody }
        let query = countries.isEmpty ? "" : "?" + countries.map { "country=\($0)" }.joined(separator: "&")
        guard let url = URL(httpURLWithSocketPath: settings.trust.controlSocket, uri: "/\(word)\(query)") else {
            return .nobody
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = .POST
        // A socket that a killed node left behind is not tried again until the timeout.
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let answer = await answer(client, request)
        try? await client.shutdown()  // The process ends, or opens another.
        return answer
    }

    private static func answer(_ client: HTTPClient, _ request: HTTPClientRequest) async -> Answer {
        do {
            let answer = try await client.execute(request, timeout: .seconds(180))
            if answer.status != .ok { printError("The running node did not take it over: see its log.") }
            return answer.status == .ok ? .done : .refused
        } catch { return .nobody }  // Nobody listens: the file is from a node that was killed.
    }
}
