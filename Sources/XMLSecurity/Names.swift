// SPDX-License-Identifier: EUPL-1.2

/// A namespace with the prefix that we write for it. Readers compare URIs only.
public struct Namespace: Hashable, Sendable {
    public let prefix: String
    public let uri: String

    public init(_ prefix: String, _ uri: String) {
        self.prefix = prefix
        self.uri = uri
    }

    /// The name of an element or a qualified attribute in this namespace.
    public func callAsFunction(_ local: String) -> XMLName { XMLName(self, local) }

    public static let ds = Namespace("ds", "http://www.w3.org/2000/09/xmldsig#")
    public static let dsig11 = Namespace("dsig11", "http://www.w3.org/2009/xmldsig11#")
    public static let ec = Namespace("ec", "http://www.w3.org/2001/10/xml-exc-c14n#")
    public static let xenc = Namespace("xenc", "http://www.w3.org/2001/04/xmlenc#")
    public static let xenc11 = Namespace("xenc11", "http://www.w3.org/2009/xmlenc11#")
    public static let xsi = Namespace("xsi", "http://www.w3.org/2001/XMLSchema-instance")
    public static let xs = Namespace("xs", "http://www.w3.org/2001/XMLSchema")
    public static let xml = Namespace("xml", "http://www.w3.org/XML/1998/namespace")
}

/// A name in a namespace, or an unqualified attribute name where the namespace is `nil`.
public struct XMLName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let namespace: Namespace?
    public let local: String

    public init(_ namespace: Namespace, _ local: String) {
        self.namespace = namespace
        self.local = local
    }

    public init(stringLiteral local: String) {
        namespace = nil
        self.local = local
    }

    public init(unqualified local: String) {
        namespace = nil
        self.local = local
    }

    var qualified: String { namespace.map { $0.prefix + ":" + local } ?? local }
    public var description: String { local }
}
