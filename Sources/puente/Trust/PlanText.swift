// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import SAML
import SQLiteStore
import Settings
import Storage
import Trust

/// What a plan would do to logins: which services gain or lose a country, and how many logins are under way with it.
struct TrustEffects {
    let byCountry: [TrustEffect]
    /// Logins under way, by peer; `nil` where the store cannot be read from here.
    let underway: [EntityID: Int]?

    init(_ directory: TrustDirectory, _ steps: [TrustPlan.Step], _ settings: Settings) async {
        byCountry = directory.effects(of: steps, at: Date())
        underway = await Self.underway(settings)
    }

    private static func underway(_ settings: Settings) async -> [EntityID: Int]? {
        guard settings.store.kind == .sqlite else { return nil }
        guard FileManager.default.fileExists(atPath: settings.store.path) else { return [:] }
        // A plan changes nothing, in the store neither. Of what cannot be read it is told that it is not known.
        return try? await SQLiteReader(path: settings.store.path).underway(at: Date(), keyFile: settings.storeKey)
    }
}

/// A plan for people.
struct PlanText {
    private let steps: [TrustPlan.Step]
    private let base: Int
    private let backTo: Int?
    private let failures: [NodeKey: Rejection]
    private let effects: TrustEffects?

    init(_ plan: TrustPlan, _ effects: TrustEffects? = nil) {
        (steps, base, backTo, failures) = (plan.steps, plan.base, plan.backTo, plan.failures)
        self.effects = effects
    }

    init(_ file: TrustPlanFile, _ effects: TrustEffects? = nil) {
        (steps, base, backTo, failures) = (file.steps, file.base, file.backTo, [:])
        self.effects = effects
    }

    var text: String {
        var parts: [String] = []
        if steps.isEmpty {
            parts.append("Nothing would change: what is wished is in force (version \(base)).")
        } else {
            let target = backTo.map { "from version \(base) back to version \($0)" } ?? "from version \(base)"
            parts.append("\(steps.count) \(steps.count == 1 ? "node changes" : "nodes change"), \(target):")
            parts += steps.map(text)
            parts += effectsText
        }
        if !failures.isEmpty {
            parts.append(
                "Checks that fail:\n"
                    + failures.sorted { $0.key.entityID.rawValue < $1.key.entityID.rawValue }
                    .map { "  \($0.key.entityID) (\($0.key.role.rawValue)): \($0.value)" }.joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }

    private func text(_ step: TrustPlan.Step) -> String {
        let sign = step.before == nil ? "+" : step.after == nil ? "-" : "~"
        let verdict = backTo != nil ? "" : step.isAutomatic ? "  [by itself]" : "  [waits for approval]"
        let lines = step.changes.map { change in
            let words = [change.before.map { "was \($0)" }, change.after.map { "becomes \($0)" }].compactMap(\.self)
            let mark = step.waitsFor.contains(change.kind) ? "!" : " "
            return "    \(mark) \(change.kind.rawValue)" + (words.isEmpty ? "" : ": " + words.joined(separator: ", "))
        }
        let head = "\(sign) \(step.country)  \(step.node.role.rawValue)  \(step.node.entityID)\(verdict)"
        return ([head] + lines + underway(step)).joined(separator: "\n")
    }

    private func underway(_ step: TrustPlan.Step) -> [String] {
        guard let effects else { return [] }
        guard let counts = effects.underway else { return ["      logins under way: not known from here"] }
        let count = counts[step.node.entityID] ?? 0
        return count == 0 ? [] : ["      logins under way: \(count)"]
    }

    private var effectsText: [String] {
        guard let effects, !effects.byCountry.isEmpty else { return [] }
        return [
            "For those who log in:\n" + effects.byCountry.flatMap(lines).map { "  " + $0 }.joined(separator: "\n")
        ]
    }

    private func lines(_ effect: TrustEffect) -> [String] {
        var lines: [String] = []
        func say(_ services: [EntityID], _ what: String) {
            guard !services.isEmpty else { return }
            let names = services.prefix(5).map(\.rawValue).joined(separator: ", ")
            let more = services.count > 5 ? " and \(services.count - 5) more" : ""
            lines.append("\(effect.country) \(what) \(services.count) services: \(names)\(more)")
        }
        say(effect.lost, "is lost to")
        say(effect.gained, "is gained by")
        if let mayAsk = effect.mayAsk {
            lines.append("\(effect.country) " + (mayAsk.after ? "can ask us from then on" : "can no longer ask us"))
        }
        return lines
    }
}

extension TrustArchive.Version {
    /// What it changed, in a few words.
    var summary: String {
        let countries = Dictionary(grouping: steps, by: \.country).sorted { $0.key < $1.key }
        let words = countries.map { country, steps in
            "\(country) " + Set(steps.flatMap(\.changes).map(\.kind.rawValue)).sorted().joined(separator: "+")
        }
        return words.count <= 4
            ? words.joined(separator: ", ") : words.prefix(3).joined(separator: ", ") + " and \(words.count - 3) more"
    }
}
