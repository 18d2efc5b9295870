// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import XMLSecurity
import YAMLText

extension SourcesReader {
    // MARK: HTTP

    func http(_ map: YAMLMap, _ draft: DraftLayout) -> HTTPRegistry? {
        checkEcho(of: draft.layout, at: map)
        let address = addressTemplate(map.required("address"))
        let method: HTTPRegistry.Method = map["method"].word() ?? .get
        let query = templates(map["query"], "names and values of the query") { $0.wholeMatch(of: /[\w.~-]+/) != nil }
        let headers = templates(map["headers"], "names and values of headers") {
            $0.wholeMatch(of: /[A-Za-z0-9-]+/) != nil && !Self.ownHeaders.contains($0.lowercased())
        }
        let body = body(map, method)
        let statuses = map["not-found-status"].distinct("statuses") { $0.integer(in: 200...599) }
        let transport = transport(
            map, to: address.flatMap { WebAddress($0.sample(in: .address)) }, source: draft.layout.source)
        var places: [String: JSONPointer] = [:]
        for (text, value) in draft.places {
            places[text] = value.parsed(
                "a JSON Pointer such as /person/birth", advice: "Begin with / and write ~1 for a / in a name.",
                JSONPointer.init)
        }
        guard let address, let transport else { return nil }
        return HTTPRegistry(
            source: draft.layout.source, transport: transport, method: method, address: address, query: query,
            headers: headers, body: body,
            notFoundStatus: map["not-found-status"].isPresent ? Set(statuses) : [404], places: places)
    }

    private static let ownHeaders: Set = [
        "host", "content-length", "content-type", "transfer-encoding", "connection", "user-agent", "expect",
    ]

    private func templates(
        _ value: YAMLValue, _ expected: String, _ isName: (String) -> Bool
    ) -> [(name: String, value: Template)] {
        guard value.isPresent else { return [] }
        return value.pairs(expected).compactMap { key, value in
            let name = key.parsed("a name", advice: "Write letters, digits and hyphens.") { isName($0) ? $0 : nil }
            guard let name, let template = template(value) else { return nil }
            return (name, template)
        }
    }

    private func body(_ map: YAMLMap, _ method: HTTPRegistry.Method) -> HTTPRegistry.Body? {
        let (text, type) = (map["body"], map["content-type"])
        let contentType: HTTPRegistry.ContentType = type.word() ?? .json
        guard text.isPresent else {
            if type.isPresent {
                type.fault(expected: "content-type beside body", found: "no body", advice: "Remove it.")
            }
            return nil
        }
        if method == .get {
            text.fault(expected: "a body with method: post", found: "get", advice: "Write method: post.")
        }
        guard let template = template(text) else { return nil }
        if contentType == .json, JSONText(Array(template.sample(in: .json).utf8)) == nil {
            text.fault(
                expected: "JSON with every value in quotation marks", found: "something else",
                advice: "Write it as {\"document\": \"{identifier}\"}.")
        }
        return HTTPRegistry.Body(text: template, type: contentType)
    }

    /// An address whose scheme, host and port are written out.
    private func addressTemplate(_ value: YAMLValue) -> Template? {
        guard let template = template(value) else { return nil }
        guard case .text(let start) = template.pieces.first, WebAddress(template.sample(in: .address)) != nil,
            template.placeholders.isEmpty || start.dropFirst(8).contains(where: { "/?".contains($0) })
        else {
            value.fault(
                expected: "an http or https address", found: quoted(value.string() ?? ""),
                advice: "Write it in full; values such as {identifier} may stand in path and query.")
            return nil
        }
        check(WebAddress(template.sample(in: .address)), at: value)
        return template
    }

    private func check(_ address: WebAddress?, at value: YAMLValue) {
        guard let address, address.scheme != "https", isProduction || !address.isLoopback else { return }
        value.fault(
            expected: isProduction ? "an https address, because production is true" : "an https address",
            found: "http", advice: "Ask the owner of the source for an https address.")
    }

    /// An answer about somebody else must be noticed: registers mix up answers, and so do caches in front of them.
    func checkEcho(of layout: Layout, at map: YAMLMap) {
        guard !layout.mustEqual.contains(where: { $0.template.placeholders.contains(.identifier) }) else { return }
        map.fault(
            expected: "must-equal with {identifier}", found: "an answer that could be about anybody",
            advice: "Say where the answer repeats the number that was asked for.")
    }

    private func transport(_ map: YAMLMap, to address: WebAddress?, source: String) -> Transport? {
        let (authority, certificate, key) = (map["certificate-authority"], map["certificate"], map["key"])
        if certificate.isPresent != key.isPresent {
            map.fault(
                expected: "certificate and key together", found: "one of the two",
                advice: "Add the other, or remove it.")
        }
        let credentials = Transport.Credentials(
            certificateAuthority: file(authority), certificate: file(certificate), key: privateFile(key))
        guard isLive, let address else { return nil }
        do {
            return try Transport(source: source, host: address.hostName, credentials)
        } catch {
            map.fault(
                expected: "certificates and a key in PEM that belong together", found: "others",
                advice: "Check certificate-authority, certificate and key.")
            return nil
        }
    }

