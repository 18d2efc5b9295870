// SPDX-License-Identifier: EUPL-1.2
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Settings
import XMLSecurity
import YAMLText

/// Posts alarms as JSON to an address of the operator: at most three tries, no redirects, TLS 1.2 or later.
struct Webhook: AlarmChannel {
    let name = "webhook"
    let url: String
    let secret: Secret?
    let secondsForEachTry: Int64
    /// After each try that failed but the last.
    let pauses: [Duration]

    init(
        _ settings: Settings.Trust.Webhook, secondsForEachTry: Int64 = 10,
        pauses: [Duration] = [.seconds(2), .seconds(15)]
    ) {
        url = settings.url.description
        secret = settings.secret
        self.secondsForEachTry = secondsForEachTry
        self.pauses = pauses
    }

    func tell(_ bulletin: AlarmBulletin) async throws {
        let request = try request([UInt8](bulletin.json))
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.configuration)
        let result: Result<Void, any Error>
        do { result = .success(try await send(request, client)) } catch { result = .failure(error) }
        try await client.shutdown()
        try result.get()
    }

    /// `Puente-Signature: sha256=…`: HMAC-SHA256 of the body, in hexadecimal. The body tells the time, so that an old one can
    /// be told from a new one.
    private func request(_ body: [UInt8]) throws -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "Puente")
        do {
            if let key = try secret?.read() {
                let code = try hmacSHA256(key: [UInt8](key.utf8), body)
                request.headers.add(name: "Puente-Signature", value: "sha256=\(code.hexadecimal)")
            }
        } catch let problem as LocalFile.Problem { throw AlarmFault(description: problem.found) }
        request.body = .bytes(body)
        return request
    }

    private func send(_ request: HTTPClientRequest, _ client: HTTPClient) async throws {
        for pause in pauses {
            do { return try await once(request, client) } catch is AlarmFault { try await Task.sleep(for: pause) }
        }
        try await once(request, client)
    }

    private func once(_ request: HTTPClientRequest, _ client: HTTPClient) async throws {
        let status: HTTPResponseStatus
        do { status = try await client.execute(request, timeout: .seconds(secondsForEachTry)).status } catch {
            if Task.isCancelled { throw CancellationError() }
            // The error may name the address, which may be a secret in itself.
            throw AlarmFault(description: (error as? HTTPClientError)?.shortDescription ?? "no connection")
        }
        guard (200..<300).contains(status.code) else { throw AlarmFault(description: "status \(status.code)") }
    }

    private static var configuration: HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
