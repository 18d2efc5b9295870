// SPDX-License-Identifier: EUPL-1.2
public import Settings
public import XMLSecurity

/// One of our keys, read and fit for its purpose.
public struct OwnKey: Sendable {
    /// In its ring; `nil` for a key that the settings themselves name.
    public let id: String?
    public let state: KeyRing.State
    public let key: PrivateKey
    /// Its certificate first.
    public let chain: [Certificate]
    /// The file that a fault about its certificate names.
    let file: String
    let place: Settings.KeyPlace

    public var certificate: Certificate { chain[0] }
}

/// Our keys of one purpose.
public struct OwnRing: Sendable {
    public let purpose: Settings.KeyPurpose
    /// The active one first, then the next one, then those that retire.
    public let keys: [OwnKey]

    /// - Returns: `nil` if none of the keys is active.
    init?(_ purpose: Settings.KeyPurpose, _ keys: [OwnKey]) {
        let order: [KeyRing.State] = [.active, .next, .retiring]
        self.purpose = purpose
        self.keys = order.flatMap { state in keys.filter { $0.state == state } }
        guard self.keys.first?.state == .active else { return nil }
    }

    public var active: OwnKey { keys[0] }

    /// What our metadata has of them.
    public var published: [Certificate] { keys.filter { purpose.publishes($0.state) }.map(\.certificate) }
}

extension Settings.KeyPurpose {
    /// Whether our metadata has a key of this purpose in that state.
    ///
    /// Peers verify with any signing key that they know, so they are told the next one before it is used, and the old one
    /// as long as what it signed is under way. They encrypt for one key, mostly the first: so the active one is first and
    /// the next one behind it, which opens already. One that retires opens what is under way, and is told to nobody.
    public func publishes(_ state: KeyRing.State) -> Bool {
        switch self {
        case .connectorSigning, .proxyServiceSigning: state != .gone
        case .connectorEncryption: state == .active || state == .next
        case .connectorMetadata, .proxyServiceMetadata, .claveSigning, .claveGatewaySigning: false
        }
    }

    public var isForEncryption: Bool { self == .connectorEncryption }

    /// What the other side accepts of us.
    var policy: SignaturePolicy {
        switch self {
        case .claveSigning, .claveGatewaySigning: .clave
        default: .eidas
        }
    }
}
