// SPDX-License-Identifier: EUPL-1.2
import Dialects
import Federation
import Foundation
import SAML
import XMLSecurity

extension Requester {
    /// A service as the operator registered it.
    ///
    /// - Throws: `.keyUnusable` if a certificate cannot be read, or our key cannot sign as the service wants it.
    init(_ entry: ServiceEntry, gateway: Signer) throws(XMLFault) {
        self.init(
            name: entry.providerName, displayName: entry.displayName,
            sender: Sender(signingCertificates: try entry.certificates.read(), signatures: .clave),
            returnAddresses: entry.returnAddresses.map { ReturnAddress($0) }, homePage: entry.homePage,
            lowestLoA: entry.lowestLoA, attributes: Set(entry.attributes), persons: entry.persons,
            acceptsRepresentation: entry.acceptsRepresentation, acceptsNonNotified: entry.acceptsNonNotified,
            sector: entry.sector,
            seal: Seal(
                signer: try gateway.using(entry.signature), signsAssertion: entry.signsAssertion,
                recipients: try entry.encryption.map { encryption throws(XMLFault) in [try Recipient(encryption)] }
                    ?? [],
                cipher: entry.encryption?.cipher ?? .aes256GCM),
            assertionInErrors: entry.assertionInErrors,
            identifierForm: entry.identifierForm,
            selectedIdP: entry.selectedIdP == "none" ? nil : entry.selectedIdP, isEnabled: entry.enabled)
    }
}

extension Responder {
    /// A node abroad, as its verified metadata and the trust list describe it together.
    init(_ verified: VerifiedEntity, _ entry: NodeEntry) throws(Rejection) {
        let descriptor = verified.descriptor
        guard let endpoint = descriptor.endpoints.first(where: { $0.binding == SAMLURI.post }) else {
            throw Rejection(.metadataEndpoint, "IDPSSODescriptor/SingleSignOnService", expected: SAMLURI.post)
        }
        let profile = entry.profile
        self.init(
            entityID: entry.entityID, country: entry.country, displayName: entry.displayName,
            sender: Sender(signingCertificates: descriptor.signingCertificates, signatures: .eidas),
            encryption: EncryptionPolicy(allowsOldKeyTransport: profile.allowsOldKeyTransport),
            singleSignOnService: endpoint.location,
            levels: Set(verified.entity.levelsOfAssurance.compactMap { Assurance(uri: $0) }),
            attributes: Set(descriptor.attributes), protocolVersions: verified.entity.protocolVersions,
            needsRequesterID: verified.entity.needsRequesterID, sendsRequesterID: profile.sendsRequesterID,
            nameIDFormat: profile.requestsNameID.uri, skewSeconds: Double(profile.clockSkewSeconds),
            acceptsNonNotified: profile.acceptsNonNotified, requiresConfirmation: profile.requiresSubjectConfirmation,
            validUntil: verified.validUntil)
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

extension [Data] {
    fileprivate func read() throws(XMLFault) -> [Certificate] {
        var found: [Certificate] = []
        for octets in self { found.append(try Certificate(pemOrDER: [UInt8](octets))) }
        return found
    }
}

extension Recipient {
    fileprivate init(_ encryption: ServiceEntry.Encryption) throws(XMLFault) {
        let certificate = try Certificate(pemOrDER: [UInt8](encryption.certificate))
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
