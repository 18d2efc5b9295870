// SPDX-License-Identifier: EUPL-1.2
public import XMLSecurity

/// libxmlsec1 as the second reader: it parses the document anew, and knows no key but the one that we found.
public struct LibXMLSec1: SecondReader {
    public init() {}

    public func confirms(_ found: FoundSignature) -> Bool { SecondOpinion(on: found).agrees(with: found) }
}
