// SPDX-License-Identifier: EUPL-1.2
import YAMLText

extension Settings {
    /// Where a private key is.
    public enum KeyPlace: Hashable, Sendable {
        /// A PEM file, readable by its owner and group only.
        case pem(path: String)
        /// A PKCS#12 file with one key, and the passphrase that opens it (RFC 7292).
        case pkcs12(path: String, passphrase: Secret)
        /// A token behind a PKCS#11 module; the URI names the key in it (RFC 7512).
        case pkcs11(module: String, uri: String, pin: Secret)
    }

    /// The keys of one purpose.
    public enum Keys: Hashable, Sendable {
        /// One key, and the file of its certificate and chain; `nil` where the key's own file has them.
        case one(KeyPlace, certificate: String?)
        /// Several with states, in a file that `puente keys` keeps: ``KeyRing``.
        case ring(path: String)
    }

    /// What we have keys for: the name under which the settings know it, without `-key` or `-ring`.
    public enum KeyPurpose: String, Hashable, Sendable, CaseIterable {
        case connectorSigning = "connector.signing"
        case connectorEncryption = "connector.encryption"
        case connectorMetadata = "connector.metadata"
        case claveSigning = "clave.signing"
        case proxyServiceSigning = "proxy-service.signing"
        case proxyServiceMetadata = "proxy-service.metadata"
        case claveGatewaySigning = "clave-gateway.signing"
    }

    /// `nil` where the settings do not have the section.
    public func keys(for purpose: KeyPurpose) -> Keys? {
        switch purpose {
        case .connectorSigning: connector.signing
        case .connectorEncryption: connector.encryption
        case .connectorMetadata: connector.metadata
        case .claveSigning: clave.signing
        case .proxyServiceSigning: proxyService?.signing
        case .proxyServiceMetadata: proxyService?.metadata
        case .claveGatewaySigning: claveGateway?.signing
        }
    }
}

extension Settings.Keys {
    /// The file that a fault about them names.
    public var file: String {
        switch self {
        case .ring(let path): path
        case .one(let place, _): place.file
        }
    }
}

extension Settings.KeyPlace {
    /// The file of the key, or of the module that reaches it.
    public var file: String {
        switch self {
        case .pem(let path), .pkcs12(let path, _): path
        case .pkcs11(let module, _, _): module
        }
    }
}

extension SettingsReader {
    /// `<name>-key` and `<name>-certificate`, or `<name>-ring`.
    func keys(_ map: YAMLMap, _ name: String) -> Settings.Keys {
        let (ring, key, certificate) = (map["\(name)-ring"], map["\(name)-key"], map["\(name)-certificate"])
        guard ring.isPresent else {
            let (place, certificate) = self.key(map, "\(name)-key", "\(name)-certificate")
            return .one(place, certificate: certificate)
        }
        if key.isPresent || certificate.isPresent {
            ring.fault(
                expected: "\(name)-ring alone", found: "\(name)-key or \(name)-certificate beside it",
                advice: "Take the key into the ring with puente keys add, and remove it here.")
            _ = self.key(map, "\(name)-key", "\(name)-certificate")
        }
        return .ring(path: file(ring) ?? "")
    }

    /// The keys that sign metadata: those that sign messages, unless there are others.
    func metadataKeys(_ map: YAMLMap, besides signing: Settings.Keys) -> Settings.Keys {
        let own = ["metadata-ring", "metadata-key", "metadata-certificate"].contains { map[$0].isPresent }
        guard !own, case .ring = signing else { return own ? keys(map, "metadata") : signing }
        map["signing-ring"].fault(
            expected: "metadata-ring or metadata-key beside signing-ring", found: "neither",
            advice:
                "Other states pin what signs our metadata, so it must stay when signing keys are rolled: name its key.")
        return signing
    }

    /// A key and its certificate, under two names of a map.
    func key(
        _ map: YAMLMap, _ keyName: String, _ certificateName: String
    ) -> (Settings.KeyPlace, certificate: String?) {
        let place = keyPlace(map.required(keyName))
        if case .pkcs12 = place, !map[certificateName].isPresent { return (place, nil) }
        return (place, certificate(map.required(certificateName)))
    }

    private func keyPlace(_ value: YAMLValue) -> Settings.KeyPlace {
        guard value.isMap else { return .pem(path: key(value)) }
        let place = value.map { map -> Settings.KeyPlace? in
            let (file, token) = (map["pkcs12"].map(pkcs12), map["pkcs11"].map(pkcs11))
            if (file == nil) == (token == nil) {
                value.fault(
                    expected: "one of pkcs12 and pkcs11", found: file == nil ? "neither" : "both",
                    advice: "Say where the key is, once; a PEM file is named without keys.")
            }
            return file ?? token
        }
        return (place ?? nil) ?? .pem(path: "")
    }

    private func pkcs12(_ map: YAMLMap) -> Settings.KeyPlace {
        .pkcs12(
            path: key(map.required("file")), passphrase: requiredSecret(map.required("passphrase")))
    }

    private func pkcs11(_ map: YAMLMap) -> Settings.KeyPlace {
        .pkcs11(
            module: file(map.required("module")) ?? "", uri: map.required("uri").tokenAddress() ?? "",
            pin: requiredSecret(map.required("pin")))
    }

    /// Absence is a fault like that of any other key.
    private func requiredSecret(_ value: YAMLValue) -> Secret {
        let found = value.isPresent ? secret(value) : value.string("where the secret is").map(Secret.file)
        return found ?? .file(path: "")
    }
}

extension YAMLValue {
    /// A PKCS#11 URI without a PIN in it. What is refused is not quoted: it may hold the PIN.
    fileprivate func tokenAddress() -> String? {
        guard let text = string("a PKCS#11 URI") else { return nil }
        let isSound = text.hasPrefix("pkcs11:") && !text.contains("pin-value") && !text.contains("pin-source")
        guard isSound else {
            fault(
                expected: "a PKCS#11 URI without a PIN in it", found: "something else",
                advice: "Write it as pkcs11:token=NAME;object=NAME, and say under pin where the PIN is.")
            return nil
        }
        return text
    }
}
