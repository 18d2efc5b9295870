// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// The octets of a document that may be too large to hold, in chunks, as often as somebody asks for them.
public struct DocumentSource {
    /// The next chunk; `nil` at the end.
    public typealias Chunks = () throws(Rejection) -> [UInt8]?
    let open: () throws(Rejection) -> Chunks

    /// - Parameter open: begins at the beginning. Asked twice where a group's signature stands behind what it covers.
    public init(_ open: @escaping () throws(Rejection) -> Chunks) { self.open = open }

    public init(_ octets: [UInt8]) {
        self.init { () throws(Rejection) in
            var rest: [UInt8]? = octets
            return { () throws(Rejection) in
                defer { rest = nil }
                return rest
            }
        }
    }
}

extension DocumentSource {
    /// All of the document; `nil` if it is longer.
    fileprivate func octets(upTo limit: Int) throws(Rejection) -> [UInt8]? {
        let chunks = try open()
        var octets: [UInt8] = []
        while let chunk = try chunks() {
            guard octets.count + chunk.count <= limit else { return nil }
            octets += chunk
        }
        return octets
    }

    /// Reads metadata in pieces, from the beginning.
    ///
    /// - Returns: the signatures that stand behind what they cover.
    func read(
        late: [Int: [UInt8]] = [:], visit: @escaping (Piece) throws(XMLFault) -> Void
    ) throws(Rejection) -> [Int: [UInt8]] {
        let chunks = try open()
        var refusal: Rejection?
        let reader = PieceReader(
            { () throws(XMLFault) in
                do throws(Rejection) { return try chunks() } catch {
                    refusal = error
                    throw XMLFault(.internalFailure)
                }
            }, container: Namespace.md("EntitiesDescriptor"), late: late, visit: visit)
        do throws(XMLFault) { try reader.read() } catch {
            if let refusal { throw refusal }
            try translating { () throws(XMLFault) in throw error }
        }
        return reader.late
    }
}

extension VerifiedEntity {
    /// Verifies a metadata document of any size once, for any number of entities that are expected in it.
    ///
    /// For each of them as ``init(_:expecting:at:_:)`` does, in the memory of one entity; but an entity may have 2 MiB, the
    /// document 512 MiB, and any number of entities.
    /// - Parameter reader: who else verifies each signature, if anybody. Nobody else is asked about that of a group in a document
    ///   of more than 2 MiB: they would have to hold it whole.
    /// - Returns: what became of each expectation, in their order.
    public static func read(
        from source: DocumentSource, expecting expectations: [MetadataExpectation],
        confirmedBy reader: (any SecondReader)?, at now: Date
    ) -> [Result<VerifiedEntity, Rejection>] {
        do throws(Rejection) {
            let document = reader == nil ? nil : try source.octets(upTo: 2 << 20)
            var aggregate = Aggregate(expectations, document, confirmedBy: reader, at: now)
            var late = try aggregate.read(source)
            if !late.isEmpty {
                // Now that it is known what signatures stand behind.
                aggregate = Aggregate(expectations, document, confirmedBy: reader, at: now)
                late = try aggregate.read(source, late: late)
            }
            return aggregate.results()
        } catch {
            return expectations.map { _ in .failure(error) }
        }
    }
}

/// One pass over a document of metadata.
private final class Aggregate {
    /// What the signature of a group says: to each expectation, whose it is.
    private typealias Verdicts = [Result<Certificate, Rejection>]

    private struct Group {
        /// How many of the wanted entities stand before it.
        let begin: Int
        var verdicts: Verdicts?
        var promised: PromisedDigest?
        var digest: ContainerDigest?
        /// As it is around its signature.
        var element: Element?
    }

    private struct Wanted {
        let element: Element
        let name: EntityID
        /// Of the nearest group that is signed.
        var verdicts: Verdicts?
    }

    private let expectations: [MetadataExpectation]
    /// All of it, if it is small.
    private let document: [UInt8]?
    private let reader: (any SecondReader)?
    private let now: Date
    private let names: Set<EntityID>
    private var groups: [Group] = []
    /// Nothing of them is read before all has been verified.
    private var wanted: [Wanted] = []
    /// How often each of those who are expected has come. Nobody may come twice, so that no more than two are kept.
    private var seen: [EntityID: Int] = [:]
    private var root: Element?
    private var count = 0
    private var first: EntityID?
    private var whole: [UInt8]?

    init(
        _ expectations: [MetadataExpectation], _ document: [UInt8]?, confirmedBy reader: (any SecondReader)?,
        at now: Date
    ) {
        self.expectations = expectations
        self.document = document
        self.reader = reader
        self.now = now
        names = Set(expectations.map(\.entityID))
    }

