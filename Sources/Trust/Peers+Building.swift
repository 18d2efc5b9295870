// SPDX-License-Identifier: EUPL-1.2
public import Dialects
import Federation
import Foundation
import SAML
import Settings
public import XMLSecurity

extension Requester {
    /// A service as the operator registered it.
    ///
    /// - Throws: `.keyUnusable` if a certificate cannot be read, or our key cannot sign as the service wants it.
    public init(_ entry: ServiceEntry, gateway: Signer) throws(XMLFault) {
        self.init(
            name: entry.providerName, displayName: entry.displayName,
            sender: Sender(signingCertificates: try entry.certificates.read(), signatures: .clave),
            returnAddresses: entry.returnAddresses.map { ReturnAddress($0) }, homePage: entry.homePage,
            lowestLoA: entry.lowestLoA, attributes: Set(entry.attributes), persons: entry.persons,
            acceptsRepresentation: entry.acceptsRepresentation, acceptsNonNotified: entry.acceptsNonNotified,
            sector: entry.sector,
            seal: Seal(
                signer: try gateway.using(entry.signature), signsAssertion: entry.signsAssertion,
                protection: try entry.encryption.map { encryption throws(XMLFault) in
                    .encrypted(for: try Recipient(encryption), with: encryption.cipher)
                } ?? .inClear),
            assertionInErrors: entry.assertionInErrors,
            identifierForm: entry.identifierForm,
            selectedIdP: entry.selectedIdP == "none" ? nil : entry.selectedIdP, isEnabled: entry.enabled)
    }
}

extension NodeEntry {
    /// Whether a login could use the node as its verified metadata describes it: what cannot be used is not taken.
    func admit(_ verified: VerifiedEntity, revoked: Set<Certificate> = []) throws(Rejection) {
        switch role {
        case .proxyService: _ = try Responder(verified, self, revoked: revoked)
        case .connector: _ = try Requester.reach(verified.descriptor, profile, revoked)
        }
    }
}

extension Responder {
    /// A node abroad, as its verified metadata and the trust list describe it together.
    ///
    /// - Parameters:
    ///   - end: `nil`: that of the metadata.
    ///   - revoked: certificates that count no longer, whatever the metadata says.
    init(
        _ verified: VerifiedEntity, _ entry: NodeEntry, until end: Date? = nil, revoked: Set<Certificate> = []
    ) throws(Rejection) {
        let descriptor = verified.descriptor
        guard let endpoint = descriptor.endpoints.first(where: { $0.binding == SAMLURI.post }) else {
            throw Rejection(.metadataEndpoint, "IDPSSODescriptor/SingleSignOnService", expected: SAMLURI.post)
        }
        let profile = entry.profile
        self.init(
            entityID: entry.entityID, country: entry.country, displayName: entry.displayName,
            sender: try Sender(descriptor, revoked),
            encryption: EncryptionPolicy(allowsOldKeyTransport: profile.allowsOldKeyTransport),
            singleSignOnService: endpoint.location,
            levels: Set(verified.entity.levelsOfAssurance.compactMap { Assurance(uri: $0) }),
            attributes: Set(descriptor.attributes), protocolVersions: verified.entity.protocolVersions,
            needsRequesterID: verified.entity.needsRequesterID, sendsRequesterID: profile.sendsRequesterID,
            nameIDFormat: profile.requestsNameID.uri, skewSeconds: Double(profile.clockSkewSeconds),
            acceptsNonNotified: profile.acceptsNonNotified,
            demands: profile.requiresSubjectConfirmation ? .eidas : .eidas.subtracting(.confirmation),
            validUntil: end ?? verified.validUntil)
    }
}

extension Requester {
    /// A Connector abroad, as its verified metadata and the trust list describe it together.
    ///
    /// - Parameter end: `nil`: that of the metadata.
    /// - Throws: ``Rule/metadataEndpoint``, ``Rule/metadataKeys``: what cannot be answered is not listened to.
    /// - Spec: eIDAS dossier P1-34, P1-50, P2-15, P2-17.
    init(
        _ verified: VerifiedEntity, _ entry: NodeEntry, signer: Signer, until end: Date? = nil,
        revoked: Set<Certificate> = []
    ) throws(Rejection) {
        let reach = try Self.reach(verified.descriptor, entry.profile, revoked)
        let endpoints = reach.endpoints
        self.init(
            name: entry.entityID, country: entry.country,
            displayName: entry.displayName.isEmpty
                ? verified.entity.organizationName.map { ["en": $0] } ?? [:] : entry.displayName,
            sender: reach.sender, returnAddresses: endpoints.map { .exactly($0.location) }, homePage: nil,
            lowestLoA: .low, attributes: [],
            persons: Set(PersonKind.allCases), acceptsRepresentation: true, acceptsNonNotified: true,
            sector: verified.entity.sector ?? .private,
            seal: Seal(signer: signer, protection: .encrypted(for: reach.recipient, with: reach.cipher)),
            assertionInErrors: false,
            identifierForm: .verbatim, selectedIdP: nil, isEnabled: entry.enabled)
        indexedAddresses = Dictionary(
            endpoints.compactMap { endpoint in endpoint.index.map { ($0, endpoint.location) } }
        ) { first, _ in first }
        protocolVersions = verified.entity.protocolVersions
        publishesSector = verified.entity.sector != nil
        skewSeconds = Double(entry.profile.clockSkewSeconds)
        validUntil = end ?? verified.validUntil
    }

    /// How a Connector is recognised and answered.
    fileprivate struct Reach {
        /// With HTTP-POST, those by default first.
        let endpoints: [EntityDescriptor.Endpoint]
        let sender: Sender
        let recipient: Recipient
        let cipher: ContentCipher
    }

