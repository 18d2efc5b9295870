// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import PuenteTestKit
public import XMLSecurity

/// One attack: what is sent, where, and which rules may stop it.
public struct Sample: Sendable, CustomStringConvertible {
    /// How it is made.
    public enum Attempt: Sendable {
        /// A document in the place of a genuine one.
        case document(@Sendable (Genuine) throws -> [UInt8])
        /// A genuine message, sent in another way.
        case submission(@Sendable (Genuine, inout Submission) throws -> Void)
        /// Several steps against a running node.
        case steps(@Sendable (Attacker) async throws -> Outcome)
        /// A metadata document in the place of a genuine one.
        case metadata(@Sendable (GenuineMetadata) throws -> [UInt8])
        /// Work on files and parsers that needs no running node.
        case alone(@Sendable (Workbench) async throws -> Outcome)
    }

    /// Of the class: `A01`.
    public let attackClass: String
    public let role: Role
    public let title: String
    /// Those that may stop it, the most likely first. Empty where HTTP or the operator's tools stop it, which have no rules.
    public let rules: [Rule]
    public let attempt: Attempt

    public init(_ attackClass: String, _ role: Role, _ title: String, _ rules: [Rule], _ attempt: Attempt) {
        (self.attackClass, self.role, self.title) = (attackClass, role, title)
        (self.rules, self.attempt) = (rules, attempt)
    }

    public var description: String { "\(attackClass) \(role.rawValue): \(title)" }
}

/// The samples of some classes, written down briefly: each call adds one for every role that it is good for.
public struct Samples {
    public private(set) var all: [Sample] = []

    public init() {}

    /// Another document than the genuine one.
    mutating func document(
        _ id: String, _ title: String, _ rules: [Rule], on roles: [Role] = Role.messages,
        make: @escaping @Sendable (Genuine) throws -> XMLNode
    ) {
        add(id, roles, title, rules, .document { try make($0).serialized() })
    }

    public mutating func document(
        _ id: String, _ title: String, _ rules: Rule..., on roles: [Role] = Role.messages,
        make: @escaping @Sendable (Genuine) throws -> XMLNode
    ) {
        add(id, roles, title, rules, .document { try make($0).serialized() })
    }

    /// The octets of a genuine document, changed.
    public mutating func octets(
        _ id: String, _ title: String, _ rules: Rule..., on roles: [Role] = Role.messages,
        make: @escaping @Sendable ([UInt8]) throws -> [UInt8]
    ) {
        add(id, roles, title, rules, .document { try make($0.signed.serialized()) })
    }

    /// Something else that the peer itself signs, before it does.
    public mutating func content(
        _ id: String, _ title: String, _ rules: Rule..., on roles: [Role],
        edit: @escaping @Sendable (inout XMLNode) throws -> Void
    ) {
        add(id, roles, title, rules, .document { try $0.signing(edit).serialized() })
    }

    /// An assertion that the peer itself seals, changed before that.
    public mutating func assertion(
        _ id: String, _ title: String, _ rules: Rule..., on roles: [Role] = Role.answers,
        edit: @escaping @Sendable (inout XMLNode) throws -> Void
    ) {
        add(id, roles, title, rules, .document { try $0.answering { try $0.editAssertion(edit) } })
    }

    /// An answer that is made in another way.
    mutating func answer(
        _ id: String, _ title: String, _ rules: [Rule], on roles: [Role] = Role.answers,
        edit: @escaping @Sendable (inout NodeAnswer) throws -> Void
    ) {
        add(id, roles, title, rules, .document { try $0.answering(edit) })
    }

    public mutating func answer(
        _ id: String, _ title: String, _ rules: Rule..., on roles: [Role] = Role.answers,
        edit: @escaping @Sendable (inout NodeAnswer) throws -> Void
    ) {
        add(id, roles, title, rules, .document { try $0.answering(edit) })
    }

    /// A genuine message that is signed in another way.
    public mutating func signature(
        _ id: String, _ title: String, _ rules: Rule..., on roles: [Role] = Role.messages,
        edit: @escaping @Sendable (inout SignatureRecipe) throws -> Void
    ) {
        add(id, roles, title, rules, .document { try $0.signing(by: edit).serialized() })
    }

    /// A genuine message, sent in another way. Without a rule, HTTP itself refuses it.
    public mutating func submission(
        _ id: String, _ title: String, _ rules: Rule..., on roles: [Role] = Role.messages,
        edit: @escaping @Sendable (Genuine, inout Submission) throws -> Void
    ) {
        add(id, roles, title, rules, .submission(edit))
    }

    public mutating func steps(
        _ id: String, _ title: String, _ rules: Rule..., on roles: [Role],
        run: @escaping @Sendable (Attacker, Role) async throws -> Outcome
    ) {
        for role in roles { add(id, [role], title, rules, .steps { try await run($0, role) }) }
    }

    public mutating func metadata(
        _ id: String, _ title: String, _ rules: Rule...,
        make: @escaping @Sendable (GenuineMetadata) throws -> [UInt8]
    ) {
        add(id, [.metadata], title, rules, .metadata(make))
    }

    public mutating func alone(
        _ id: String, _ title: String, _ rules: Rule..., run: @escaping @Sendable (Workbench) async throws -> Outcome
    ) {
        add(id, [.server], title, rules, .alone(run))
    }

    private mutating func add(
        _ id: String, _ roles: [Role], _ title: String, _ rules: [Rule], _ attempt: Sample.Attempt
    ) {
        for role in roles { all.append(Sample(id, role, title, rules, attempt)) }
    }
}
