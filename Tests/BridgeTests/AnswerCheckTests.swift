// SPDX-License-Identifier: EUPL-1.2
import Bridge
import Dialects
import Federation
import Foundation
import PuenteTestKit
import SAML
import Testing
import XMLSecurity

@Suite("What is checked in the answer of a node")
struct AnswerCheckTests {
    typealias Case = Spoil<NodeAnswer>

    static let envelopes: [Case] = [
        Case("RelayState changed", .relayStateChanged) { $0.relayState = "other" },
        Case("RelayState missing", .relayStateChanged) { $0.relayState = nil },
        Case("DOCTYPE", .xmlDocumentType) { $0.editsOctets = { Array("<!DOCTYPE x>".utf8) + $0 } },
        Case(response: "unknown attribute", .messageSchema) { $0.set("Foo", "x") },
        Case(response: "unknown element", .messageSchema) { $0 = $0.appending(XMLNode(Namespace.saml2p("Foo"))) },
        Case(response: "no Status", .messageSchema) { try $0.remove("Status") },
        Case(response: "two Status", .messageSchema) { try $0.double("Status") },
        Case(response: "Status before Issuer", .messageSchema) { $0.content.swapAt(0, 1) },
        Case(response: "two Issuers", .messageSchema) { try $0.double("Issuer") },
        Case(response: "Extensions of somebody else", nil) { $0 = $0.extended(by: [Self.note]) },
        Case(response: "empty Extensions", .messageSchema) { $0 = $0.extended(by: []) },
        Case(response: "Extensions behind the status", .messageSchema) { $0 = $0.extended(by: [Self.note], at: 2) },
        Case(response: "two Extensions", .messageSchema) {
            $0 = $0.extended(by: [Self.note]).extended(by: [Self.note])
        },
        Case(response: "Extensions of the protocol's namespace", .messageSchema) {
            $0 = $0.extended(by: [XMLNode(Namespace.saml2p("Status"))])
        },
        Case(response: "Extensions with text", .messageSchema) {
            $0 = $0.extended(by: [Self.note])
            try $0.edit("Extensions") { $0.content.append(.text("x")) }
        },
        Case(response: "an attribute of Extensions", .messageSchema) {
            $0 = $0.extended(by: [Self.note])
            try $0.set("Evil", of: "Extensions", "x")
        },
        Case(response: "an identifier deep in Extensions", .messageSchema) {
            $0 = $0.extended(by: [XMLNode(Namespace("x", "urn:x")("y"), [], [Self.note.with("Id", "_x")])])
        },
        Case("an assertion deep in Extensions", .messageSchema) { answer in
            var evil = try #require(answer.assertion)
            evil.set("ID", nil)
            answer.response = answer.response.extended(by: [XMLNode(Namespace("x", "urn:x")("y"), [], [evil])])
        },
        Case("a sealed assertion in Extensions", .messageSchema) { answer in
            answer.response = answer.response.extended(by: [try Self.otherAssertion(answer)])
        },
        Case("a signature in Extensions", .messageSchema) { answer in
            let signature = try answer.recipe.signature(over: answer.response)
            answer.response = answer.response.extended(by: [signature])
        },
        Case(response: "text between elements", .messageSchema) { $0.content.append(.text("x")) },
        Case(response: "no Issuer", .messageIssuer) { try $0.remove("Issuer") },
        Case(response: "another Issuer", .messageIssuer) { try $0.setText(of: "Issuer", "https://other.example/") },
        Case(response: "Issuer of other case", .messageIssuer) {
            try $0.setText(of: "Issuer", "https://KNOTEN.example.de/metadata")
        },
        Case(response: "Issuer of a wrong format", .messageIssuer) {
            try $0.set("Format", of: "Issuer", SAMLURI.persistent)
        },
        Case(response: "empty Issuer", .messageIssuer) { try $0.setText(of: "Issuer", "") },
        Case(response: "Issuer without format", nil) { try $0.set("Format", of: "Issuer", nil) },
        Case(response: "blanks around Issuer", nil) { try $0.setText(of: "Issuer", "\n \(World.country.rawValue)\n") },
        Case("no signature", .signatureMissing) { $0.isSigned = false },
        Case("signed by a stranger", .signatureKeyUnknown) { $0.recipe = SignatureRecipe(.stranger) },
        Case("a stranger behind the node's certificate", .signatureValue) {
            $0.recipe = SignatureRecipe(.stranger)
            $0.recipe.shown = [try TestKey.country.certificate()]
        },
        Case("PKCS#1 v1.5", .signatureAlgorithm) { $0.recipe = SignatureRecipe(.country, .rsaSHA256) },
        Case("SHA-1 digest", .signatureAlgorithm) {
            $0.recipe.editsSignedInfo = {
                try $0.set("Algorithm", of: "DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1")
            }
        },
        Case("changed behind the signer's back", .signatureDigest) {
            $0.editsOctets = { try $0.replacing("status:Success", with: "status:Responder") }
        },
        Case("two signatures", .signatureRepeated) { $0.editsDocument = { try $0.double("Signature") } },
        Case("signature behind Status", .messageSchema) { $0.editsDocument = { $0.content.swapAt(1, 2) } },
        Case(response: "no ID", .messageSchema) { $0.set("ID", nil) },
        Case(response: "ID is no NCName", .messageIdentifier) { $0.set("ID", "1abc") },
        Case(response: "ID that the assertion has too", .xmlIdentifierRepeated) {
            $0.set("ID", NodeAnswer.assertionID)
        },
        Case(response: "no Version", .messageSchema) { $0.set("Version", nil) },
        Case(response: "Version 1.1", .messageVersion) { $0.set("Version", "1.1") },
        Case(response: "no IssueInstant", .messageSchema) { $0.set("IssueInstant", nil) },
        Case(response: "IssueInstant too old", .messageIssueInstant) { $0.set("IssueInstant", "2026-03-02T09:09:00Z") },
        Case(response: "IssueInstant ahead", .messageIssueInstant) { $0.set("IssueInstant", "2026-03-02T09:17:00Z") },
        Case(response: "IssueInstant within the skew", nil) { $0.set("IssueInstant", "2026-03-02T09:16:29Z") },
        Case(response: "IssueInstant in another zone", .messageIssueInstant) {
            $0.set("IssueInstant", "2026-03-02T10:15:30+01:00")
        },
        Case(response: "no Destination", .messageDestination) { $0.set("Destination", nil) },
        Case(response: "another Destination", .messageDestination) {
            $0.set("Destination", "https://other.example/eidas/connector/acs")
        },
        Case(response: "Destination with a slash more", .messageDestination) {
            $0.set("Destination", World.answerAddress + "/")
        },
        Case(response: "no InResponseTo", .responseUnsolicited) { $0.set("InResponseTo", nil) },
        Case(response: "another InResponseTo", .responseUnsolicited) { $0.set("InResponseTo", "_other") },
        Case(response: "odd Consent", .messageConsent) { $0.set("Consent", "urn:x") },
        Case(response: "no Consent", nil) { $0.set("Consent", nil) },
        Case(response: "no StatusMessage", nil) { try $0.remove("StatusMessage") },
        Case(response: "no StatusCode", .responseStatus) { try $0.remove("StatusCode") },
        Case(response: "StatusCode without Value", .messageSchema) { try $0.set("Value", of: "StatusCode", nil) },
        Case(response: "empty StatusCode", .responseStatus) { try $0.set("Value", of: "StatusCode", "") },
        Case(response: "success with a second code", .responseStatus) {
            try $0.edit("StatusCode") {
                $0 = $0.appending(XMLNode(Namespace.saml2p("StatusCode"), [("Value", SAMLURI.authnFailed)]))
            }
        },
        Case(response: "status detail", nil) {
            try $0.edit("Status") { $0 = $0.appending(XMLNode(Namespace.saml2p("StatusDetail"))) }
        },
        Case("no assertion", .responseAssertions) { $0.assertion = nil },
        Case("two assertions", .responseAssertions) {
            $0.response = $0.response.appending(try Self.otherAssertion($0))
        },
        Case("assertion in clear", .encryptionMissing) { $0.recipients = [] },
        Case("assertion in clear beside the encrypted one", .responseAssertions) { answer in
            var assertion = try #require(answer.assertion)
            assertion.set("ID", "_other")
            answer.response = answer.response.appending(assertion)
        },
    ]

