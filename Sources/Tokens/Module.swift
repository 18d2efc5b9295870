// SPDX-License-Identifier: EUPL-1.2
import CPKCS11
import Glibc
import Synchronization
import XMLSecurity

/// What a PKCS#11 function answered, if it was not `CKR_OK`.
struct TokenFailure: Error, Hashable {
    let function: String
    let code: CK_RV

    static let names: [CK_RV: String] = [
        0x05: "CKR_GENERAL_ERROR", 0x06: "CKR_FUNCTION_FAILED", 0x07: "CKR_ARGUMENTS_BAD", 0x30: "CKR_DEVICE_ERROR",
        0x31: "CKR_DEVICE_MEMORY", 0x32: "CKR_DEVICE_REMOVED", 0x40: "CKR_ENCRYPTED_DATA_INVALID",
        0x41: "CKR_ENCRYPTED_DATA_LEN_RANGE", 0x60: "CKR_KEY_HANDLE_INVALID", 0x63: "CKR_KEY_TYPE_INCONSISTENT",
        0x68: "CKR_KEY_FUNCTION_NOT_PERMITTED", 0x70: "CKR_MECHANISM_INVALID", 0x71: "CKR_MECHANISM_PARAM_INVALID",
        0x82: "CKR_OBJECT_HANDLE_INVALID", 0x90: "CKR_OPERATION_ACTIVE", 0xA0: "CKR_PIN_INCORRECT",
        0xA4: "CKR_PIN_LOCKED", 0xB0: "CKR_SESSION_CLOSED", 0xB1: "CKR_SESSION_COUNT",
        0xB3: "CKR_SESSION_HANDLE_INVALID",
        0xE0: "CKR_TOKEN_NOT_PRESENT", 0xE1: "CKR_TOKEN_NOT_RECOGNIZED", 0x101: "CKR_USER_NOT_LOGGED_IN",
        0x190: "CKR_CRYPTOKI_NOT_INITIALIZED",
    ]

    var text: String { "\(function): \(Self.names[code] ?? "0x" + String(code, radix: 16))" }

    /// Whether a new session may help: the token or the session went away, or somebody logged out.
    var isLoss: Bool {
        [0x30, 0x32, 0x60, 0x82, 0x90, 0xB0, 0xB3, 0xE0, 0xE1, 0x101, 0x190].contains(code)
    }

    /// Whether the token or the key does not know the way that was asked for, and may know another.
    var isUnknownWay: Bool { [0x07, 0x63, 0x68, 0x70, 0x71].contains(code) }
}

/// A PKCS#11 module, loaded and initialised once in the life of the process.
final class Module: Sendable {
    let path: String
    private nonisolated(unsafe) let functions: UnsafePointer<CK_FUNCTION_LIST>
    /// PINs that a token refused, by a hash that is of no use outside this process: none is tried twice, because tokens lock.
    private let refused = Mutex<Set<Int>>([])

    private static let loaded = Mutex<[String: Module]>([:])

    /// - Throws: `.keyUnusable`.
    static func at(_ path: String) throws(XMLFault) -> Module {
        let result = loaded.withLock { loaded -> Result<Module, XMLFault> in
            if let module = loaded[path] { return .success(module) }
            do throws(XMLFault) {
                let module = try Module(path)
                loaded[path] = module
                return .success(module)
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    private init(_ path: String) throws(XMLFault) {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(handle, "C_GetFunctionList") else {
            throw XMLFault(
                .keyUnusable, expected: "a PKCS#11 module", found: dlerror().map { String(cString: $0) } ?? "no module")
        }
        typealias GetFunctionList = @convention(c) (UnsafeMutablePointer<UnsafePointer<CK_FUNCTION_LIST>?>) -> CK_RV
        var functions: UnsafePointer<CK_FUNCTION_LIST>?
        guard unsafeBitCast(symbol, to: GetFunctionList.self)(&functions) == 0, let functions else {
            throw XMLFault(.keyUnusable, expected: "a PKCS#11 module", found: "no list of functions")
        }
        self.path = path
        self.functions = functions
        do { try initialize() } catch {
            throw XMLFault(.keyUnusable, expected: "a PKCS#11 module that starts", found: error.text)
        }
    }

    /// Also after the module lost its state: others in this process may use it and end it.
    func initialize() throws(TokenFailure) {
        var arguments = CK_C_INITIALIZE_ARGS()
        arguments.flags = CK_ULONG(CKF_OS_LOCKING_OK)
        let code = functions.pointee.C_Initialize(&arguments)
        let alreadyInitialized: CK_RV = 0x191
        guard code == 0 || code == alreadyInitialized else { throw TokenFailure(function: "C_Initialize", code: code) }
    }

    func call(_ name: String, _ body: (CK_FUNCTION_LIST) -> CK_RV) throws(TokenFailure) {
        let code = body(functions.pointee)
        guard code == 0 else { throw TokenFailure(function: name, code: code) }
    }

    /// The slots whose token says of itself what the address names.
    func slots(of address: TokenAddress) throws(TokenFailure) -> [CK_ULONG] {
        var count: CK_ULONG = 0
        try call("C_GetSlotList") { $0.C_GetSlotList(1, nil, &count) }
        var slots = [CK_ULONG](repeating: 0, count: Int(count))
        try call("C_GetSlotList") { $0.C_GetSlotList(1, &slots, &count) }
        return slots.prefix(Int(count)).filter { slot in
            var info = CK_TOKEN_INFO()
            guard functions.pointee.C_GetTokenInfo(slot, &info) == 0 else { return false }
            return address.token.allSatisfy { info.text($0.key) == $0.value }
        }
    }

    func logIn(_ session: CK_ULONG, slot: CK_ULONG, pin: String) throws(TokenFailure) {
        let hash = [String(slot), pin].hashValue
        let isRefused: CK_RV = 0xA0
        guard !refused.withLock({ $0.contains(hash) }) else { throw TokenFailure(function: "C_Login", code: isRefused) }
        var octets = Array(pin.utf8)
        defer { erase(&octets) }
        do {
            try call("C_Login") { $0.C_Login(session, CK_ULONG(CKU_USER), &octets, CK_ULONG(octets.count)) }
        } catch {
            let alreadyLoggedIn: CK_RV = 0x100
            guard error.code != alreadyLoggedIn else { return }
            if error.code == isRefused { refused.withLock { _ = $0.insert(hash) } }
            throw error
        }
    }
}

extension CK_TOKEN_INFO {
    /// Padded with blanks to its width (PKCS #11 2.40 §3.2).
    fileprivate func text(_ label: TokenAddress.Label) -> String {
        switch label {
        case .token: Self.text(self.label)
        case .manufacturer: Self.text(manufacturerID)
        case .model: Self.text(model)
        case .serial: Self.text(serialNumber)
        }
    }

    private static func text<T>(_ field: T) -> String {
        withUnsafeBytes(of: field) { buffer in
            let end = buffer.lastIndex { $0 != UInt8(ascii: " ") && $0 != 0 }.map { $0 + 1 } ?? 0
            return String(decoding: buffer[..<end], as: UTF8.self)
        }
    }
}
