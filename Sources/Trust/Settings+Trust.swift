// SPDX-License-Identifier: EUPL-1.2
import Settings

extension TakeOverRules {
    init(_ settings: Settings) { self.init() }
}

extension Settings {
    /// Seconds that metadata may be used beyond its end.
    var graceSeconds: Int { 0 }
}
