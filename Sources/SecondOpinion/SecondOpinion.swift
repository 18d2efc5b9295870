// SPDX-License-Identifier: EUPL-1.2
import CSecondOpinion
import Glibc
public import XMLSecurity

/// What libxmlsec1 thinks of a signature.
public enum SecondOpinion: Hashable, Sendable {
    /// The signature is valid over these octets, which its first Reference covers, and has so many References.
    case valid(octets: [UInt8], references: Int)
    case invalid(Reason)

    public enum Reason: String, Hashable, Sendable, CaseIterable {
        case signature, document, noElement, noSignature, key, library
    }

    /// Asks libxmlsec1 about the signature of one element of a document, with one key.
    ///
    /// It parses the document anew, knows no other key and no authority, and reads nothing outside the document. It knows
    /// nothing of our profile: transforms, References and places that we refuse are valid to it.
    /// - Parameter identifier: the value of the signed element's `attribute`; empty for the document element.
    public init(
        on document: [UInt8], signed identifier: String, attribute: String = "ID", by certificate: Certificate
    ) {
        guard Self.libraryIsReady else {
            self = .invalid(.library)
            return
        }
        var octets: UnsafeMutablePointer<UInt8>?
        var (count, references) = (0, 0)
        let verdict = csecondopinion_judge(
            document, document.count, attribute, identifier.isEmpty ? nil : identifier,
            UnsafeMutableRawPointer(certificate.publicKey.handle), &octets, &count, &references)
        defer { free(octets) }
        switch verdict {
        case CSECONDOPINION_VALID:
            self = .valid(octets: Array(UnsafeBufferPointer(start: octets, count: count)), references: references)
        case CSECONDOPINION_MALFORMED: self = .invalid(.document)
        case CSECONDOPINION_NO_ELEMENT: self = .invalid(.noElement)
        case CSECONDOPINION_NO_SIGNATURE: self = .invalid(.noSignature)
        case CSECONDOPINION_NO_KEY: self = .invalid(.key)
        default: self = .invalid(.signature)
        }
    }

    /// Our own tree comes first: it silences libxml2's messages for the whole process.
    private static let libraryIsReady: Bool = {
        _ = try? XMLTree(parsing: Array("<ready/>".utf8))  // cannot fail; its effect is what is wanted
        return csecondopinion_initialize() == 0
    }()
}

extension SecondOpinion {
    /// About a signature that we have found valid.
    public init(on found: FoundSignature) {
        self.init(
            on: found.document, signed: found.identifier, attribute: found.attribute, by: found.certificate)
    }

    /// Whether both verifiers have found the same: one Reference, to octets of the same digest.
    public func agrees(with found: FoundSignature) -> Bool {
        guard case .valid(let octets, references: 1) = self else { return false }
        return found.digest.hash(octets) == found.digestValue
    }
}
