// SPDX-License-Identifier: EUPL-1.2
public import Settings

extension TakeOverRules {
    init(_ settings: Settings) { self.init() }
}

extension Settings {
    /// Seconds that metadata may be used beyond its end.
    var graceSeconds: Int { 0 }
    public var approvals: Int { 1 }
    public var trustOperators: [TrustOperator] { [] }
    public var controlSocket: String { stateDirectory + "/puente.sock" }
}
