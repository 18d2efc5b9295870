// SPDX-License-Identifier: EUPL-1.2
public import Foundation
public import XMLSecurity

/// A plan as operators hand it to each other and sign it: JSON, whose very octets are signed.
public struct TrustPlanFile: Sendable {
    /// Larger plans are refused.
    public static let sizeLimit = 16 << 20
    private static let format = "puente-trust-plan-1"

    private struct Content: Codable {
        var format: String
        var base: Int
        var madeAt: Date
        var backTo: Int?
        var steps: [TrustPlan.Step]
    }

    public let octets: Data
    public let base: Int
    public let madeAt: Date
    /// The earlier version to which it returns, if it does.
    public let backTo: Int?
    public let steps: [TrustPlan.Step]

    public init(_ plan: TrustPlan) throws {
        let content = Content(
            format: Self.format, base: plan.base, madeAt: plan.madeAt, backTo: plan.backTo, steps: plan.steps)
        octets = try JSON.encode(content, isForPeople: true) + Data("\n".utf8)
        (base, madeAt, backTo, steps) = (plan.base, plan.madeAt, plan.backTo, plan.steps)
    }

    /// - Throws: ``TrustRefusal/unreadable(_:)``.
    public init(reading octets: Data) throws(TrustRefusal) {
        do {
            let content = try JSON.decode(Content.self, octets)
            guard content.format == Self.format else {
                throw TrustRefusal.unreadable("expected a plan of the form \(Self.format), found \(content.format)")
            }
            (base, madeAt, backTo, steps) = (content.base, content.madeAt, content.backTo, content.steps)
            for step in steps where !step.saysWhatItsEntriesDo { throw TrustRefusal.untrue(step.node) }
        } catch let refusal as TrustRefusal { throw refusal } catch {
            throw .unreadable("this is no plan as puente trust plan --out writes it")
        }
        self.octets = octets
    }

    /// The registered operators of whom a signature is there, each once, by name.
    public func signers(_ signatures: [[UInt8]], among operators: [TrustOperator]) -> [String] {
        operators.filter { person in
            signatures.contains { person.key.confirms($0, of: [UInt8](octets)) }
        }.map(\.name).sorted()
    }

    /// - Parameter needed: how many different operators must have signed.
    /// - Throws: ``TrustRefusal/notSigned(needed:signers:)``.
    public func requireSignatures(
        _ needed: Int, _ signatures: [[UInt8]], among operators: [TrustOperator]
    ) throws(TrustRefusal) -> [String] {
        let signers = signers(signatures, among: operators)
        guard signers.count >= needed else { throw .notSigned(needed: needed, signers: signers) }
        return signers
    }
}

/// Whoever may sign plans.
public struct TrustOperator: Sendable {
    public let name: String
    public let key: PublicKey

    public init(name: String, key: PublicKey) {
        self.name = name
        self.key = key
    }
}

extension TrustPlan.Step {
    /// Whoever signs a plan sees its changes: what its entries would do must be among them. Whether what is said of the
    /// metadata is true shows where the metadata is, when the plan is applied.
    fileprivate var saysWhatItsEntriesDo: Bool {
        namesItself && Set(TrustChange.between(before?.entry, after?.entry)).isSubset(of: changes)
    }
}