    fileprivate static func reach(
        _ descriptor: EntityDescriptor.Descriptor, _ profile: PeerProfile, _ revoked: Set<Certificate>
    ) throws(Rejection) -> Reach {
        let endpoints = descriptor.endpoints.filter { $0.binding == SAMLURI.post }
        guard !endpoints.isEmpty else {
            throw Rejection(.metadataEndpoint, "SPSSODescriptor/AssertionConsumerService", expected: SAMLURI.post)
        }
        let keys = descriptor.encryptionKeys.filter { !revoked.contains($0.certificate) }
        let (recipient, cipher) = try recipient(keys, profile)
        return Reach(
            endpoints: endpoints.filter(\.isDefault) + endpoints.filter { !$0.isDefault },
            sender: try Sender(descriptor, revoked), recipient: recipient, cipher: cipher)
    }

    /// The first key that may be used, because old nodes look at the first EncryptedKey alone; with the strongest cipher
    /// that is published for it (eIDAS dossier §5.4).
    private static func recipient(
        _ keys: [EntityDescriptor.EncryptionKey], _ profile: PeerProfile
    ) throws(Rejection) -> (Recipient, ContentCipher) {
        for key in keys where key.certificate.publicKey.isStrong(for: .eidas) {
            let ciphers = [ContentCipher.aes256GCM, .aes192GCM, .aes128GCM]
            let cipher = ciphers.first { key.methods.contains($0.uri) }
            let namesCiphers = ContentCipher.allCases.contains { key.methods.contains($0.uri) }
            guard cipher != nil || !namesCiphers else { continue }
            let knowsOnlyOld =
                key.methods.contains(AlgorithmURI.rsaOAEPMGF1P) && !key.methods.contains(AlgorithmURI.rsaOAEP)
            guard !knowsOnlyOld || profile.allowsOldKeyTransport else { continue }
            do throws(XMLFault) {
                return (
                    try Recipient(key.certificate, transport: knowsOnlyOld ? .rsaOAEPMGF1P : nil), cipher ?? .aes256GCM
                )
            } catch { continue }
        }
        throw Rejection(
            .metadataKeys, "SPSSODescriptor/KeyDescriptor[@use='encryption']",
            expected: "a key of sufficient length, with AES-GCM and rsa-oaep or ECDH-ES",
            found: keys.map { "\($0.certificate.publicKey.kind)" }.joined(separator: ", "))
    }
}

extension Responder {
    /// The national gateway, as the settings describe it.
    init(_ gateway: Settings.ClaveGateway, of country: MemberState, _ certificates: [Certificate]) {
        self.init(
            entityID: EntityID(gateway.address), country: country, displayName: ["es": "Cl@ve", "en": "Cl@ve"],
            sender: Sender(signingCertificates: certificates, signatures: .clave),
            encryption: EncryptionPolicy(allowsOldKeyTransport: true), singleSignOnService: gateway.address,
            levels: [], attributes: [], protocolVersions: [], needsRequesterID: false, sendsRequesterID: .never,
            nameIDFormat: nil, skewSeconds: Double(gateway.clockSkewSeconds), acceptsNonNotified: false,
            demands: .clave, issuers: Set(gateway.issuers), validUntil: .distantFuture)
    }
}

extension ClaveGateway.MethodPolicy {
    /// What the settings leave open is as usual.
    init(_ policy: Settings.ClaveGateway.MethodPolicy, or usual: Self) {
        let release: Release =
            switch policy.release {
            case .notified: .notified
            case .nonNotified: .nonNotified
            case .refused: .refused
            case nil: usual.release
            }
        self.init(release, upTo: policy.highestLoA ?? usual.highestLoA, isOffered: policy.isOffered)
    }
}

extension ClaveGateway.Method {
    init(_ method: Settings.ClaveGateway.Method) {
        self =
            switch method {
            case .certificate: .certificate
            case .permanent: .permanent
            case .pin: .pin
            case .mobile: .mobile
            }
    }
}

extension Sender {
    /// Whoever stands behind the messages of a node.
    fileprivate init(_ descriptor: EntityDescriptor.Descriptor, _ revoked: Set<Certificate>) throws(Rejection) {
        let usable = descriptor.usableSigners
        // A key may be in several certificates: the first counts.
        let ordered = usable.filter { !revoked.contains($0) } + usable.filter(revoked.contains)
        guard let first = ordered.first, !revoked.contains(first) else {
            throw Rejection(.signatureKeyRevoked, "KeyDescriptor", expected: "a certificate that is not revoked")
        }
        self.init(signingCertificates: ordered, signatures: .eidas, revoked: revoked)
    }
}

extension MetadataExpectation {
    init(_ entry: NodeEntry) throws(XMLFault) {
        self.init(
            entityID: entry.entityID, country: entry.country,
            role: entry.role, pins: try entry.pins.read(),
            allowsUnsigned: entry.profile.allowsUnsignedMetadata)
    }
}

extension Recipient {
    fileprivate init(_ encryption: ServiceEntry.Encryption) throws(XMLFault) {
        let certificate = try Certificate.configured(encryption.certificate)
        guard case .rsa = certificate.publicKey.kind else {
            try self.init(certificate)
            return
        }
        switch encryption.transport {
        case .rsaOAEP: try self.init(certificate, transport: .rsaOAEP(.sha256))
        case .rsaOAEPMGF1P: try self.init(certificate, transport: .rsaOAEPMGF1P)
        }
    }
}

extension PeerProfile.NameIDFormat {
    fileprivate var uri: String? {
        switch self {
        case .none: nil
        case .persistent: SAMLURI.persistent
        case .transient: SAMLURI.transient
        case .unspecified: SAMLURI.unspecified
        }
    }
}