    static let note = XMLNode(Namespace("x", "urn:x")("note"), [("a", "b")], text: "c")

    static func otherAssertion(_ answer: NodeAnswer) throws -> XMLNode {
        var other = answer
        try other.editAssertion { $0.set("ID", "_other") }
        return try #require(try other.content())
    }

    static let ciphers: [Case] = [
        Case("encrypted for a stranger", .encryptionFailed) { $0.recipients = [try TestKey.stranger.recipient()] },
        Case("encrypted for a stranger and for us", nil) {
            $0.recipients.insert(try TestKey.stranger.recipient(), at: 0)
        },
        Case("old key transport", .encryptionAlgorithm) {
            $0.recipients = [try TestKey.connectorEncryption.recipient(.rsaOAEPMGF1P)]
        },
        Case("an attribute of EncryptedAssertion", .messageSchema) { $0.editsContent = { $0.set("Evil", "x") } },
        Case("AES-CBC", .encryptionAlgorithm) {
            $0.editsContent = {
                try $0.set("Algorithm", of: "EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#aes256-cbc")
            }
        },
        Case("ciphertext changed", .encryptionFailed) {
            $0.editsContent = { content in
                try content.edit("EncryptedData") { data in
                    let last = data.content.count - 1
                    guard case .node(var cipher) = data.content[last] else { return }
                    try cipher.edit("CipherValue") { value in
                        var octets = Base64.decode(value.text) ?? []
                        octets[40] ^= 1
                        value.text = Base64.encode(octets)
                    }
                    data.content[last] = .node(cipher)
                }
            }
        },
        Case("something else than an assertion inside", .responseAssertions) { answer in
            let other = try XMLNode(Namespace.saml2("Advice")).encrypted(for: answer.recipients, cipher: .aes256GCM)
            answer.editsContent = { $0.content = [.node(other)] }
        },
        Case("a whole Response inside", .responseAssertions) { answer in
            let other = try answer.response.encrypted(for: answer.recipients, cipher: .aes256GCM)
            answer.editsContent = { $0.content = [.node(other)] }
        },
        Case("encryption within encryption", .responseAssertions) { answer in
            let inner = try #require(try answer.content())
            let outer = try inner.encrypted(for: answer.recipients, cipher: .aes256GCM)
            answer.editsContent = { $0.content = [.node(outer)] }
        },
        Case("EncryptedAttribute", .messageSchema) {
            try $0.editAssertion {
                try $0.edit("AttributeStatement") { $0 = $0.appending(XMLNode(Namespace.saml2("EncryptedAttribute"))) }
            }
        },
        Case("EncryptedID", .messageSchema) {
            try $0.editAssertion { try $0.edit("NameID") { $0.name = Namespace.saml2("EncryptedID") } }
        },
        Case("assertion signed by the node", nil) { $0.assertionRecipe = SignatureRecipe(.country) },
        Case("assertion signed by a stranger", .signatureKeyUnknown) {
            $0.assertionRecipe = SignatureRecipe(.stranger)
        },
        Case("assertion signed with SHA-1", .signatureAlgorithm) {
            $0.assertionRecipe = SignatureRecipe(.country)
            $0.assertionRecipe?.editsSignedInfo = {
                try $0.set("Algorithm", of: "DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1")
            }
        },
        Case("assertion's signature over another ID", .signatureReference) {
            $0.assertionRecipe = SignatureRecipe(.country)
            $0.assertionRecipe?.reference = "#_other"
        },
    ]

