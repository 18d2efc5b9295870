// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import Testing
import XMLSecurity

@testable import MockEurope

@Suite("Logins at the mock gateway")
struct GatewayLoginTests {
    private static func login(loa: LoA = .substantial) throws -> GatewayLogin {
        let fixture = try GatewayFixture.shared.get()
        return try GatewayLogins().add(fixture.ask(fixture.request(loa: loa)), at: GatewayFixture.now)
    }

    /// How each test certificate ends where level substantial is asked.
    static let ends: [(certificate: String, message: String?)] = [
        ("dnie-begona", nil), ("software-juan", nil), ("empleada-itziar", nil), ("empresa-begona", nil),
        ("comunidad-juan", nil), ("sello-ayuntamiento", "Type of certificate not allowed (8)"),
        ("caducado-juan", "El certificado está caducado"), ("revocado-itziar", "El certificado se encuentra revocado"),
    ]

    @Test("A certificate identifies, or says why it does not", arguments: ends.indices)
    func certificates(index: Int) throws {
        let (id, message) = Self.ends[index]
        var login = try Self.login()
        login.identify(by: try GatewayFixture.shared.get().authority[id])
        switch login.stage {
        case .identified(let identification): #expect(message == nil && identification.certificate?.profile.id == id)
        case .failed(let failure): #expect(message.map { failure.message.contains($0) } ?? false)
        case .choosing: Issue.record("nothing happened")
        }
    }

    @Test("A level below the one asked is a failure that names both")
    func tooLow() throws {
        var login = try Self.login(loa: .high)
        login.identify(by: try GatewayFixture.shared.get().authority["software-juan"])
        guard case .failed(let failure) = login.stage else {
            Issue.record("identified")
            return
        }
        #expect(
            failure.message
                == "003002 - [IdP @firma] The selected credential's LoA (substantial) is lower than requested LoA (high)"
        )
    }

    @Test("Test certificates lead to their authority, and their files open", arguments: TestCertificate.Profile.all)
    func files(profile: TestCertificate.Profile) throws {
        let authority = try GatewayFixture.shared.get().authority
        let certificate = try #require(authority[profile.id])
        let anchor = authority.credential.certificate
        let isGood = certificate.credential.certificate.chains(to: [anchor], through: [], at: GatewayFixture.now)
        #expect(isGood == (profile.state != .expired))
        #expect(authority.find(certificate.credential.certificate)?.profile == profile)
        let entry = try KeyStore(pkcs12: certificate.pkcs12(authority), passphrase: TestAuthority.passphrase).entry()
        #expect(entry.name == profile.commonName)
        #expect(entry.chain == [certificate.credential.certificate, anchor])
    }

    @Test("A gateway by itself keeps its keys for the next time")
    func keys() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "puente-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }  // In a temporary folder it may stay.
        let mapping = try GatewayFixture.shared.get().dialect.clave.mapping
        var signers: [Certificate] = []
        let gateways = try (1...2).map { _ in
            try MockGateway.alone(in: folder, port: 8083, mapping: mapping, at: GatewayFixture.now) { signer in
                signers.append(signer.certificate)
                return []
            }
        }
        #expect(signers.count == 2 && signers[0] == signers[1])
        let shown = gateways.map { gateway in
            gateway.authority.certificates.filter { $0.profile.state != .expired }.map(\.credential.certificate)
        }
        #expect(shown[0] == shown[1])
        #expect(gateways[0].address == "http://localhost:8083/Proxy2/ServiceProvider")
        #expect(gateways[0].certificateAddress == "https://localhost:8084")
    }

    @Test("People are found however they type their number", arguments: ["00000000T", " 00000000-t ", "00.000.000 t"])
    func typing(text: String) { #expect(Resident.find(text) == .begona) }
}
