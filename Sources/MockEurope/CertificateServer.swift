// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import NIOCore
import NIOSSL
import XMLSecurity

/// The server of the mock gateway that asks the browser for a certificate, in TLS, as the real one has its own host for it
/// (Cl@ve dossier §1.1). It lets in whoever has a certificate or none: what is wrong with one is said in the answer.
struct CertificateServer: Sendable {
    let authority: TestAuthority
    let logins: GatewayLogins
    let gatewayAddress: String

    func router() -> Router<CertificateContext> {
        let router = Router(context: CertificateContext.self)
        router.get("IdP2/AuthenticateCitizen") { request, context in
            let id = request.uri.queryParameters["login"].map(String.init)
            let shown = try await context.certificate()
            logins.update(id) { login in
                guard login.isOpen else { return }
                if let shown, authority.find(shown) == nil {
                    login.stage = .failed(.invalid("El certificado no es de una autoridad conocida"))
                } else {
                    login.identify(by: shown.flatMap(authority.find))
                }
            }
            return Response.seeOther(gatewayAddress + "/Proxy2/ResponseRedirect/" + (id ?? "-"))
        }
        return router
    }

    func builder() throws -> HTTPServerBuilder {
        let credential = authority.server
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: credential.certificate.der, format: .der))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(credential.key.pem().utf8), format: .pem)))
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = .optionalVerification
        // Browsers then offer only what came from here.
        tls.trustRoots = .certificates([
            try NIOSSLCertificate(bytes: authority.credential.certificate.der, format: .der)
        ])
        tls.sendCANameList = true
        return try .tls(
            .http1(),
            configuration: TLSChannelConfiguration(
                tlsConfiguration: tls, customAsyncVerificationCallback: { _ in .certificateVerified }))
    }
}

/// A request with the connection that it came by.
struct CertificateContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// What the browser showed, and proved to have the key of.
    func certificate() async throws -> Certificate? {
        try await channel.nioSSL_peerCertificate().get().map { try Certificate(der: $0.toDERBytes()) }
    }
}