    static let assertions: [Case] = [
        Case(assertion: "no ID", .messageSchema) { $0.set("ID", nil) },
        Case(assertion: "ID is no NCName", .messageIdentifier) { $0.set("ID", "a b") },
        Case(assertion: "Version 1.1", .messageVersion) { $0.set("Version", "1.1") },
        Case(assertion: "IssueInstant too old", .messageIssueInstant) {
            $0.set("IssueInstant", "2026-03-02T09:09:00Z")
        },
        Case(assertion: "IssueInstant ahead", .messageIssueInstant) { $0.set("IssueInstant", "2026-03-02T09:17:00Z") },
        Case(assertion: "no Issuer", .messageSchema) { try $0.remove("Issuer") },
        Case(assertion: "another Issuer", .messageIssuer) { try $0.setText(of: "Issuer", "https://other.example/") },
        Case(assertion: "Advice", .messageSchema) { $0 = $0.inserting(XMLNode(Namespace.saml2("Advice")), at: 3) },
        Case(assertion: "another statement", .messageSchema) {
            $0 = $0.appending(XMLNode(Namespace.saml2("AuthzDecisionStatement")))
        },
        Case(assertion: "no Subject", .responseSubject) { try $0.remove("Subject") },
        Case(assertion: "two Subjects", .messageSchema) { try $0.double("Subject") },
        Case(assertion: "no NameID", .responseSubject) { try $0.remove("NameID") },
        Case(assertion: "empty NameID", .responseSubject) { try $0.setText(of: "NameID", " ") },
        Case(assertion: "NameID of 256 characters", nil) {
            try $0.setText(of: "NameID", String(repeating: "ñ", count: 256))
        },
        Case(assertion: "NameID of 257 characters", .responseSubject) {
            try $0.setText(of: "NameID", String(repeating: "x", count: 257))
        },
        Case(assertion: "no confirmation", .responseConfirmation) { try $0.remove("SubjectConfirmation") },
        Case(assertion: "confirmation without data", .responseConfirmation) {
            try $0.remove("SubjectConfirmationData")
        },
        Case(assertion: "confirmation without method", .messageSchema) {
            try $0.set("Method", of: "SubjectConfirmation", nil)
        },
        Case(assertion: "holder of key", .responseConfirmation) {
            try $0.set("Method", of: "SubjectConfirmation", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")
        },
        Case(assertion: "no Recipient", .responseConfirmation) {
            try $0.set("Recipient", of: "SubjectConfirmationData", nil)
        },
        Case(assertion: "another Recipient", .responseConfirmation) {
            try $0.set("Recipient", of: "SubjectConfirmationData", "https://other.example/")
        },
        Case(assertion: "confirmation of nothing", .responseConfirmation) {
            try $0.set("InResponseTo", of: "SubjectConfirmationData", nil)
        },
        Case(assertion: "confirmation of another request", .responseConfirmation) {
            try $0.set("InResponseTo", of: "SubjectConfirmationData", "_other")
        },
        Case(assertion: "confirmation without end", .responseConfirmation) {
            try $0.set("NotOnOrAfter", of: "SubjectConfirmationData", nil)
        },
        Case(assertion: "confirmation that ended", .responseConfirmation) {
            try $0.set("NotOnOrAfter", of: "SubjectConfirmationData", "2026-03-02T09:14:30Z")
        },
        Case(assertion: "confirmation with NotBefore", nil) {
            try $0.set("NotBefore", of: "SubjectConfirmationData", World.instant)
        },
        Case(assertion: "confirmation that begins later", .responseConfirmation) {
            try $0.set("NotBefore", of: "SubjectConfirmationData", "2026-03-02T09:16:31Z")
        },
        Case(assertion: "confirmation that begins at no time", .responseConfirmation) {
            try $0.set("NotBefore", of: "SubjectConfirmationData", "now")
        },
        Case(assertion: "confirmation with an address", nil) {
            try $0.set("Address", of: "SubjectConfirmationData", "192.0.2.1")
        },
        Case(assertion: "a second confirmation that contradicts", .responseConfirmation) { assertion in
            try assertion.double("SubjectConfirmation")
            try assertion.set("Recipient", of: "SubjectConfirmationData", "https://other.example/")
        },
        Case(assertion: "no Conditions", .responseConditions) { try $0.remove("Conditions") },
        Case(assertion: "two Conditions", .messageSchema) { try $0.double("Conditions") },
        Case(assertion: "no NotBefore", .responseConditions) { try $0.set("NotBefore", of: "Conditions", nil) },
        Case(assertion: "no NotOnOrAfter", .responseConditions) { try $0.set("NotOnOrAfter", of: "Conditions", nil) },
        Case(assertion: "NotBefore in another form", .responseConditions) {
            try $0.set("NotBefore", of: "Conditions", "2026-03-02 09:15:30")
        },
        Case(assertion: "NotOnOrAfter at 24:00", .responseConditions) {
            try $0.set("NotOnOrAfter", of: "Conditions", "2026-03-02T24:00:00Z")
        },
        Case(assertion: "not yet valid", .responseNotYetValid) {
            try $0.set("NotBefore", of: "Conditions", "2026-03-02T09:16:31Z")
        },
        Case(assertion: "valid soon, within the skew", nil) {
            try $0.set("NotBefore", of: "Conditions", "2026-03-02T09:16:30Z")
        },
        Case(assertion: "expired", .responseExpired) {
            try $0.set("NotOnOrAfter", of: "Conditions", "2026-03-02T09:14:30Z")
        },
        Case(assertion: "expired just now, within the skew", nil) {
            try $0.set("NotBefore", of: "Conditions", "2026-03-02T09:10:00Z")
            try $0.set("NotOnOrAfter", of: "Conditions", "2026-03-02T09:14:31Z")
        },
        Case(assertion: "ended before it began, within the skew", .responseConditions) {
            try $0.set("NotOnOrAfter", of: "Conditions", "2026-03-02T09:14:31Z")
        },
        Case(assertion: "no AudienceRestriction", .responseAudience) { try $0.remove("AudienceRestriction") },
        Case(assertion: "AudienceRestriction without Audience", .responseAudience) { try $0.remove("Audience") },
        Case(assertion: "another Audience", .responseAudience) {
            try $0.setText(of: "Audience", "https://other.example/")
        },
        Case(assertion: "the return address as Audience", .responseAudience) {
            try $0.setText(of: "Audience", World.answerAddress)
        },
        Case(assertion: "us among several audiences", nil) { assertion in
            try assertion.double("Audience")
            try assertion.setText(of: "Audience", "https://other.example/")
        },
        Case(assertion: "a second restriction without us", .responseAudience) { assertion in
            try assertion.double("AudienceRestriction")
            try assertion.setText(of: "Audience", "https://other.example/")
        },
        Case(assertion: "an unknown condition", .responseConditions) {
            try $0.edit("Conditions") {
                $0 = $0.appending(XMLNode(Namespace.saml2("Condition"), [(Namespace.xsi("type"), "x")]))
            }
        },
        Case(assertion: "no AuthnStatement", .responseAuthnStatement) { try $0.remove("AuthnStatement") },
        Case(assertion: "two AuthnStatements", .responseAuthnStatement) { try $0.double("AuthnStatement") },
        Case(assertion: "no AuthnInstant", .messageSchema) { try $0.set("AuthnInstant", of: "AuthnStatement", nil) },
        Case(assertion: "AuthnInstant ahead", .responseAuthnStatement) {
            try $0.set("AuthnInstant", of: "AuthnStatement", "2026-03-02T09:17:00Z")
        },
        Case(assertion: "AuthnInstant of last week", .responseAuthnStatement) {
            try $0.set("AuthnInstant", of: "AuthnStatement", "2026-02-23T09:15:30Z")
        },
        Case(assertion: "AuthnInstant of this morning", nil) {
            try $0.set("AuthnInstant", of: "AuthnStatement", "2026-03-02T06:15:30Z")
        },
        Case(assertion: "where the person is", nil) {
            try $0.locate(XMLNode(Namespace.saml2("SubjectLocality"), [("Address", "192.0.2.1"), ("DNSName", "x")]))
        },
        Case(assertion: "something else about where the person is", .messageSchema) {
            try $0.locate(XMLNode(Namespace.saml2("SubjectLocality"), [("foo", "1")]))
        },
        Case(assertion: "something within where the person is", .messageSchema) {
            try $0.locate(XMLNode(Namespace.saml2("SubjectLocality"), [], [XMLNode(Namespace.saml2("NameID"))]))
        },
        Case(assertion: "two declarations of a context", .messageSchema) {
            try $0.edit("AuthnContext") {
                $0 = $0.appending(XMLNode(Namespace.saml2("AuthnContextDecl")))
                    .appending(XMLNode(Namespace.saml2("AuthnContextDeclRef"), text: "urn:x"))
            }
        },
        Case(assertion: "no LoA", .responseAuthnStatement) { try $0.remove("AuthnContextClassRef") },
        Case(assertion: "two LoAs", .responseAuthnStatement) { try $0.double("AuthnContextClassRef") },
        Case(assertion: "unknown LoA", .responseLoAInvalid) {
            try $0.setText(of: "AuthnContextClassRef", "urn:loa:high")
        },
        Case(assertion: "empty LoA", .responseLoAInvalid) { try $0.setText(of: "AuthnContextClassRef", "") },
        Case(assertion: "LoA not notified", .responseLoATooLow) {
            try $0.setText(of: "AuthnContextClassRef", "http://eidas.europa.eu/NotNotified/LoA/high")
        },
        Case(assertion: "LoA that the node does not publish", .responseLoANotPublished) {
            try $0.setText(of: "AuthnContextClassRef", "http://eidas.europa.eu/LoA/low")
        },
        Case(assertion: "no AttributeStatement", .responseAttributeStatement) { try $0.remove("AttributeStatement") },
        Case(assertion: "two AttributeStatements", .responseAttributeStatement) { try $0.double("AttributeStatement") },
    ]

    static let statements: [Case] = [
        Case(assertion: "no Name", .messageSchema) { try $0.set("Name", of: "Attribute", nil) },
        Case(assertion: "no NameFormat", .attributeInvalid) { try $0.set("NameFormat", of: "Attribute", nil) },
        Case(assertion: "basic NameFormat", .attributeInvalid) {
            try $0.set("NameFormat", of: "Attribute", "urn:oasis:names:tc:SAML:2.0:attrname-format:basic")
        },
        Case(assertion: "no FriendlyName", nil) { try $0.set("FriendlyName", of: "Attribute", nil) },
        Case(assertion: "lying FriendlyName", nil) { try $0.set("FriendlyName", of: "Attribute", "DateOfBirth") },
        Case(assertion: "an attribute of nobody", nil) { try $0.append(.natural("Shoesize", "Shoesize", "44")) },
        Case(assertion: "an attribute twice", .attributeRepeated) { try $0.double("Attribute") },
        Case(assertion: "no value", .attributeInvalid) { try $0.remove("AttributeValue") },
        Case(assertion: "an empty value", .attributeInvalid) { try $0.setText(of: "AttributeValue", "") },
        Case(assertion: "a blank value", .attributeInvalid) { try $0.setText(of: "AttributeValue", " \n") },
        Case(assertion: "xsi:nil", .attributeInvalid) {
            try $0.edit("AttributeValue") { $0.set(Namespace.xsi("nil"), "true") }
        },
        Case(assertion: "elements in a value", .attributeInvalid) {
            try $0.edit("AttributeValue") { $0 = $0.appending(XMLNode(Namespace.saml2("NameID"))) }
        },
        Case(assertion: "white space around a value", nil) {
            try $0.edit("AttributeValue") { $0.text = "\n  \($0.text)\n" }
        },
        Case(assertion: "xsi:type of the assertion, its own", nil) {
            $0.set(Namespace.xsi("type"), "saml2:AssertionType")
        },
        Case(assertion: "xsi:type of the assertion, another", .messageSchema) {
            $0.set(Namespace.xsi("type"), "saml2:EvidenceType")
        },
        Case(assertion: "no xsi:type", nil) { try $0.edit("AttributeValue") { $0.set(Namespace.xsi("type"), nil) } },
        Case(assertion: "xs:string", nil) {
            try $0.edit("AttributeValue") { $0.set(Namespace.xsi("type"), "xs:string") }
        },
        Case(assertion: "the type of another attribute", .attributeInvalid) {
            try $0.setType(of: "CurrentFamilyName", "eidas-natural:DateOfBirthType")
        },
        Case(assertion: "the type of another attribute, of a company", .attributeInvalid) {
            try $0.setType(of: "CurrentFamilyName", "eidas-natural:LegalNameType")
        },
        Case(assertion: "the type of another attribute, behind blanks", .attributeInvalid) {
            try $0.setType(of: "CurrentFamilyName", " eidas-natural: DateOfBirthType")
        },
        Case(assertion: "a type that the profile has not", nil) {
            try $0.setType(of: "CurrentFamilyName", "eidas-natural:NoSuchType")
        },
        Case(assertion: "the type of another attribute, in no namespace", nil) {
            try $0.setType(of: "CurrentFamilyName", "none:DateOfBirthType")
        },
        Case(assertion: "gender of no kind", .attributeInvalid) { try $0.append(.natural("Gender", "Gender", "X")) },
        Case(assertion: "gender in lower case", nil) { try $0.append(.natural("Gender", "Gender", "female")) },
        Case(assertion: "date of another form", .attributeInvalid) { try $0.setAttribute("DateOfBirth", "17.05.1964") },
        Case(assertion: "day that is none", .attributeInvalid) { try $0.setAttribute("DateOfBirth", "1964-02-30") },
        Case(assertion: "born in no year", .attributeInvalid) { try $0.setAttribute("DateOfBirth", "0000-01-01") },
        Case(assertion: "born tomorrow, where it is today", nil) { try $0.setAttribute("DateOfBirth", "2026-03-03") },
        Case(assertion: "born the day after", .attributeInvalid) { try $0.setAttribute("DateOfBirth", "2026-03-04") },
        Case(assertion: "nationality of three letters", .attributeInvalid) {
            try $0.append(.natural("Nationality", "Nationality", "DEU"))
        },
        Case(assertion: "identifier without countries", .identifierInvalid) {
            try $0.setAttribute("PersonIdentifier", "0123456789")
        },
        Case(assertion: "identifier with a blank", .identifierInvalid) {
            try $0.setAttribute("PersonIdentifier", "DE/ES/0123 4567")
        },
        Case(assertion: "identifier of another country", .identifierCountry) {
            try $0.setAttribute("PersonIdentifier", "FR/ES/0123456789")
        },
        Case(assertion: "identifier for another country", .identifierCountry) {
            try $0.setAttribute("PersonIdentifier", "DE/FR/0123456789")
        },
        Case(assertion: "identifier with a slash inside", nil) {
            try $0.setAttribute("PersonIdentifier", "DE/ES/01/23")
        },
        Case(assertion: "name that turns the text around", .attributeInvalid) {
            try $0.setAttribute("CurrentFamilyName", "M\u{202E}üller")
        },
        Case(assertion: "no date of birth", .dataSetIncomplete) { try $0.removeAttribute("DateOfBirth") },
        Case(assertion: "no identifier", .dataSetIncomplete) { try $0.removeAttribute("PersonIdentifier") },
        Case(assertion: "half a legal person", .dataSetIncomplete) {
            try $0.append(.legal("LegalName", "LegalName", "x"))
        },
        Case(assertion: "a representative", .representationNotAccepted) { assertion in
            try assertion.append(
                TestPerson.representedCompany.attributes.filter { $0.friendly.hasPrefix("Representative") })
        },
        Case(assertion: "half a representative", .dataSetIncomplete) { assertion in
            try assertion.append([
                TestPerson.representedCompany.attributes.filter { $0.friendly.hasPrefix("Representative") }[0]
            ])
        },
    ]

    @Test("The envelope: one spoilt thing, one rule", arguments: envelopes)
    func envelope(spoil: Case) throws { try Self.judge(spoil) }

    @Test("Encryption and the assertion's own signature: one spoilt thing, one rule", arguments: ciphers)
    func encryption(spoil: Case) throws { try Self.judge(spoil) }

    @Test(
        "The assertion: one spoilt thing, one rule",
        arguments: assertions + Case.uses(askedBy: ServiceRequest.returnAddress))
    func assertion(spoil: Case) throws { try Self.judge(spoil) }

    @Test("The attributes: one spoilt thing, one rule", arguments: statements)
    func attributes(spoil: Case) throws { try Self.judge(spoil) }

    static func judge(_ spoil: Case) throws {
        let rule = try brokenRule { _ = try World().accept(spoiling: spoil.change) }
        #expect(rule == spoil.rule)
    }

    @Test("A sender is what its metadata says: keys, their length, their time and their use")
    func keys() throws {
        func rule(_ key: TestKey, trusted: [Certificate]) throws -> Rule? {
            var world = try World()
            world.responder.sender.signingCertificates = trusted
            let changed = world
            return try brokenRule { _ = try changed.accept { $0.recipe = SignatureRecipe(key) } }
        }
        for key in TestKey.curves + [.rsa4096] { #expect(try rule(key, trusted: [key.certificate()]) == nil) }
        #expect(try rule(.rsa2048a, trusted: [TestKey.rsa2048a.certificate()]) == .signatureKeyWeak)
        #expect(try rule(.country, trusted: [TestKey.stranger.certificate(), TestKey.country.certificate()]) == nil)
        let now = try World().now
        let ended = try TestKey.country.key().certify(commonName: "x", usage: .signing, from: now - 100, until: now - 1)
        let early = try TestKey.country.key().certify(commonName: "x", usage: .signing, from: now + 1, until: now + 100)
        #expect(try rule(.country, trusted: [ended]) == .signatureKeyExpired)
        #expect(try rule(.country, trusted: [early]) == .signatureKeyExpired)
        let other = try TestKey.country.key().certify(
            commonName: "x", usage: .encryption, from: now - 100, until: now + 100)
        #expect(try rule(.country, trusted: [other]) == .signatureKeyUnknown)
        // A weak key beside a sound one is not to blame for a stranger's signature.
        var world = try World()
        world.responder.sender.signingCertificates = [
            try TestKey.country.certificate(), try TestKey.rsa2048a.certificate(),
        ]
        let mixed = world
        let anonymous = try brokenRule {
            _ = try mixed.accept {
                $0.recipe = SignatureRecipe(.stranger)
                $0.recipe.shown = []
            }
        }
        #expect(anonymous == .signatureValue)
    }

    @Test(
        "Each way to encrypt that we publish is opened, beside the data too",
        arguments: [TestKey.connectorEncryption] + TestKey.curves)
    func recipients(key: TestKey) throws {
        var world = try World()
        world.node.asker.decryptionKeys = [try key.decryption()]
        for isBeside in [false, true] {
            let outcome = try world.accept { answer in
                answer.recipients = [try key.recipient()]
                guard isBeside else { return }
                answer.editsContent = { content in
                    var key = try #require(content.first("EncryptedKey"))
                    key.set("Id", "_key")
                    try content.edit("KeyInfo") {
                        $0.content = [.node(XMLNode(Namespace.ds("RetrievalMethod"), [("URI", "#_key")]))]
                    }
                    content = content.appending(key)
                }
            }
            let isIdentified = if case .identified = outcome { true } else { false }
            #expect(isIdentified)
        }
    }

    @Test("What a profile relaxes is relaxed for that peer")
    func profiles() throws {
        var world = try World()
        world.responder.encryption = EncryptionPolicy(allowsOldKeyTransport: true)
        world.responder.demands.remove(.confirmation)
        world.responder.skewSeconds = 300
        let relaxed = world
        #expect(
            try brokenRule {
                _ = try relaxed.accept { $0.recipients = [try TestKey.connectorEncryption.recipient(.rsaOAEPMGF1P)] }
            } == nil)
        #expect(
            try brokenRule { _ = try relaxed.accept { try $0.editAssertion { try $0.remove("SubjectConfirmation") } } }
                == nil)
        #expect(
            try brokenRule {
                _ = try relaxed.accept {
                    try $0.editAssertion { try $0.set("NotBefore", of: "Conditions", "2026-03-02T09:20:00Z") }
                }
            } == nil)
        // One that is there must fit all the same.
        #expect(
            try brokenRule {
                _ = try relaxed.accept {
                    try $0.editAssertion {
                        try $0.set("Recipient", of: "SubjectConfirmationData", "https://other.example/")
                    }
                }
            } == .responseConfirmation)
    }

    @Test("A key for the next year opens while the old one still does")
    func renewal() throws {
        var world = try World()
        world.node.asker.decryptionKeys = [
            try TestKey.p384.decryption(), try TestKey.rsa3072a.decryption(),
            try TestKey.connectorEncryption.decryption(),
        ]
        for key in [TestKey.p384, .rsa3072a, .connectorEncryption] {
            let changed = world
            #expect(try brokenRule { _ = try changed.accept { $0.recipients = [try key.recipient()] } } == nil)
        }
    }

    @Test("The answer of a node whose metadata has ended is not taken")
    func ended() throws {
        var world = try World()
        let (_, exchange, question) = try world.ask()
        world.responder.validUntil = world.now
        let changed = world
        #expect(
            try brokenRule { _ = try changed.accept(NodeAnswer(.german, to: question), to: question, in: exchange) }
                == .metadataExpired)
    }
}

