// SPDX-License-Identifier: EUPL-1.2
import Testing
import XMLSecurity

@testable import Dialects

@Suite("Postal addresses")
struct AddressTests {
    @Test("Elements that are never closed cost no more than others", .timeLimit(.minutes(10)))
    func unclosed() {
        let parts = Array(String(repeating: "<a:b>", count: 9000).utf8)
        #expect(ValueRule.address.read(Base64.encode(parts)) == nil)
    }

    @Test("Text that is no XML is read element by element, as the Commission's nodes write it")
    func unescaped() {
        let text = "<eidas:Thoroughfare>Hof & Garten</eidas:Thoroughfare>\n<eidas:PostCode>10117</eidas:PostCode>"
        #expect(
            ValueRule.address.read(Base64.encode(Array(text.utf8))) == "Thoroughfare: Hof & Garten\nPostCode: 10117")
    }
}
