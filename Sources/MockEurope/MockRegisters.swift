// SPDX-License-Identifier: EUPL-1.2
import AttributeSources
import Federation
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SAML
import XMLSecurity

/// The registers that complete what the mock Cl@ve gateway says: one of each kind that attribute sources may have.
struct MockRegisters: Sendable {
    /// Below which they are reached, such as `http://localhost:8082/registers`.
    let base: String
    /// Signs the answers of the mock intermediation platform.
    let platform: Credential
    /// Signs Puente's questions to it.
    let puente: Credential
    let now: @Sendable () -> Date

    init(
        base: String, platform: Credential, puente: Credential, now: @escaping @Sendable () -> Date = Date.init
    ) {
        self.base = base
        self.platform = platform
        self.puente = puente
        self.now = now
    }

    static func make(base: String, at now: Date) throws -> MockRegisters {
        try MockRegisters(
            base: base, platform: .make(.rsa(bits: 2048), "Mock intermediation platform", at: now),
            puente: .make(.rsa(bits: 2048), "Demo Puente at the platform", at: now))
    }

    /// - Parameter path: the part of ``base`` that the router sees.
    func addRoutes(to router: Router<BasicRequestContext>, below path: String = "registers") {
        let group = router.group(RouterPath(path))
        group.get("population/:id") { _, context in
            try await population(context.parameters.get("id"))
        }
        group.post("intermediation") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 17)
            return intermediation(Array(body.readableBytesView))
        }
    }

    // MARK: HTTP and JSON

    private func population(_ id: String?) async throws -> Response {
        guard let person = RegisteredPerson.find(id, in: .population) else {
            return Self.json(#"{"error": "no consta"}"#, .notFound)
        }
        if person.isSlow { try await Task.sleep(for: .seconds(15)) }
        return Self.json(person.json)
    }

    private static func json(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        var response = Response.file(text, "application/json")
        response.status = status
        return response
    }

    // MARK: SOAP

    /// A signed answer to a question that Puente has signed; to any other an unsigned fault.
    func intermediation(_ octets: [UInt8]) -> Response {
        do {
            let body = try SOAPMessage.open(octets, trusting: [puente.certificate], at: now())
            let answer = try PlatformMessage(body).answer(at: now())
            let sealed = try SOAPMessage.seal(
                answer, id: UUID().uuidString, by: platform.signer(.rsaSHA256), at: now())
            return .file(String(decoding: sealed, as: UTF8.self), "text/xml; charset=utf-8")
        } catch {
            var response = Response.file(Self.fault, "text/xml; charset=utf-8")
            response.status = .internalServerError
            return response
        }
    }

    private static let fault = """
        <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode>\
        <faultstring>0502: petición no válida</faultstring></s:Fault></s:Body></s:Envelope>
        """
}

extension RegisteredPerson {
    var json: String {
        let fields: [String: Any?] = [
            "documento": id, "sexo": isWoman ? "M" : "V", "nacionalidades": [nationality],
            "nacimiento": [
                "fecha": bornAsRegistered.map(Self.spanish), "municipio": town, "nombre": birthName,
            ].compactMapValues { $0 },
            "domicilio": ["via": home.street, "numero": home.number, "cp": home.postCode],
        ]
        let data = try? JSONSerialization.data(  // Texts and maps of texts always are JSON.
            withJSONObject: ["persona": fields.compactMapValues { $0 }], options: [.sortedKeys, .prettyPrinted])
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// `31/01/1980`.
    private static func spanish(_ day: String) -> String {
        day.split(separator: "-").reversed().joined(separator: "/")
    }
}

/// A question as SCSP v3 writes it, and its answer. The layout is that of the service SVDDGPCIWS02, as far as published
/// examples show it (Docs/attribute-sources.md); what such a platform does beyond it is left out.
private struct PlatformMessage {
    private static let answers = Namespace("r", "http://intermediacion.redsara.es/scsp/esquemas/V3/respuesta")
    private static let details = Namespace("d", "http://intermediacion.redsara.es/scsp/esquemas/datosespecificos")

    struct Unreadable: Error {}

    let id: String
    let service: String
    let documentType: String
    let document: String

    init(_ body: Element) throws {
        let request = body.descendants.first { $0.local == "Peticion" }
        func text(_ name: String) throws -> String {
            guard let found = request?.descendants.first(where: { $0.local == name }) else { throw Unreadable() }
            return found.trimmedText
        }
        id = try text("IdPeticion")
        service = try text("CodigoCertificado")
        documentType = try text("TipoDocumentacion")
        document = try text("Documentacion")
    }

    func answer(at now: Date) -> XMLNode {
        let person = RegisteredPerson.find(document, in: .identity)
        return group(
            "Respuesta",
            [
                group(
                    "Atributos",
                    [
                        text("IdPeticion", id), text("NumElementos", "1"), text("TimeStamp", Instant.write(now)),
                        group("Estado", [text("CodigoEstado", "0003"), text("LiteralError", "Tramitada")]),
                        text("CodigoCertificado", service),
                    ]),
                group("Transmisiones", [group("TransmisionDatos", [generic, specific(person)])]),
            ])
    }

    private var generic: XMLNode {
        group(
            "DatosGenericos",
            [group("Titular", [text("TipoDocumentacion", documentType), text("Documentacion", document)])])
    }

    private func specific(_ person: RegisteredPerson?) -> XMLNode {
        let state = detail(
            "Estado",
            [
                detail("CodigoEstado", person == nil ? "01" : "00"),
                detail("LiteralError", person == nil ? "TITULAR NO ENCONTRADO" : "INFORMACION CORRECTA"),
            ])
        let holder = person.map { person in
            detail(
                "DatosTitular",
                [
                    detail("Nacionalidad", person.nationality == "ES" ? "ESPAÑA-ESP" : "GRECIA-GRC"),
                    detail("Sexo", person.isWoman ? "F" : "M"),
                    detail(
                        "DatosNacimiento",
                        [
                            person.born.map { detail("Fecha", $0.filter { $0 != "-" }) },
                            detail("Localidad", person.town.uppercased()),
                            detail("Provincia", person.province.uppercased()),
                        ]),
                ])
        }
        return detail("DatosEspecificos", [detail("Retorno", [state, holder])])
    }

    private func group(_ name: String, _ children: [XMLNode?]) -> XMLNode { XMLNode(Self.answers(name), [], children) }
    private func text(_ name: String, _ text: String) -> XMLNode { XMLNode(Self.answers(name), text: text) }
    private func detail(_ name: String, _ children: [XMLNode?]) -> XMLNode { XMLNode(Self.details(name), [], children) }
    private func detail(_ name: String, _ text: String) -> XMLNode { XMLNode(Self.details(name), text: text) }
}