    private static let fileLimit = 1 << 20

    /// `nil` for an entry that is switched off: its files may come later.
    private func file(_ value: YAMLValue) -> String? {
        if isLive { return value.existingFile(limit: Self.fileLimit) }
        _ = value.filePath()
        return nil
    }

    /// The path of a file that others must not read where it counts.
    private func privateFile(_ value: YAMLValue) -> String? {
        guard let path = file(value) else { return nil }
        if isProduction, LocalFile.isOpenToOthers(path) {
            value.fault(
                expected: "a key that only its owner and group can read", found: "one that others can read or change",
                advice: "Run chmod 640 \(path).")
        }
        return path
    }

    // MARK: SQL

    func sqlite(_ map: YAMLMap, _ draft: DraftLayout) -> SQLiteRegistry? {
        let file = map.required("file").filePath()
        let (table, key) = (sqlName(map.required("table")), sqlName(map.required("key")))
        let columns = draft.places.sorted { $0.key < $1.key }.compactMap { sqlName($0.value) }
        guard let file, let table, let key else { return nil }
        return SQLiteRegistry(source: draft.layout.source, file: file, table: table, key: key, columns: columns)
    }

    private func sqlName(_ value: YAMLValue) -> SQLName? {
        value.parsed(
            "the name of a table or column: letters, digits and _", advice: "Make a view with such names.", SQLName.init
        )
    }

    // MARK: SCSP

    func scsp(_ map: YAMLMap, _ draft: DraftLayout) -> SOAPRegistry? {
        checkEcho(of: draft.layout, at: map)
        let address = map.required("address").webAddress()
        check(address, at: map["address"])
        let action = map["action"].parsed("a SOAPAction", advice: "Write printable ASCII without quotation marks.") {
            $0.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 } ? $0 : nil
        }
        let body = xmlTemplate(map.required("body"))
        let signer = signer(map)
        let signers = map.required("signers").list(of: "files", atLeast: 1).flatMap(trusted)
        let transport = transport(map, to: address, source: draft.layout.source)
        var places: [String: XMLPlace] = [:]
        for (text, value) in draft.places {
            places[text] = value.parsed(
                "a path of element names such as Respuesta/Atributos", advice: "Write local names with / between them.",
                XMLPlace.init)
        }
        if !draft.layout.mustEqual.contains(where: { $0.template.placeholders.contains(.requestID) })
            || body?.placeholders.contains(.requestID) == false
        {
            map.fault(
                expected: "{request-id} in the body and in must-equal", found: "an answer that could be an old one",
                advice: "Compare with the example of SCSP in Docs/attribute-sources.md.")
        }
        guard let address, let body, let signer, let transport else { return nil }
        return SOAPRegistry(
            source: draft.layout.source, transport: transport, address: address.description, action: action ?? "",
            body: body, signer: signer, signers: signers, places: places)
    }

    private func xmlTemplate(_ value: YAMLValue) -> XMLTemplate? {
        guard let text = value.string("an XML element, with places such as {identifier}") else { return nil }
        do throws(XMLTemplate.Problem) {
            return try XMLTemplate(text.trimmingXMLSpace(), names: names)
        } catch {
            switch error {
            case .unknown(let word): report(word, at: value)
            case .malformed(let reason):
                value.fault(
                    expected: "an XML element", found: "something else (\(reason))",
                    advice: "Write one element with its namespaces, and text only in elements without others.")
            }
            return nil
        }
    }

    private func signer(_ map: YAMLMap) -> Signer? {
        let (keyFile, certificateFile) = (map.required("signing-key"), map.required("signing-certificate"))
        let (key, certificate) = (privateFile(keyFile), file(certificateFile))
        guard let key, let certificate else { return nil }
        do {
            let key = try PrivateKey(pem: Array(LocalFile.read(key, limit: Self.fileLimit)))
            let chain = try certificates(pemOrDER: Array(LocalFile.read(certificate, limit: Self.fileLimit)))
            let algorithm: SignatureAlgorithm? = if case .rsa = key.kind { .rsaSHA256 } else { nil }
            return try Signer(key: key, chain: chain, algorithm: algorithm)
        } catch {
            keyFile.fault(
                expected: "a private key in PEM and its certificate", found: "others",
                advice: "Make them with puente keys new, or correct the paths.")
            return nil
        }
    }

    private func trusted(_ value: YAMLValue) -> [Certificate] {
        guard let path = file(value) else { return [] }
        let found: [Certificate]
        do {
            found = try certificates(pemOrDER: Array(LocalFile.read(path, limit: Self.fileLimit)))
        } catch {
            value.fault(expected: "a certificate", found: "something else", advice: "Ask the owner for it again.")
            return []
        }
        for certificate in found where !certificate.publicKey.isStrong(for: .clave) {
            value.fault(
                expected: "RSA of 2048 bits or more, or a named curve", found: "\(certificate.publicKey.kind)",
                advice: "Ask the owner for a certificate over a stronger key.")
        }
        return found
    }
}

extension Template {
    /// With an invented value in every place, which tries what may break what is around it.
    fileprivate func sample(in place: Place) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .value: place.escaped("a\"\\{}/ñ") ?? ""
            }
        }.joined()
    }
}
