// SPDX-License-Identifier: EUPL-1.2
public import PuenteTestKit
import XMLSecurity

extension SignatureRecipe {
    /// A document that says the same as these octets, with a signature over it in place of the one that it has; `nil` if
    /// they are not XML at all.
    ///
    /// - Parameter first: the element behind which the signature stands, if the document begins with it.
    public func signedCopy(of octets: [UInt8], behind first: String? = nil) throws -> [UInt8]? {
        guard let root = (try? XMLTree(parsing: octets))?.root else { return nil }
        let copy = XMLNode(copying: root) { $0.is(Namespace.ds("Signature")) && $0.parent == root }
        let place = copy.children.first.map { $0.name.local == first } ?? false ? 1 : 0
        return try sign(copy, behind: min(place, copy.content.count)).serialized()
    }
}

/// The value of the signature over a whole message; nothing if there is none.
public func signature(in octets: [UInt8]) -> [UInt8] {
    let root = (try? XMLTree(parsing: octets))?.root
    return root?.only(Namespace.ds("Signature"))?.only(Namespace.ds("SignatureValue"))?.base64 ?? []
}
