// SPDX-License-Identifier: EUPL-1.2
public import XMLSecurity

extension Namespace {
    public static let saml2p = Namespace("saml2p", "urn:oasis:names:tc:SAML:2.0:protocol")
    public static let saml2 = Namespace("saml2", "urn:oasis:names:tc:SAML:2.0:assertion")
    public static let md = Namespace("md", "urn:oasis:names:tc:SAML:2.0:metadata")
    public static let mdattr = Namespace("mdattr", "urn:oasis:names:tc:SAML:metadata:attribute")
    public static let alg = Namespace("alg", "urn:oasis:names:tc:SAML:metadata:algsupport")
    public static let mdsl = Namespace("ser", "http://eidas.europa.eu/metadata/servicelist")
    public static let eidas = Namespace("eidas", "http://eidas.europa.eu/saml-extensions")
}

/// Identifiers of SAML Core 2.0 §8 and of the eIDAS profile, spelt as on the wire.
public enum SAMLURI {
    public static let post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    public static let redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    public static let deflate = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
    public static let protocolSupport = "urn:oasis:names:tc:SAML:2.0:protocol"
    public static let entity = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
    public static let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    public static let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    public static let unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
    public static let nameFormatURI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
    public static let bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    public static let consentUnspecified = "urn:oasis:names:tc:SAML:2.0:consent:unspecified"
    public static let consentObtained = "urn:oasis:names:tc:SAML:2.0:consent:obtained"

    public static let success = "urn:oasis:names:tc:SAML:2.0:status:Success"
    public static let requester = "urn:oasis:names:tc:SAML:2.0:status:Requester"
    public static let responder = "urn:oasis:names:tc:SAML:2.0:status:Responder"
    public static let versionMismatch = "urn:oasis:names:tc:SAML:2.0:status:VersionMismatch"
    public static let authnFailed = "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"
    public static let requestDenied = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"
    public static let invalidAttribute = "urn:oasis:names:tc:SAML:2.0:status:InvalidAttrNameOrValue"
    public static let invalidNameIDPolicy = "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy"
    public static let noAuthnContext = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"

    public static let protocolVersion = "http://eidas.europa.eu/entity-attributes/protocol-version"
    public static let applicationIdentifier = "http://eidas.europa.eu/entity-attributes/application-identifier"
    public static let assuranceCertification = "urn:oasis:names:tc:SAML:attribute:assurance-certification"
    public static let entityCategory = "http://macedir.org/entity-category"
    public static let requesterIDNeeded = "http://eidas.europa.eu/entity-attributes/termsofaccess/requesterid"
    public static let hideFromDiscovery = "http://refeds.org/category/hide-from-discovery"

    /// The values that Consent may have (SAML Core 2.0 §8.4).
    public static let consents: Set<String> = Set(
        [
            "obtained", "prior", "current-implicit", "current-explicit", "unspecified", "unavailable", "inapplicable",
        ].map { "urn:oasis:names:tc:SAML:2.0:consent:" + $0 })
}
