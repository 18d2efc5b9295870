// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import SAML
import XMLSecurity

extension Attacker {
    /// A request in an address, by the Redirect binding unless it is changed.
    func redirect(_ edit: (inout ConnectorRequest) throws -> Void = { _ in }) throws -> Submission {
        var request = ConnectorRequest(id: try MessageID.random().rawValue, at: Instant.write(Date()))
        request.binding = .redirect
        try edit(&request)
        var submission = Submission(path: paths.proxyService)
        submission.method = "GET"
        submission.query = try request.address()
        return submission
    }
}

extension Corpus {
    /// F02, and F05 as far as it is about addresses.
    static let redirect: [Sample] = {
        var samples = Samples()
        for (title, rule, edit) in altered {
            samples.steps("F02", title, rule, on: [.proxyService]) { attacker, _ in
                try await attacker.attempt(try attacker.redirect { $0.editsQuery = edit })
            }
        }
        for (title, rule, edit) in makings {
            samples.steps("F02", title, rule, on: [.proxyService]) { attacker, _ in
                try await attacker.attempt(try attacker.redirect(edit))
            }
        }
        samples.steps("F02", "genuine parameters in another order", on: [.proxyService]) { attacker, _ in
            // The order of the signature is fixed, that of the address is not (SAML Bindings 2.0 §3.4.4.1).
            let reply = try await attacker.succeed(
                try attacker.redirect { $0.editsQuery = { $0.split(separator: "&").reversed().joined(separator: "&") } }
            )
            let asked = reply.document(in: "SAMLRequest")
            return .harmless("read as it was signed", if: asked != nil, else: "status \(reply.status)")
        }
        samples.steps("F02", "the signature of another request", .signatureValue, on: [.proxyService]) { attacker, _ in
            let other = try attacker.redirect().query ?? ""
            return try await attacker.attempt(
                try attacker.redirect { request in
                    request.root.set("ForceAuthn", "true")
                    request.editsQuery = { query in
                        part("SAMLRequest", of: query) + "&"
                            + other.split(separator: "&").dropFirst().joined(separator: "&")
                    }
                })
        }
        return samples.all + packings
    }()

    private typealias Query = @Sendable (String) throws -> String

    static func part(_ name: String, of query: String) -> String {
        query.split(separator: "&").first { $0.hasPrefix(name + "=") }.map(String.init) ?? ""
    }

    /// What is done to an address that was signed.
    private static let altered: [(String, Rule, Query)] = [
        (
            "escapes in small letters", .signatureValue,
            { query in
                query.replacing(/%[0-9A-F]{2}/) { String($0.output).lowercased() }
            }
        ),
        ("a letter escaped", .signatureValue, \.escapingFirst),
        ("an escape written out", .signatureValue, { $0.replacing("%2D", with: "-", maxReplacements: 1) }),
        ("RelayState left out", .signatureValue, { $0.replacing("&" + part("RelayState", of: $0), with: "") }),
        ("another RelayState", .signatureValue, { $0.replacing(part("RelayState", of: $0), with: "RelayState=other") }),
        ("an empty RelayState", .signatureValue, { $0.replacing(part("RelayState", of: $0), with: "RelayState=") }),
        ("RelayState twice", .parameterRepeated, { $0 + "&RelayState=other" }),
        ("RelayState twice, before", .parameterRepeated, { "RelayState=other&" + $0 }),
        ("SAMLRequest twice", .parameterRepeated, { $0 + "&" + part("SAMLRequest", of: $0) }),
        ("SigAlg twice", .parameterRepeated, { $0 + "&" + part("SigAlg", of: $0) }),
        ("Signature twice", .parameterRepeated, { $0 + "&Signature=AAAA" }),
        ("no Signature", .signatureMissing, { $0.replacing("&" + part("Signature", of: $0), with: "") }),
        ("no SigAlg", .signatureMissing, { $0.replacing("&" + part("SigAlg", of: $0), with: "") }),
        (
            "neither of them", .signatureMissing,
            {
                $0.replacing("&" + part("SigAlg", of: $0), with: "").replacing(
                    "&" + part("Signature", of: $0), with: "")
            }
        ),
        ("an empty Signature", .signatureValue, { $0.replacing(part("Signature", of: $0), with: "Signature=") }),
        ("a Signature that is no Base64", .base64, { $0.replacing(part("Signature", of: $0), with: "Signature=*") }),
        (
            "a Signature cut short", .signatureValue,
            { query in
                query.replacing(part("Signature", of: query), with: "Signature=AAAA")
            }
        ),
        ("an empty SigAlg", .signatureAlgorithm, { $0.replacing(part("SigAlg", of: $0), with: "SigAlg=") }),
        (
            "SigAlg RSA-SHA1", .signatureAlgorithm,
            {
                $0.replacing(
                    part("SigAlg", of: $0), with: "SigAlg=http%3A%2F%2Fwww.w3.org%2F2000%2F09%2Fxmldsig%23rsa-sha1")
            }
        ),
        (
            "SigAlg HMAC", .signatureAlgorithm,
            {
                $0.replacing(
                    part("SigAlg", of: $0),
                    with: "SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23hmac-sha256")
            }
        ),
        ("SigAlg of another digest", .signatureValue, { $0.replacing("sha256", with: "sha512") }),
        ("SAMLResponse beside SAMLRequest", .parameterRepeated, { $0 + "&SAMLResponse=AAAA" }),
        ("as SAMLResponse", .parameterMissing, { $0.replacing("SAMLRequest=", with: "SAMLResponse=") }),
        ("as samlrequest", .parameterMissing, { $0.replacing("SAMLRequest=", with: "samlrequest=") }),
        (
            "its name escaped, another under its name", .parameterRepeated,
            {
                "SAMLRequest=" + ((try evil()).percentEncoded) + "&"
                    + $0.replacing("SAMLRequest=", with: "SAML%52equest=")
            }
        ),
        ("SAMLRequest twice, the second escaped", .parameterRepeated, { $0 + "&%53AMLRequest=PHg%2B" }),
        ("RelayState twice, the second escaped", .parameterRepeated, { $0 + "&Relay%53tate=evil" }),
        ("Signature twice, the second escaped", .parameterRepeated, { $0 + "&Signatur%65=AAAA" }),
        ("SigAlg twice, the second escaped", .parameterRepeated, { $0 + "&Sig%41lg=none" }),
        ("SAMLResponse beside SAMLRequest, escaped", .parameterRepeated, { $0 + "&SAML%52esponse=AAAA" }),
        ("a logout beside SAMLRequest", .parameterRepeated, { $0 + "&logoutRequest=AAAA" }),
        ("the answer to a logout beside SAMLRequest", .parameterRepeated, { $0 + "&logoutResponse=AAAA" }),
        ("a damaged escape in a name", .base64, { $0 + "&SAMLRequest%5=AAAA" }),
        ("a packing that nobody knows", .deflate, { $0 + "&SAMLEncoding=urn%3Ax" }),
        ("a damaged escape", .base64, { $0.replacing("RelayState=", with: "RelayState=%zz") }),
        (
            "another message under the signature", .signatureValue,
            {
                $0.replacing(part("SAMLRequest", of: $0), with: "SAMLRequest=" + (try evil()).percentEncoded)
            }
        ),
    ]

