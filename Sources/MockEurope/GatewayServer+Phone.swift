// SPDX-License-Identifier: EUPL-1.2
import Federation
import Hummingbird
import NIOCore
import Portal
import XMLSecurity

/// The mock phone: notices to confirm, and messages.
extension GatewayServer {
    func addPhone(to router: Router<BasicRequestContext>) {
        router.get("telefono") { request, _ in
            Response.page(pages(request).phone(waiting: logins.forPhones, inbox: logins.inbox))
        }
        router.get("telefono/:login") { request, context in
            guard let login = logins.find(context.parameters.get("login")), login.method == .mobile else {
                return lost(request)
            }
            return .page(pages(request).phone(login))
        }
        router.post("telefono/:login") { request, context in try await usePhone(request, context) }
    }

    private func usePhone(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        guard let (input, login) = try await open(request, context), login.method == .mobile else {
            return lost(request)
        }
        if let resident = Resident.find(input["person"]) {
            logins.update(login.id) { $0.claimed = resident }
        } else if let resident = login.claimed {
            logins.update(login.id) { login in
                guard input["answer"] == "yes" else {
                    login.stage = .failed(.cancelled)
                    return
                }
                let loa = GatewayMethod.mobile.reach(resident.registration)
                login.identify(Identification(resident: resident, method: .mobile, loa: loa))
            }
        }
        return .seeOther("/telefono/\(login.id)")
    }
}

// MARK: Certificates to take along

extension GatewayServer {
    func addCertificates(to router: Router<BasicRequestContext>) {
        router.get("certificados/autoridad.pem") { _, _ in
            Response.download(authority.credential.certificate.pem.utf8, "autoridad.pem")
        }
        router.get("certificados/:file") { _, context in
            let name = context.parameters.get("file") ?? ""
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, let certificate = authority[parts[0]] else { return Response(status: .notFound) }
            switch parts[1] {
            case "p12": return .download(try certificate.pkcs12(authority), name)
            case "pem": return .download(try certificate.pem(authority).utf8, name)
            default: return Response(status: .notFound)
            }
        }
    }
}

extension Response {
    fileprivate static func download(_ octets: some Sequence<UInt8>, _ name: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream",
                .contentDisposition: "attachment; filename=\"\(name)\"", .cacheControl: "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: octets)))
    }
}
