// SPDX-License-Identifier: EUPL-1.2
import SecondOpinion
import Synchronization
public import XMLSecurity

/// A second reader who remembers what it was asked, and finds something else in the signatures of some elements.
public final class Dissenter: SecondReader {
    public enum Manner: Sendable, CaseIterable {
        case findsItInvalid, readsOtherOctets, readsMoreReferences
    }

    private let manner: Manner
    private let isDoubted: @Sendable (FoundSignature) -> Bool
    private let questions = Mutex<[FoundSignature]>([])

    public init(_ manner: Manner = .findsItInvalid, about isDoubted: @escaping @Sendable (FoundSignature) -> Bool) {
        self.manner = manner
        self.isDoubted = isDoubted
    }

    /// - Parameter identifier: of the element whose signature is doubted.
    public convenience init(_ manner: Manner = .findsItInvalid, about identifier: String) {
        self.init(manner) { $0.identifier == identifier }
    }

    public var asked: [FoundSignature] { questions.withLock(\.self) }

    public func confirms(_ found: FoundSignature) -> Bool {
        questions.withLock { $0.append(found) }
        let opinion = SecondOpinion(on: found)
        return (isDoubted(found) ? other(than: opinion) : opinion).agrees(with: found)
    }

    private func other(than opinion: SecondOpinion) -> SecondOpinion {
        guard case .valid(let octets, let references) = opinion else { return opinion }
        return switch manner {
        case .findsItInvalid: .invalid(.signature)
        case .readsOtherOctets: .valid(octets: octets.dropLast(), references: references)
        case .readsMoreReferences: .valid(octets: octets, references: references + 1)
        }
    }
}
