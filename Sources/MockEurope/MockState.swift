// SPDX-License-Identifier: EUPL-1.2
import Federation
import SAML
import XMLSecurity

/// A mock state in a world: its profile with addresses and keys.
struct MockState: Sendable, CustomStringConvertible {
    let profile: StateProfile
    /// `http://localhost:8082/de`
    let base: String
    let credential: Credential

    var description: String { profile.path }
    var entityID: EntityID { EntityID(base + "/metadata") }
    var singleSignOnService: String { base + "/sso" }

    func signer() throws(XMLFault) -> Signer { try credential.signer(profile.algorithm) }
}

/// The Connector that asks, as far as a Proxy-Service cares. Known from its metadata.
struct Connector: Sendable {
    let entityID: EntityID
    let assertionConsumerService: String
    let signing: [Certificate]
    let encryption: Certificate
    /// Whether its metadata says which sector it asks for; each request says it otherwise, and never both do.
    let saysSector: Bool

    /// - Throws: ``Rule/metadataEndpoint`` or ``Rule/metadataKeys`` where something is missing that an answer needs.
    init(_ entity: VerifiedEntity) throws(Rejection) {
        let role = entity.descriptor
        let endpoints = role.endpoints.filter { $0.binding == SAMLURI.post }
        guard let endpoint = endpoints.first(where: \.isDefault) ?? endpoints.first else {
            throw Rejection(.metadataEndpoint, "SPSSODescriptor", expected: "an AssertionConsumerService")
        }
        guard let key = role.encryptionKeys.first else {
            throw Rejection(.metadataKeys, "SPSSODescriptor", expected: "an encryption key")
        }
        entityID = entity.entity.entityID
        assertionConsumerService = endpoint.location
        signing = role.signingCertificates
        encryption = key.certificate
        saysSector = entity.entity.sector != nil
    }
}
