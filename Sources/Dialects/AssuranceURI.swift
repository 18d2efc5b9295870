// SPDX-License-Identifier: EUPL-1.2
public import Federation

extension Assurance {
    private static let notified = "http://eidas.europa.eu/LoA/"
    private static let notNotified = "http://eidas.europa.eu/NotNotified/LoA/"
    /// The spelling before the standard, which some peers still send; never written.
    private static let oldNotNotified = "http://eidas.europa.eu/LoA/NotNotified/"

    /// Reads a level of assurance. Exact spelling; anything else is unknown and never rounded.
    ///
    /// - Spec: eIDAS SAML Message Format 1.4 §3.1; eIDAS dossier §0.4.
    public init?(uri: String) {
        for (prefix, isNotified) in [(Self.oldNotNotified, false), (Self.notNotified, false), (Self.notified, true)]
        where uri.hasPrefix(prefix) {
            guard let loa = LoA(rawValue: String(uri.dropFirst(prefix.count))) else { return nil }
            self.init(loa, notified: isNotified)
            return
        }
        return nil
    }

    public var uri: String { (isNotified ? Self.notified : Self.notNotified) + loa.rawValue }
}

extension LoA {
    /// One of the three notified levels, spelt exactly.
    public init?(uri: String) {
        guard let assurance = Assurance(uri: uri), assurance.isNotified else { return nil }
        self = assurance.loa
    }

    public var uri: String { Assurance(self).uri }
}