    /// A request of the attacker's own making, packed.
    private static func evil() throws -> String {
        var request = ConnectorRequest(id: Genuine.evilID, at: Instant.write(Date()))
        request.root.set("AssertionConsumerServiceURL", Genuine.evilAddress)
        return Base64.encode(Deflate.deflate(request.root.serialized()) ?? [])
    }

    /// What its maker does before it is signed.
    private static let makings: [(String, Rule, @Sendable (inout ConnectorRequest) throws -> Void)] = [
        ("signed by a stranger", .signatureValue, { $0.recipe = SignatureRecipe(.stranger) }),
        ("signed by PKCS#1 v1.5", .signatureAlgorithm, { $0.recipe = SignatureRecipe(.country, .rsaSHA256) }),
        (
            "unsigned, as the Commission's node redirects", .signatureMissing,
            {
                ($0.binding, $0.isSigned) = (.nodeRedirect, false)
            }
        ),
        (
            "signed in the XML, half a signature in the query", .signatureMissing,
            {
                $0.binding = .nodeRedirect
                $0.editsQuery = { $0 + "&Signature=AAAA" }
            }
        ),
        (
            "signed in the query and in the XML", .signatureRepeated,
            { request in
                request.binding = .nodeRedirect
                let signed = try request.octets()
                request.binding = .redirect
                request.editsOctets = { _ in signed }
            }
        ),
        (
            "signed in the query, a stranger's signature in the XML", .signatureRepeated,
            { request in
                let signed = try SignatureRecipe(.stranger).sign(request.root, behind: 1).serialized()
                request.editsOctets = { _ in signed }
            }
        ),
        (
            "a signature that covers RelayState first", .signatureValue,
            { request in
                let recipe = request.recipe
                request.editsQuery = { query in
                    let signed = ["RelayState", "SAMLRequest", "SigAlg"].map { part($0, of: query) }.joined(
                        separator: "&")
                    let value = try recipe.key.key().sign(Array(signed.utf8), recipe.algorithm)
                    return query.replacing(
                        part("Signature", of: query), with: "Signature=" + Base64.encode(value).percentEncoded)
                }
            }
        ),
        (
            "a signature without SigAlg in what it covers", .signatureValue,
            { request in
                let recipe = request.recipe
                request.editsQuery = { query in
                    let signed = ["SAMLRequest", "RelayState"].map { part($0, of: query) }.joined(separator: "&")
                    let value = try recipe.key.key().sign(Array(signed.utf8), recipe.algorithm)
                    return query.replacing(
                        part("Signature", of: query), with: "Signature=" + Base64.encode(value).percentEncoded)
                }
            }
        ),
        (
            "Artifact said of an address", .requestBinding,
            {
                $0.root.set("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact")
            }
        ),
        (
            "for the POST address of somebody else", .messageDestination,
            {
                $0.root.set("Destination", World.gatewayAddress)
            }
        ),
        ("RelayState of 81 characters", .relayStateTooLong, { $0.relayState = String(repeating: "x", count: 81) }),
        (
            "a return address of somebody else", .requestReplyAddress,
            {
                $0.root.set("AssertionConsumerServiceURL", Genuine.evilAddress)
            }
        ),
    ]
}

extension String {
    /// The first letter of the message behind `SAMLRequest=` as an escape.
    fileprivate var escapingFirst: String {
        guard let place = firstRange(of: "SAMLRequest=")?.upperBound, place < endIndex,
            let octet = self[place].asciiValue
        else { return self }
        let rest = self[index(after: place)...]
        return self[..<place] + "%" + String(octet, radix: 16, uppercase: true) + rest
    }
}
