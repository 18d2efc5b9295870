// SPDX-License-Identifier: EUPL-1.2
public import Dialects
public import Foundation
import Hummingbird
import SAML
public import ServiceLifecycle
public import XMLSecurity

/// The mock Cl@ve gateway by itself: its keys, its services and its two servers.
public struct MockGateway: Sendable {
    let dialect: GatewayDialect
    let authority: TestAuthority
    /// Of the server that asks for certificates.
    let certificateAddress: String
    private let ports: (pages: Int, certificates: Int)

    init(dialect: GatewayDialect, authority: TestAuthority, addresses: Addresses) {
        self.dialect = dialect
        self.authority = authority
        certificateAddress = addresses.certificates
        ports = (addresses[.gateway], addresses[.certificates])
    }

    /// Where services send their requests.
    public var address: String { dialect.address }
    public var front: String { dialect.origin + "/" }

    /// For services that are not part of a demonstration.
    ///
    /// - Parameters:
    ///   - folder: keeps the keys, so that services may trust them for longer than one run: `clave-gateway.pem` signs answers.
    ///   - port: the server that asks for certificates has the next one.
    ///   - services: registered ones, with this key to answer them.
    public static func alone(
        in folder: URL, port: Int, mapping: MappingTable, at now: Date, services: (Signer) throws -> [Requester]
    ) throws -> MockGateway {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let signing = try Credential.kept("clave-gateway", in: folder, at: now) { () throws(XMLFault) in
            try .make(.rsa(bits: 2048), "Mock Cl@ve gateway", at: now)
        }
        let stranger = try Credential.make(.rsa(bits: 2048), "Somebody else", at: now)
        let addresses = Addresses(from: port - Addresses.Server.gateway.rawValue)
        let dialect = GatewayDialect(
            mapping: mapping, origin: addresses.gateway, services: try services(signing.signer(.rsaSHA512)),
            otherSigner: try stranger.signer(.rsaSHA512))
        return MockGateway(
            dialect: dialect, authority: try TestAuthority.make(in: folder, at: now), addresses: addresses)
    }

    public func servers() throws -> [any Service] {
        let logins = GatewayLogins()
        let gateway = GatewayServer(
            dialect: dialect, authority: authority, logins: logins, certificateAddress: certificateAddress)
        let certificates = CertificateServer(authority: authority, logins: logins, gatewayAddress: dialect.origin)
        return [
            MockServer.on(ports.pages, gateway.router()),
            MockServer.on(ports.certificates, certificates.router(), try certificates.builder()),
        ]
    }
}

extension Credential {
    /// The one that lies in a folder and is valid; else a new one, which is put there.
    static func kept(
        _ name: String, in folder: URL, at now: Date, or make: () throws(XMLFault) -> Credential
    ) throws -> Credential {
        let (keyFile, file) = (folder.appending(path: name + ".key"), folder.appending(path: name + ".pem"))
        if FileManager.default.fileExists(atPath: keyFile.path) {
            let found = Credential(
                key: try PrivateKey(pem: Array(Data(contentsOf: keyFile))),
                certificate: try Certificate(pemOrDER: Array(Data(contentsOf: file))))
            if found.certificate.isValid(at: now) { return found }
        }
        let made = try make()
        try Data(made.key.pem().utf8).write(to: keyFile)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keyFile.path)
        try Data(made.certificate.pem.utf8).write(to: file)
        return made
    }
}
