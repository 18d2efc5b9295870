// SPDX-License-Identifier: EUPL-1.2
public import Federation
import XMLSecurity

/// The record of one message's checks: the running product and `puente inspect` share this one path.
///
/// Strict, the first check that fails throws. Thorough, it is written down like the others, and throws only where nothing
/// sensible could follow.
public final class Examination {
    public struct Finding: Hashable, Sendable {
        public let rule: Rule
        public let passed: Bool
        public let element: String
        public let expected: String?
        public let found: String?
    }

    public enum Mode: Sendable { case strict, thorough }

    public let mode: Mode
    public private(set) var findings: [Finding] = []

    public init(_ mode: Mode = .strict) { self.mode = mode }

    /// What was in order, each once.
    public func passed(in step: Incident.Step) -> Incident.Examined {
        Incident.Examined(step, each: findings.lazy.filter(\.passed).map { Incident.Check($0.rule, $0.element) })
    }

    /// One check. `expected` and `found` are looked at only when it fails or the mode is thorough.
    public func check(
        _ rule: Rule, _ passed: Bool, _ element: String, expected: @autoclosure () -> String? = nil,
        found: @autoclosure () -> String? = nil
    ) throws(Rejection) {
        if mode == .thorough {
            findings.append(Finding(rule: rule, passed: passed, element: element, expected: expected(), found: found()))
        } else if passed {
            findings.append(Finding(rule: rule, passed: true, element: element, expected: nil, found: nil))
        } else {
            throw Rejection(rule, element, expected: expected(), found: found())
        }
    }

    /// A step that yields something which later steps cannot do without.
    public func step<T>(_ rule: Rule, _ element: String, _ work: () throws(Rejection) -> T) throws(Rejection) -> T {
        do {
            let result = try work()
            findings.append(Finding(rule: rule, passed: true, element: element, expected: nil, found: nil))
            return result
        } catch {
            if mode == .thorough {
                findings.append(
                    Finding(
                        rule: error.rule, passed: false, element: error.element ?? element, expected: error.expected,
                        found: error.found))
            }
            throw error
        }
    }
}

/// Runs XML work and restates its faults as rules: the one place where the two vocabularies meet.
func translating<T>(_ work: () throws(XMLFault) -> T) throws(Rejection) -> T {
    do {
        return try work()
    } catch {
        throw Rejection(error.kind.rule, error.element, expected: error.expected, found: error.found)
    }
}

extension XMLFault.Kind {
    var rule: Rule {
        switch self {
        case .encoding: .xmlEncoding
        case .documentType: .xmlDocumentType
        case .malformed: .xmlMalformed
        case .limit: .xmlLimit
        case .identifierRepeated: .xmlIdentifierRepeated
        case .commentInText: .xmlCommentInText
        case .forbiddenNode: .xmlForbiddenNode
        case .namespace: .xmlNamespace
        case .schema: .messageSchema
        case .signatureMissing: .signatureMissing
        case .signatureRepeated: .signatureRepeated
        case .signatureStructure: .signatureStructure
        case .signatureReference: .signatureReference
        case .signatureAlgorithm: .signatureAlgorithm
        case .keyUnknown: .signatureKeyUnknown
        case .keyWeak: .signatureKeyWeak
        case .keyExpired: .signatureKeyExpired
        case .digest: .signatureDigest
        case .signatureValue: .signatureValue
        case .secondOpinion: .signatureSecondOpinion
        case .encryptionStructure: .encryptionStructure
        case .encryptionAlgorithm: .encryptionAlgorithm
        case .decryption: .encryptionFailed
        case .keyUnusable: .keyUnusable
        case .internalFailure: .ownFailure
        }
    }
}
