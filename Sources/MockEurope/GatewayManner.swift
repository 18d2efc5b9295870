// SPDX-License-Identifier: EUPL-1.2
import Federation

/// What goes wrong at the mock gateway when it is told to: the failures that the real one reports, and answers that nobody
/// should accept.
///
/// - Spec: Cl@ve dossier §3.3, §3.7.
enum GatewayManner: String, CaseIterable, Sendable {
    case genuine
    // Nobody is identified.
    case cancelled
    case noCertificate = "no-certificate"
    case expiredCertificate = "expired-certificate"
    case revokedCertificate = "revoked-certificate"
    case certificateClass = "certificate-class"
    case tooLow = "too-low"
    case noMainCode = "no-main-code"
    // Somebody is identified, and the answer is spoilt.
    case brokenPartialAfirma = "broken-partial-afirma"
    case encrypted
    case expired
    case otherAudience = "other-audience"
    case otherQuestion = "other-question"
    case unsigned
    case otherKey = "other-key"

    static let failures: [Self] = [
        .cancelled, .noCertificate, .expiredCertificate, .revokedCertificate, .certificateClass, .tooLow, .noMainCode,
    ]
    static let spoilt: [Self] = [
        .brokenPartialAfirma, .encrypted, .expired, .otherAudience, .otherQuestion, .unsigned, .otherKey,
    ]
}
