// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import Testing

@Suite("The four legs of the Connector direction")
struct FourLegsTests {
    @Test("A citizen of another country reaches the service", arguments: ServiceRequest.Kit.allCases)
    func natural(kit: ServiceRequest.Kit) throws {
        let answer = try World().login(.german, request: ServiceRequest(kit))
        #expect(answer.statusCodes == [SAMLURI.success])
        #expect(answer.statusMessage == SAMLURI.success)
        #expect(answer.loa == "http://eidas.europa.eu/LoA/substantial")
        #expect(
            answer.attributes == [
                "PersonIdentifier": ["DE/ES/0123456789ABCDEF"], "FamilyName": ["Müller-Lüdenscheid"],
                "FirstName": ["Jürgen"], "DateOfBirth": ["1964-05-17"], "SelectedIdP": ["EIDAS"],
                "RelayState": ["q7Xb2LtM"],
            ])
    }
}
