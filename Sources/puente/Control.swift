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
        ![ECONNREFUSED, ENOENT, ENAMETOOLONG].contains(Control.fault(connectingTo: path))
    }
}

enum Control {
    /// What came of telling.
    enum Answer {
        case done
        /// A node runs and goes on as before: its log says why.
        case refused
        /// No node runs here.
        case nobody
        /// Whether one runs, or did it, is not known.
        case failed(reason: String)
    }

    static func tell(_ settings: Settings, _ word: String, _ countries: [String] = []) async -> Answer {
        let path = settings.trust.controlSocket
        switch fault(connectingTo: path) {
        case ECONNREFUSED, ENOENT: return .nobody  // The file of a node that was killed, or none.
        case 0, EAGAIN: break  // It is there, and may be busy.
        case let code: return .failed(reason: "\(path): \(String(cString: strerror(code)))")
        }
        let query = countries.isEmpty ? "" : "?" + countries.map { "country=\($0)" }.joined(separator: "&")
        guard let url = URL(httpURLWithSocketPath: path, uri: "/\(word)\(query)") else {
            return .failed(reason: "\(path) cannot be part of an address")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = .POST
        // A node that ends just now is not waited for until the timeout.
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
            return answer.status == .ok ? .done : .refused
        } catch { return .failed(reason: "\(error)") }
    }

    /// What the system says to a connection, at once: 0 where somebody takes it, or an error number.
    static func fault(connectingTo path: String) -> Int32 {
        guard let address = try? SocketAddress(unixDomainSocketPath: path) else { return ENAMETOOLONG }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        return address.withSockAddr { connect(descriptor, $0, socklen_t($1)) == 0 ? 0 : errno }
    }

    /// Tells the running node that something new is written, and the operator what came of it.
    ///
    /// - Parameters:
    ///   - written: said in front where the node does not have it, or not yet.
    ///   - taken: said in front where it has.
    /// - Throws: exit code 1 unless the node has it, or will have it when it starts.
    static func takeOver(_ settings: Settings, written: String? = nil, taken: String? = nil) async throws {
        func say(_ lead: String?, _ text: String) -> String { [lead, text].compactMap(\.self).joined(separator: " ") }
        let reload = "systemctl reload puente"
        switch await tell(settings, "reload") {
        case .done:
            print(say(taken, "The running node has taken it over. On other machines of this node: \(reload)."))
        case .refused:
            let advice = "The running node goes on as before: its log says why. Run puente check, and then \(reload)."
            throw failure(say(written, advice))
        case .nobody:
            print(say(written, "No node answers here: it holds from the next start. On other machines: \(reload)."))
        case .failed(let reason):
            let advice = "Whether a node has taken it over is not known (\(reason)): \(reload), and see its log."
            throw failure(say(written, advice))
        }
    }
}
