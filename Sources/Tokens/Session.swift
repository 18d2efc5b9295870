// SPDX-License-Identifier: EUPL-1.2
import CPKCS11
import XMLSecurity

/// A session with a token, logged in, and the key found in it. One thread at a time uses it.
struct Session: Sendable {
    let module: Module
    let handle: CK_ULONG
    let key: CK_ULONG

    /// - Parameter pin: asked for when it is needed, so that nobody has to remember it.
    /// - Throws: `TokenFailure`, or what `pin` throws.
    init(_ module: Module, _ address: TokenAddress, pin: () throws -> String) throws {
        self.module = module
        let slots = try module.slots(of: address)
        guard let slot = slots.first, slots.count == 1 else {
            throw XMLFault(
                .internalFailure, expected: "one token of that name",
                found: slots.isEmpty ? "no token with \(address.tokenText)" : "\(slots.count)")
        }
        var session: CK_ULONG = 0
        try module.call("C_OpenSession") {
            $0.C_OpenSession(slot, CK_ULONG(CKF_SERIAL_SESSION), nil, nil, &session)
        }
        handle = session
        do {
            try module.logIn(session, slot: slot, pin: try pin())
            key = try Self.find(address, in: session, module)
        } catch {
            Self.close(session, module)
            throw error
        }
    }

    func close() { Self.close(handle, module) }

    private static func close(_ session: CK_ULONG, _ module: Module) {
        // nil: it is lost already.
        try? module.call("C_CloseSession") { $0.C_CloseSession(session) }
    }

    private static func find(_ address: TokenAddress, in session: CK_ULONG, _ module: Module) throws -> CK_ULONG {
        var template: [(Int, [UInt8])] = [(CKA_CLASS, value(CKO_PRIVATE_KEY))]
        if let object = address.object { template.append((CKA_LABEL, Array(object.utf8))) }
        if let id = address.id { template.append((CKA_ID, id)) }
        var found = [CK_ULONG](repeating: 0, count: 2)
        var count: CK_ULONG = 0
        try withAttributes(template) { attributes, length throws(TokenFailure) in
            try module.call("C_FindObjectsInit") { $0.C_FindObjectsInit(session, attributes, length) }
        }
        // nil: it ends with the session at the latest.
        defer { try? module.call("C_FindObjectsFinal") { $0.C_FindObjectsFinal(session) } }
        try module.call("C_FindObjects") { $0.C_FindObjects(session, &found, 2, &count) }
        guard count == 1 else {
            throw XMLFault(
                .internalFailure, expected: "one private key of that name in \(address.tokenText)",
                found: count == 0 ? "none" : "several")
        }
        return found[0]
    }
}

// MARK: Work

extension Session {
    func sign(_ mechanism: Mechanism, _ data: [UInt8], length: Int) throws(TokenFailure) -> [UInt8] {
        try mechanism.with { mechanism throws(TokenFailure) in
            try module.call("C_SignInit") { $0.C_SignInit(handle, mechanism, key) }
        }
        return try output(length) { output, count throws(TokenFailure) in
            var data = data
            try module.call("C_Sign") { $0.C_Sign(handle, &data, CK_ULONG(data.count), output, count) }
        }
    }

    func decrypt(_ mechanism: Mechanism, _ data: [UInt8]) throws(TokenFailure) -> [UInt8] {
        try mechanism.with { mechanism throws(TokenFailure) in
            try module.call("C_DecryptInit") { $0.C_DecryptInit(handle, mechanism, key) }
        }
        return try output(data.count) { output, count throws(TokenFailure) in
            var data = data
            try module.call("C_Decrypt") { $0.C_Decrypt(handle, &data, CK_ULONG(data.count), output, count) }
        }
    }

    /// The shared secret, taken out of the token as it is there for nothing else.
    func derive(_ point: [UInt8], length: Int) throws(TokenFailure) -> [UInt8] {
        let template: [(Int, [UInt8])] = [
            (CKA_CLASS, value(CKO_SECRET_KEY)), (CKA_KEY_TYPE, value(CKK_GENERIC_SECRET)),
            (CKA_TOKEN, [0]), (CKA_SENSITIVE, [0]),
            (CKA_EXTRACTABLE, [1]),
            (CKA_VALUE_LEN, value(length)),
        ]
        var secret: CK_ULONG = 0
        try Mechanism.agreement(point).with { mechanism throws(TokenFailure) in
            try withAttributes(template) { attributes, count throws(TokenFailure) in
                try module.call("C_DeriveKey") { $0.C_DeriveKey(handle, mechanism, key, attributes, count, &secret) }
            }
        }
        // nil: it ends with the session at the latest.
        defer { try? module.call("C_DestroyObject") { $0.C_DestroyObject(handle, secret) } }
        return try output(length) { output, count throws(TokenFailure) in
            var attribute = CK_ATTRIBUTE(type: CK_ULONG(CKA_VALUE), pValue: output, ulValueLen: count.pointee)
            try module.call("C_GetAttributeValue") { $0.C_GetAttributeValue(handle, secret, &attribute, 1) }
            count.pointee = attribute.ulValueLen
        }
    }

    private func output(
        _ length: Int,
        _ body: (UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<CK_ULONG>) throws(TokenFailure) -> Void
    ) throws(TokenFailure) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: length)
        var count = CK_ULONG(length)
        try octets.withUnsafeMutableBufferPointer { buffer throws(TokenFailure) in try body(buffer.baseAddress, &count)
        }
        return Array(octets.prefix(Int(clamping: count)))
    }
}
