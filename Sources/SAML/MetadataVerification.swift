// SPDX-License-Identifier: EUPL-1.2
public import Federation
public import Foundation
public import XMLSecurity

/// What the trust list says that metadata must be.
public struct MetadataExpectation: Sendable {
    public var entityID: EntityID
    public var country: MemberState
    public var role: EntityDescriptor.Role
    /// Certificates that may sign, or anchors of the signer's chain: of this country and role, nobody else's.
    public var pins: [Certificate]
    public var allowsUnsigned: Bool
    public var signatures: SignaturePolicy

    public init(
        entityID: EntityID, country: MemberState, role: EntityDescriptor.Role, pins: [Certificate],
        allowsUnsigned: Bool = false, signatures: SignaturePolicy = .eidas
    ) {
        self.entityID = entityID
        self.country = country
        self.role = role
        self.pins = pins
        self.allowsUnsigned = allowsUnsigned
        self.signatures = signatures
    }
}

/// One role of an entity, as metadata states it that a pinned certificate of its country and role has signed.
public struct VerifiedEntity: Hashable, Sendable {
    public let entity: EntityDescriptor
    public let role: EntityDescriptor.Role
    /// What the entity says about this role.
    public let descriptor: EntityDescriptor.Descriptor
    public let country: MemberState
    /// After this instant nothing of it may be used.
    public let validUntil: Date
    /// `nil` where the trust list lets the metadata be unsigned.
    public let signer: Certificate?

    /// Verifies a metadata document, single entity or aggregate, and reads the one entity that is expected.
    ///
    /// - Parameter reader: who else verifies the signature, if anybody.
    /// - Spec: eIDAS dossier M-05 to M-23; SAML Metadata 2.0 §3.
    public init(
        _ octets: [UInt8], expecting expected: MetadataExpectation, confirmedBy reader: (any SecondReader)?,
        at now: Date,
        _ examination: Examination = Examination()
    ) throws(Rejection) {
        let tree = try translating { () throws(XMLFault) in try XMLTree(parsing: octets, limits: .metadata) }
        let element = try Self.entity(expected.entityID, in: tree)
        try self.init(element, expecting: expected, at: now, examination) { () throws(Rejection) in
            try Self.signer(of: element, expected, confirmedBy: reader, at: now)
        }
    }

    /// - Parameter signer: says who signed the entity, or a group around it; asked before anything is read.
    init(
        _ element: Element, expecting expected: MetadataExpectation, at now: Date, _ examination: Examination,
        signer: () throws(Rejection) -> Certificate?
    ) throws(Rejection) {
        self.signer = try examination.step(.metadataSignature, element.path + "/Signature", signer)
        entity = try EntityDescriptor(reading: element)
        role = expected.role
        country = expected.country
        // A file that an operator vouches for may be without end; it then has a day, and is read again before.
        validUntil = entity.validUntil ?? now + 86_400
        descriptor = try examination.check(
            entity, expected.role, of: expected.country, expected.signatures, at: now, isSigned: self.signer != nil)
    }

    private static func entity(_ name: EntityID, in tree: XMLTree) throws(Rejection) -> Element {
        let root = tree.root
        let all = try root.allEntities()
        let found = all.filter { $0.claimedEntityID == name }
        guard found.count == 1 else {
            throw Self.notOnce(name, found: found.count, of: all.count, root, first: all.first?.claimedEntityID)
        }
        return found[0]
    }

    static func notOnce(
        _ name: EntityID, found: Int, of all: Int, _ root: Element?, first: EntityID?
    ) -> Rejection {
        Rejection(
            .metadataEntity, (root?.path ?? "") + "/@entityID", expected: name.rawValue,
            found: found > 0 ? "\(found) times" : all == 1 ? first?.rawValue : "\(all) others")
    }

    /// The signature of the entity itself, or of a group around it.
    fileprivate static func signer(
        of element: Element, _ expected: MetadataExpectation, confirmedBy reader: (any SecondReader)?, at now: Date
    ) throws(Rejection) -> Certificate? {
        try (element.signed ?? element).signer(
            pins: expected.pins, allowsUnsigned: expected.allowsUnsigned, policy: expected.signatures,
            confirmedBy: reader, at: now)
    }
}

