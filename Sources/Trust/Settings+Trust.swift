// SPDX-License-Identifier: EUPL-1.2
public import Settings
import XMLSecurity
import YAMLText

import struct Foundation.Data

extension Settings {
    /// Seconds that metadata may be used beyond its end.
    var graceSeconds: Int { trust.graceHours * 3600 }

    /// Those whose signature approves a change; without the ones whose keys cannot be used, which is a fault.
    public var trustOperators: [TrustOperator] { trust.operators.compactMap { try? TrustOperator($0) } }

    /// Reports keys of operators that cannot be used, and keys that two share in different wrappings: one person would approve
    /// twice. The reader of the settings has told what looks alike.
    func checkOperators(into faults: Faults) {
        var sound: [(operator: TrustOperator, pem: Data)] = []
        for person in trust.operators where !person.name.isEmpty && !person.key.isEmpty {
            func fault(expected: String, found: String) {
                faults.add(
                    Fault(
                        file: "operator \(person.name)", path: "key", expected: expected, found: found,
                        advice: "Correct trust.operators in the settings."))
            }
            do throws(XMLFault) {
                let new = try TrustOperator(person)
                let twin = sound.first { $0.operator.key.isSame(as: new.key) && $0.pem != person.key }
                if let twin {
                    fault(expected: "a key of their own for each operator", found: "that of \(twin.operator.name)")
                }
                sound.append((new, person.key))
            } catch {
                fault(expected: error.expected ?? "a usable key", found: error.found ?? "one that cannot be used")
            }
        }
    }
}

extension TrustOperator {
    init(_ settings: Settings.Trust.Approver) throws(XMLFault) {
        self.init(name: settings.name, key: try PublicKey(pem: [UInt8](settings.key)))
        guard key.confirmsDetached else {
            throw XMLFault(.keyUnusable, expected: "RSA or a named curve", found: "\(key.kind)")
        }
    }
}
