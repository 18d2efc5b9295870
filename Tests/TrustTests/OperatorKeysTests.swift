// SPDX-License-Identifier: EUPL-1.2
import Foundation
import PuenteTestKit
import Settings
import Testing
import XMLSecurity
import YAMLText

@testable import Trust

@Suite("Keys of operators")
struct OperatorKeysTests {
    /// The public half of ``TestKey/p256a``, as `openssl pkey -pubout` prints it.
    private static let publicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEWW/YQ2fS7PWXNjzTZcIoeBqNKRCY
        cd8e7LeusVDIRv06/6DOsMn/zD4l5VkROuQWfVDpQQ8w6v77OIak/Cz2gg==
        -----END PUBLIC KEY-----
        """

    private static func pem(_ key: TestKey) throws -> String {
        let base64 = Data(try key.certificate().der).base64EncodedString()
        return "-----BEGIN CERTIFICATE-----\n\(base64)\n-----END CERTIFICATE-----"
    }

    /// The settings with these two operators, and what is said of their keys.
    private static func check(_ ana: String, _ luis: String) throws -> (settings: Settings, faults: [Fault]) {
        func block(_ pem: String) -> String { pem.replacingOccurrences(of: "\n", with: "\n      ") }
        let operators = """
            trust:
              approvals: 2
              operators:
              - name: ana
                key: |
                  \(block(ana))
              - name: luis
                key: |
                  \(block(luis))
            """
        let settings = try Life(settings: operators).verifier.settings
        let faults = Faults()
        settings.checkOperators(into: faults)
        return (settings, faults.sorted)
    }

    @Test("May be a certificate or a public key, and confirm what their owners signed")
    func sound() throws {
        let (settings, faults) = try Self.check(Self.publicKey, Self.pem(.rsa3072a))
        #expect(faults == [])
        let operators = settings.trustOperators
        #expect(operators.map(\.name) == ["ana", "luis"])
        let signature = try TestKey.p256a.key().signDetached([1, 2, 3])
        #expect(operators[0].key.confirms(signature, of: [1, 2, 3]))
        #expect(!operators[1].key.confirms(signature, of: [1, 2, 3]) && !operators[0].key.confirms(signature, of: [1]))
    }

    @Test("Are told apart by the key itself, not by what it is wrapped in")
    func shared() throws {
        let (_, faults) = try Self.check(Self.publicKey, Self.pem(.p256a))
        #expect(faults.map(\.file) == ["operator luis"])
        #expect(faults.first?.found == "that of ana")
    }

    @Test("That cannot be used are a fault, and approve nothing")
    func unusable() throws {
        let broken = Self.publicKey.replacingOccurrences(of: "MFkwEwYH", with: "MFkwEwYI")
        let (settings, faults) = try Self.check(broken, Self.pem(.p256a))
        #expect(faults.map(\.file) == ["operator ana"])
        #expect(faults.first?.expected == "a public key or certificate in PEM")
        #expect(settings.trustOperators.map(\.name) == ["luis"])
    }
}
