// SPDX-License-Identifier: EUPL-1.2
public import YAMLText

public import struct Foundation.Data

extension Settings {
    public struct Trust: Hashable, Sendable {
        /// `grace-hours`: 0 to 72. Default 0. How long the last good metadata may be used beyond its validUntil.
        public var graceHours: Int
        /// `allowed-networks`: list of blocks such as `10.0.0.0/8`. Default none. Addresses that are not public and may be
        /// asked for metadata nevertheless.
        public var allowedNetworks: [AddressBlock]
        /// `changes`: for each kind of change `automatic` or `approval`. Every kind is in it.
        public var changes: [ChangeKind: TakeOver]
        /// `approvals`: 1 or 2. Default 1. How many operators a change needs that waits for approval.
        public var approvals: Int
        /// `operators`: who may approve. Default none; two or more with `approvals: 2`.
        public var operators: [Approver]
        /// `alarms`: who is told of an end date that comes near.
        public var alarms: Alarms
        /// `control-socket`: path of at most 100 octets. Default `puente.sock` in the state directory. Where commands reach a
        /// node that runs.
        public var controlSocket: String
    }
}

extension Settings.Trust {
    public enum TakeOver: String, Hashable, Sendable, Codable, CaseIterable { case automatic, approval }

    /// What may change about a node.
    public enum ChangeKind: String, Hashable, Sendable, Codable, CaseIterable {
        /// An entry is new, gone, or was switched on or off.
        case nodeAdded = "node-added"
        case nodeRemoved = "node-removed"
        case nodeSwitched = "node-switched"
        case profileChanged = "profile-changed"
        case sourceChanged = "source-changed"
        /// Other pins than before.
        case anchorChanged = "anchor-changed"
        case countryChanged = "country-changed"
        case keyAdded = "key-added"
        case keyRemoved = "key-removed"
        /// No signing key of before is left.
        case allKeysChanged = "all-keys-changed"
        /// No encryption key of a Connector of before is left.
        case encryptionKeysChanged = "encryption-keys-changed"
        /// To another path on the same host.
        case endpointMoved = "endpoint-moved"
        case endpointHostMoved = "endpoint-host-moved"
        case roleVanished = "role-vanished"
        /// Another certificate signed the metadata, pinned as well.
        case signerChanged = "signer-changed"
        /// Levels, attributes, names, versions.
        case contentChanged = "content-changed"
        /// It ends before what is in force: somebody may have sent an old document again.
        case older
        /// An operator turned this very content back.
        case turnedBack = "turned-back"

        /// The rule where the settings say nothing: what takes a peer over at once, as a thief of its metadata key or of its
        /// address would, waits for a person. A key beside the old ones does not, because that is how everybody renews keys.
        public var `default`: Settings.Trust.TakeOver {
            switch self {
            case .nodeAdded, .nodeRemoved, .nodeSwitched, .profileChanged, .sourceChanged, .keyAdded, .keyRemoved,
                .endpointMoved, .signerChanged, .contentChanged:
                .automatic
            case .anchorChanged, .countryChanged, .allKeysChanged, .encryptionKeysChanged, .endpointHostMoved,
                .roleVanished, .older, .turnedBack:
                .approval
            }
        }
    }

    /// An operator whose signature approves a change.
    public struct Approver: Hashable, Sendable {
        /// `name`: small letters, digits and hyphens, unique.
        public var name: String
        /// `key`: certificate or public key in PEM, written here or as `{file: path}`; of nobody else. The octets of the PEM,
        /// empty where files are not looked at; that the key can be used is not checked.
        public var key: Data
    }

    public struct Alarms: Hashable, Sendable {
        /// `days`: list of numbers, 1 to 365. Default 60, 30, 14, 7, 1. How many days before an end date an alarm rings; here
        /// in falling order.
        public var days: [Int]
        /// `webhook`: default none.
        public var webhook: Webhook?
        /// `mail`: default none.
        public var mail: Mail?
    }

    public struct Webhook: Hashable, Sendable {
        /// `url`: https, or outside production http on this machine. Required.
        public var url: WebAddress
        /// `secret`: where the key is that authenticates the calls. Default none.
        public var secret: Secret?
    }

    public struct Mail: Hashable, Sendable {
        /// `to`: list of addresses, at least one. Required.
        public var to: [String]
        /// `from`: address. Required.
        public var from: String
        /// `sendmail`: path of a program. Default `/usr/sbin/sendmail`.
        public var sendmail: String
    }
}
