// SPDX-License-Identifier: EUPL-1.2
import Glibc
import SecondOpinion
import XMLSecurity

/// Puente's verifier, and libxmlsec1 as Puente calls it, behind a line protocol for `peers.differential`.
///
/// A request is one line of fields with tabs between them, octets in Base64; the answer is a line `yes` with results, or `no`
/// with a reason.
///
///     puente ID-ATTRIBUTE ID CERTIFICATE DOCUMENT -> yes SIGNED-OCTETS ALGORITHM
///     xmlsec ID-ATTRIBUTE ID CERTIFICATE DOCUMENT -> yes OCTETS-OF-THE-FIRST-REFERENCE NUMBER-OF-REFERENCES
@main
struct PuenteJudge {
    struct Unreadable: Error {}

    static func main() {
        while let line = readLine() {
            do {
                print(try answer(line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)))
            } catch let fault as XMLFault {
                print("no\t\(fault.kind)\t\(fault.element ?? "")")
            } catch {
                print("broken\t\(error)")
            }
            flush()
        }
    }

    /// Whoever asks waits for the answer.
    private static func flush() { fflush(nil) }

    private static func answer(_ request: [String]) throws -> String {
        guard request.count == 5, let der = Base64.decode(request[3]), let document = Base64.decode(request[4]) else {
            throw Unreadable()
        }
        let certificate = try Certificate(der: der)
        switch request[0] {
        case "puente": return try puente(document, request[2], XMLName(unqualified: request[1]), certificate)
        case "xmlsec": return xmlsec(document, request[2], request[1], certificate)
        default: throw Unreadable()
        }
    }

    private static func puente(
        _ document: [UInt8], _ identifier: String, _ attribute: XMLName, _ certificate: Certificate
    ) throws -> String {
        let limits: XMLLimits = document.count > XMLLimits.message.octets ? .metadata : .message
        let tree = try XMLTree(parsing: document, limits: limits)
        let found = identifier.isEmpty ? tree.root : tree.root.descendants.first { $0[attribute] == identifier }
        guard let found else { throw XMLFault(.signatureMissing) }
        let verified = try found.verifySignature(
            trusting: [certificate], policy: .clave, identifier: attribute, confirmedBy: nil)
        let octets = try verified.element.signedOctets()
        return "yes\t\(Base64.encode(octets))\t\(verified.algorithm.name)"
    }

    private static func xmlsec(
        _ document: [UInt8], _ identifier: String, _ attribute: String, _ certificate: Certificate
    ) -> String {
        switch SecondOpinion(on: document, signed: identifier, attribute: attribute, by: certificate) {
        case .valid(let octets, let references): "yes\t\(Base64.encode(octets))\t\(references)"
        case .invalid(let reason): "no\t\(reason)"
        }
    }
}

extension Element {
    /// What is read after verification, in the form in which it is signed: the element as its own signature demands it.
    fileprivate func signedOctets() throws -> [UInt8] {
        guard let signature = only(Namespace.ds("Signature")) else { throw XMLFault(.signatureMissing) }
        let list = signature.descendants.first { $0.is(Namespace.ds("Reference")) }?.descendants.first {
            $0.is(Namespace.ec("InclusiveNamespaces"))
        }
        let prefixes = (list?["PrefixList"] ?? "").utf8.split(separator: UInt8(ascii: " "))
        return try canonical(inclusive: prefixes.map { String(Substring($0)) }, omitting: signature)
    }
}
