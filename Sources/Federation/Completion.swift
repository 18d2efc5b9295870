// SPDX-License-Identifier: EUPL-1.2

/// What is asked about one person after they have identified themselves.
public struct SourceQuery: Sendable {
    /// Of the subject: a natural person, or an entity.
    public var identifier: SpanishIdentifier
    /// What whoever identified the person said of them, for templates.
    public var known: [AttributeName: String]
    /// Of the login.
    public var assurance: Assurance

    public init(identifier: SpanishIdentifier, known: [AttributeName: String], assurance: Assurance) {
        self.identifier = identifier
        self.known = known
        self.assurance = assurance
    }
}

/// What the sources gave.
public struct Completion: Sendable {
    /// Canonical and valid, each with its source as origin; in the order in which they were wanted.
    public var attributes: [Attribute]
    /// One for each source that could not be asked or gave something unusable, whether or not another one filled the gap.
    public var failures: [SourceFailure]

    public init(attributes: [Attribute], failures: [SourceFailure]) {
        self.attributes = attributes
        self.failures = failures
    }

    /// Why an attribute is not there: a source failed that might have given it. `nil` if it is there, or if every source that
    /// was asked does not know it.
    public func failure(of name: AttributeName) -> Rejection? {
        if attributes.contains(where: { $0.name == name }) { return nil }
        return failures.first { $0.wanted.contains(name) }?.rejection
    }
}

/// Holds names and reasons; nothing about the person.
public struct SourceFailure: Hashable, Sendable {
    public var source: String
    public var wanted: [AttributeName]
    /// With ``Rule/sourceUnavailable`` or ``Rule/sourceInvalid``.
    public var rejection: Rejection

    public init(source: String, wanted: [AttributeName], rejection: Rejection) {
        self.source = source
        self.wanted = wanted
        self.rejection = rejection
    }
}