extension XMLNode {
    /// With Extensions where they belong in an unsigned Response: behind the Issuer.
    fileprivate func extended(by nodes: [XMLNode], at place: Int = 1) -> XMLNode {
        inserting(XMLNode(Namespace.saml2p("Extensions"), [], nodes), at: place)
    }

    fileprivate func with(_ name: XMLName, _ value: String) -> XMLNode {
        var node = self
        node.set(name, value)
        return node
    }

    fileprivate mutating func locate(_ locality: XMLNode) throws {
        try edit("AuthnStatement") { $0 = $0.inserting(locality, at: 0) }
    }

    /// Adds attributes to the statement.
    fileprivate mutating func append(_ attributes: [TestPerson.Attribute]) throws {
        try edit("AttributeStatement") { statement in
            for attribute in attributes { statement = statement.appending(attribute.node) }
        }
    }
    fileprivate mutating func append(_ attribute: TestPerson.Attribute) throws { try append([attribute]) }

    fileprivate mutating func setAttribute(_ name: String, _ text: String) throws {
        try editAttribute(name) { try $0.setText(of: "AttributeValue", text) }
    }

    fileprivate mutating func setType(of name: String, _ type: String) throws {
        try editAttribute(name) { try $0.set(Namespace.xsi("type"), of: "AttributeValue", type) }
    }

    private mutating func editAttribute(_ name: String, _ change: (inout XMLNode) throws -> Void) throws {
        try edit("AttributeStatement") { statement in
            for index in statement.content.indices {
                guard case .node(var attribute) = statement.content[index],
                    attribute["Name"]?.hasSuffix("/" + name) ?? false
                else { continue }
                try change(&attribute)
                statement.content[index] = .node(attribute)
                return
            }
            throw NothingToSpoil(name: name)
        }
    }

    fileprivate mutating func removeAttribute(_ name: String) throws {
        try edit("AttributeStatement") { statement in
            statement.content.removeAll {
                if case .node(let child) = $0 { child["Name"]?.hasSuffix("/" + name) ?? false } else { false }
            }
        }
    }
}