    /// - Returns: the signatures that stand behind what they cover.
    func read(_ source: DocumentSource, late: [Int: [UInt8]] = [:]) throws(Rejection) -> [Int: [UInt8]] {
        let found = try source.read(late: late) { piece throws(XMLFault) in try self.visit(piece) }
        return late.isEmpty ? found : [:]
    }

    private func visit(_ piece: Piece) throws(XMLFault) {
        switch piece {
        case .opened(let chain):
            root = root ?? chain[0]
            for group in groups { try group.digest?.enter(chain) }
            groups.append(Group(begin: wanted.count))
        case .signature(let chain): try visitSignature(chain)
        case .signaturePlace(let chain): for group in groups.dropLast() { try group.digest?.add(chain) }
        case .content(let chain, let children):
            for group in groups { try group.digest?.add(chain) }
            note(children, in: chain[chain.count - 1])
        case .closed: close()
        case .whole(let octets): whole = octets
        }
    }

    private func visitSignature(_ chain: [Element]) throws(XMLFault) {
        let element = chain[chain.count - 1]
        let place = groups.count - 1
        guard groups[place].verdicts == nil else {
            let fault = element.badSignature(XMLFault(.signatureRepeated, element.path, found: "several"), nil)
            groups[place].verdicts = expectations.map { _ in .failure(fault) }
            groups[place].digest = nil
            return
        }
        var promised: PromisedDigest?
        groups[place].element = element
        // Most of those who are expected have the same pins.
        var known: [(expected: MetadataExpectation, verdict: Result<Certificate, Rejection>)] = []
        groups[place].verdicts = expectations.map { expected in
            let alike = known.first {
                $0.expected.pins == expected.pins && $0.expected.signatures == expected.signatures
            }
            if let alike { return alike.verdict }
            let verdict = Result { () throws(Rejection) in
                try element.signer(pins: expected.pins, at: now) { trusted throws(XMLFault) in
                    let found = try element.promisedDigest(trusting: trusted, policy: expected.signatures)
                    promised = found
                    return found.certificate
                }
            }
            known.append((expected, verdict))
            return verdict
        }
        // Only a trusted key may make us digest.
        groups[place].promised = promised
        groups[place].digest = try promised?.begin(chain)
    }

    private func note(_ children: [Element], in group: Element) {
        var kept: [Element] = []
        for child in children where child.is(Namespace.md("EntityDescriptor")) {
            count += 1
            let name = child.claimedEntityID
            if count == 1 { first = name }
            guard let name, names.contains(name) else { continue }
            let times = seen[name, default: 0] + 1
            seen[name] = times
            guard times <= 2 else { continue }
            kept.append(child)
            wanted.append(Wanted(element: child, name: name))
        }
        if !kept.isEmpty { group.removeContent(but: kept) }
    }

    private func close() {
        for group in groups { group.digest?.leave() }
        guard let group = groups.popLast(), var verdicts = group.verdicts else { return }
        if let fault = fault(of: group) {
            verdicts = verdicts.map { verdict in verdict.flatMap { _ in .failure(fault) } }
        }
        for index in wanted.indices.dropFirst(group.begin) where wanted[index].verdicts == nil {
            wanted[index].verdicts = verdicts
        }
    }

    /// What is wrong with a group that a trusted key has signed, now that all of it was seen.
    private func fault(of group: Group) -> Rejection? {
        guard let digest = group.digest, let element = group.element, let promised = group.promised else { return nil }
        do throws(XMLFault) {
            guard promised.isKept(by: digest) else { throw XMLFault(.digest, element.path) }
            if let document { try promised.confirm(element, in: document, by: reader) }
            return nil
        } catch {
            return element.badSignature(error, element.shownSigners.first)
        }
    }

    func results() -> [Result<VerifiedEntity, Rejection>] {
        let named = Dictionary(grouping: wanted, by: \.name)
        return expectations.indices.map { index in
            Result { () throws(Rejection) in try result(index, among: named[expectations[index].entityID] ?? []) }
        }
    }

    private func result(_ index: Int, among found: [Wanted]) throws(Rejection) -> VerifiedEntity {
        let expected = expectations[index]
        if let whole { return try VerifiedEntity(whole, expecting: expected, confirmedBy: reader, at: now) }
        guard found.count == 1, let only = found.first else {
            throw VerifiedEntity.notOnce(
                expected.entityID, found: seen[expected.entityID] ?? 0, of: count, root, first: first)
        }
        return try VerifiedEntity(only.element, expecting: expected, at: now, Examination()) {
            () throws(Rejection) in
            if only.element.children(Namespace.ds("Signature")).isEmpty, let verdicts = only.verdicts {
                return try verdicts[index].get()
            }
            return try only.element.signer(
                pins: expected.pins, allowsUnsigned: expected.allowsUnsigned, policy: expected.signatures,
                confirmedBy: reader, at: now)
        }
    }
}