extension Examination {
    /// - Parameter country: `nil`: whichever member state it names.
    @discardableResult
    fileprivate func check(
        _ entity: EntityDescriptor, _ role: EntityDescriptor.Role, of country: MemberState?,
        _ signatures: SignaturePolicy, at now: Date, isSigned: Bool, _ place: String = "EntityDescriptor"
    ) throws(Rejection) -> EntityDescriptor.Descriptor {
        try check(
            .metadataExpiry, entity.validUntil.map { now < $0 } ?? !isSigned, place + "/@validUntil",
            expected: "after \(Instant.write(now))", found: entity.validUntil.map(Instant.write) ?? "nothing")
        // Metadata that outlives its keys by decades cannot be taken back (G02).
        try check(
            .metadataExpiry, entity.validUntil.map { $0 < now + 400 * 86_400 } ?? !isSigned, place + "/@validUntil",
            expected: "within 400 days", found: entity.validUntil.map(Instant.write) ?? "nothing")
        guard let descriptor = entity[role] else {
            throw Rejection(.metadataRoleMissing, place, expected: role.element, found: "nothing")
        }
        // Peers up to 1.3 may write GR (eIDAS dossier §8.1).
        let named = descriptor.nodeCountry ?? ""
        try check(
            .metadataCountry, country?.isNamed(by: named) ?? (named == "GR" || MemberState(rawValue: named) != nil),
            "\(place)/\(role.element)/Extensions/NodeCountry",
            expected: country?.rawValue ?? "a member state", found: descriptor.nodeCountry ?? "nothing")
        let usable = descriptor.usableSigners.filter { $0.publicKey.isStrong(for: signatures) }
        try check(
            .metadataKeys, !usable.isEmpty, "\(place)/\(role.element)/KeyDescriptor",
            expected: "a signing key of sufficient length, in a certificate for signatures, over SHA-256 or better",
            found: descriptor.signingCertificates.map { "\($0.publicKey.kind)" }.joined(separator: ", "))
        // What cannot be encrypted cannot be answered (M-20, P1-50).
        let recipients = descriptor.encryptionKeys.filter { $0.certificate.publicKey.isStrong(for: signatures) }
        try check(
            .metadataKeys, role == .proxyService || !recipients.isEmpty, "\(place)/\(role.element)/KeyDescriptor",
            expected: "an encryption key of sufficient length",
            found: descriptor.encryptionKeys.isEmpty
                ? "nothing"
                : descriptor.encryptionKeys.map { "\($0.certificate.publicKey.kind)" }.joined(separator: ", "))
        let endpoints = descriptor.endpoints.filter { $0.binding == SAMLURI.post }
        try check(
            .metadataEndpoint,
            !endpoints.isEmpty && descriptor.endpoints.allSatisfy { isWebAddress($0.location, limit: 300) },
            "\(place)/\(role.element)", expected: "HTTPS endpoints, one of them HTTP-POST",
            found: descriptor.endpoints.map(\.location).joined(separator: ", "))
        return descriptor
    }
}

extension EntityDescriptor.Descriptor {
    /// The certificates that may stand behind messages: those for signatures which are themselves signed over a hash of 256
    /// bits or more (eIDAS dossier P1-13, C2-10).
    public var usableSigners: [Certificate] {
        signingCertificates.filter { $0.maySign && $0.signatureDigestBits >= 256 }
    }
}

extension EntityDescriptor.Role {
    var element: String {
        switch self {
        case .proxyService: "IDPSSODescriptor"
        case .connector: "SPSSODescriptor"
        }
    }
}

extension ParsedMessage {
    public var isMetadata: Bool { tree.root.isMetadata }

    /// Checks metadata by what it says itself: every entity, in every role that it has.
    ///
    /// Taken for right: that the certificate which a signature shows is pinned, and the country that an entity names.
    /// - Returns: the entities, as far as they can be read.
    public func examineMetadata(at now: Date, _ examination: Examination) throws(Rejection) -> [EntityDescriptor] {
        let all = tree.root.entities
        guard !all.isEmpty else {
            throw Rejection(.metadataContent, tree.root.local, expected: "EntityDescriptor", found: "nothing")
        }
        var judged: Element?
        var found: [EntityDescriptor] = []
        for element in all {
            let place =
                all.count == 1 ? "EntityDescriptor" : "EntityDescriptor[@entityID='\(element["entityID"] ?? "")']"
            let signed = element.signed ?? element
            if judged != signed { examination.judgeSignature(of: signed, at: now) }
            judged = signed
            do throws(Rejection) {
                let entity = try examination.step(.metadataContent, place) { () throws(Rejection) in
                    try EntityDescriptor(reading: element)
                }
                found.append(entity)
                try examination.check(everyRoleOf: entity, at: now, isSigned: element.signed != nil, place)
            } catch  where all.count > 1 {
                // It is written down; the other entities are looked at all the same.
                continue
            }
        }
        return found
    }
}

extension Examination {
    fileprivate func judgeSignature(of element: Element, at now: Date) {
        let pinned = MetadataExpectation(
            entityID: EntityID(""), country: .spain, role: .connector, pins: element.shownSigners)
        // What is wrong is written down; the content is looked at all the same.
        _ = try? step(.metadataSignature, element.path + "/Signature") { () throws(Rejection) in
            try VerifiedEntity.signer(of: element, pinned, confirmedBy: nil, at: now)
        }
    }

    fileprivate func check(
        everyRoleOf entity: EntityDescriptor, at now: Date, isSigned: Bool, _ place: String
    ) throws(Rejection) {
        let roles = EntityDescriptor.Role.allCases.filter { entity[$0] != nil }
        try check(
            .metadataContent, !roles.isEmpty, place, expected: "IDPSSODescriptor or SPSSODescriptor", found: "nothing")
        for role in roles { try check(entity, role, of: nil, .eidas, at: now, isSigned: isSigned, place) }
    }
}

extension Element {
    fileprivate var isMetadata: Bool {
        self.is(Namespace.md("EntityDescriptor")) || self.is(Namespace.md("EntitiesDescriptor"))
    }

    /// With the blanks around it, by which it is another one (SAML Core 2.0 §8.3.6).
    var claimedEntityID: EntityID? { self["entityID"].map { EntityID($0) } }

    /// This element or the nearest around it that has a signature of its own.
    fileprivate var signed: Element? {
        children(Namespace.ds("Signature")).isEmpty ? parent?.signed : self
    }

    /// The EntityDescriptors of a document of which this is the root.
    ///
    /// - Throws: ``Rule/metadataContent`` if it is no metadata.
    func allEntities() throws(Rejection) -> [Element] {
        guard isMetadata else {
            throw Rejection(.metadataContent, path, expected: "EntityDescriptor or EntitiesDescriptor", found: local)
        }
        return entities
    }

    /// Groups within groups included.
    fileprivate var entities: [Element] {
        self.is(Namespace.md("EntityDescriptor")) ? [self] : members
    }

    private var members: [Element] {
        children(Namespace.md("EntityDescriptor")) + children(Namespace.md("EntitiesDescriptor")).flatMap(\.members)
    }
}
