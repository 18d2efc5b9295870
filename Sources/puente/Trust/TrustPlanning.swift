// SPDX-License-Identifier: EUPL-1.2
import ArgumentParser
import Federation
import Foundation
import Settings
import Trust
import XMLSecurity
import YAMLText

struct TrustPlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "What would change, and what waits for you.",
        discussion: """
            Compares the trust lists on disk and the newest metadata with what is in force. Nothing is changed. With --out \
            the plan is written to a file, which other operators can read, sign and apply.

            Examples:
              puente trust plan
              puente trust plan --fetch
              puente trust plan --out plan.json
              puente trust plan --country PT --out plan.json
            """)

    @OptionGroup var options: TrustOptions
    @Flag(help: "Ask every source first.") var fetch = false
    @Option(help: "Only the changes of this country; may be repeated.") var country: [CountryArgument] = []
    @Option(help: "Write the plan to this file.", completion: .file(extensions: ["json"])) var out: String?
    @Option(help: "Plan a return to this earlier version.") var toVersion: Int?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let settings = try options.settings()
        let directory = try options.directory(settings, for: fetch ? .operating : .looking)
        if fetch { await directory.refresh { Date() } }
        let whole = try deciding {
            try toVersion.map { try directory.plan(backTo: $0, at: Date()) } ?? directory.plan
        }
        try directory.require(country, orIn: whole.steps)
        let plan = whole.only(Set(country.map(\.state)))
        let file = try TrustPlanFile(plan)
        if let out {
            do { try file.octets.write(to: URL(fileURLWithPath: out), options: .atomic) } catch {
                throw failure("\(out) cannot be written")
            }
        }
        if json { return print(String(decoding: file.octets, as: UTF8.self), terminator: "") }
        let effects = await TrustEffects(directory, plan.steps, settings)
        print(PlanText(plan, effects).text)
        if let out { print("\nWritten to \(out). Sign it with: puente trust sign \(out) --key YOUR.key") }
    }
}

struct TrustDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "What differs between what is in force and what is wished, or an earlier version.",
        discussion: """
            Examples:
              puente trust diff
              puente trust diff PT
              puente trust diff --version 12
            """)

    @OptionGroup var options: TrustOptions
    @Argument(help: "Only this country.") var country: CountryArgument?
    @Option(help: "Compare with this version instead, as if it were wished.") var version: Int?

    func run() async throws {
        let directory = try options.directory(try options.settings(), for: .looking)
        let plan = try deciding {
            try version.map { try directory.plan(backTo: $0, at: Date()) } ?? directory.plan
        }
        try directory.require(country.map { [$0] } ?? [], orIn: plan.steps)
        print(PlanText(plan.only(country.map { [$0.state] } ?? [])).text)
    }
}

struct TrustSign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign a plan, so that a colleague can apply it.",
        discussion: """
            Shows the plan first. The signature stands beside it; openssl dgst -sha256 -sign makes the same. Whoever may \
            sign is registered under trust.operators in the settings.

            Example:
              puente trust sign plan.json --key ana.key --out plan.ana.sig
            """)

    @Argument(help: "The plan.", completion: .file()) var plan: String
    @Option(help: "Your private key, PEM.", completion: .file()) var key: String
    @Option(help: "A file with the passphrase of the key.", completion: .file()) var passphraseFile: String?
    @Option(help: "Where the signature goes. Default: the plan's name and .sig", completion: .file()) var out: String?

    func run() async throws {
        let file = try TrustPlanFile(at: plan)
        print(PlanText(file).text)
        let signature = try PrivateKey(at: key, passphraseFile: passphraseFile).signDetached([UInt8](file.octets))
        let out = out ?? plan + ".sig"
        do { try Data(signature).write(to: URL(fileURLWithPath: out), options: .atomic) } catch {
            throw failure("\(out) cannot be written")
        }
        print("\nSigned: \(out)")
    }
}

struct TrustApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Take changes over, those that wait included.",
        discussion: """
            Shows the plan and asks, unless --yes is given. With a plan file exactly that plan is applied, as long as nothing \
            that it is about was changed since it was made. Where the settings say trust.approvals: 2, two registered operators must have \
            signed the file. A running node takes the new version over at once.

            Examples:
              puente trust apply --why "PT has new keys, confirmed by telephone with Ana Silva"
              puente trust apply --country PT --why "new keys, confirmed by telephone"
              puente trust apply --plan plan.json --signature plan.ana.sig --signature plan.luis.sig --why "see ticket 17"
            """)

    @OptionGroup var options: TrustOptions
    @OptionGroup var decision: DecisionOptions
    @Option(help: "Only the changes of this country; may be repeated.") var country: [CountryArgument] = []
    @Option(help: "The plan to apply.", completion: .file()) var plan: String?
    @Option(help: "A signature of the plan; may be repeated.", completion: .file()) var signature: [String] = []

    func validate() throws {
        try decision.validate()
        if plan == nil, !signature.isEmpty { throw ValidationError("--signature needs --plan.") }
        if plan != nil, !country.isEmpty {
            throw ValidationError("A plan is applied whole: give --country to puente trust plan.")
        }
    }

    func run() async throws {
        let settings = try options.settings()
        let directory = try options.directory(settings, for: .operating)
        try directory.require(country, orIn: directory.plan.steps)
        let file =
            try plan.map { try TrustPlanFile(at: $0) }
            ?? TrustPlanFile(directory.plan.only(Set(country.map(\.state))))
        guard !file.steps.isEmpty else { return print("Nothing to apply: what is wished is in force.") }
        let signers = try signers(of: file, settings)
        print(PlanText(file, await TrustEffects(directory, file.steps, settings)).text + "\n")
        try decision.confirm("Apply these changes?")
        let who = signers.isEmpty ? userName : "\(userName), signed by \(signers.joined(separator: " and "))"
        let version = try deciding {
            try directory.apply(file, at: Date(), who: who, why: decision.why)
        }
        try await Control.takeOver(
            settings, written: "Version \(version) is written.", taken: "Version \(version) is in force.")
    }

    private func signers(of file: TrustPlanFile, _ settings: Settings) throws -> [String] {
        let signatures = try signature.map { path throws(ExitCode) -> [UInt8] in
            do throws(LocalFile.Problem) { return [UInt8](try LocalFile.read(path, limit: 1 << 16)) } catch {
                throw failure("\(path): \(error.found)")
            }
        }
        let needed = settings.trust.approvals > 1 ? settings.trust.approvals : 0
        return try deciding { try file.requireSignatures(needed, signatures, among: settings.trustOperators) }
    }
}

struct TrustRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Return to an earlier version.",
        discussion: """
            Makes a new version with the content of an earlier one. What this undoes is not taken over again by itself: it \
            waits, and puente trust apply takes it over once it is right.

            Examples:
              puente trust history
              puente trust rollback 12 --why "PT published keys by mistake"
            """)

    @OptionGroup var options: TrustOptions
    @OptionGroup var decision: DecisionOptions
    @Argument(help: "The version, as puente trust history numbers it.") var version: Int

    func validate() throws { try decision.validate() }

    func run() async throws {
        let settings = try options.settings()
        guard settings.trust.approvals < 2 else {
            throw failure(
                "trust.approvals is \(settings.trust.approvals): write the plan with puente trust plan --to-version \(version) --out plan.json, have it signed, and apply it."
            )
        }
        let directory = try options.directory(settings, for: .operating)
        let plan = try deciding { try directory.plan(backTo: version, at: Date()) }
        guard !plan.isEmpty else { return print("Version \(version) is what is in force.") }
        print(PlanText(plan, await TrustEffects(directory, plan.steps, settings)).text + "\n")
        try decision.confirm("Return to version \(version)?")
        let number = try deciding {
            try directory.apply(
                TrustPlanFile(plan), at: Date(), who: userName, why: "back to version \(version): \(decision.why)")
        }
        let content = "with the content of version \(version)."
        try await Control.takeOver(
            settings, written: "Version \(number) is written, \(content)",
            taken: "Version \(number) is in force, \(content)")
    }
}

struct TrustHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Which versions there were: who, when, why.",
        discussion: """
            Examples:
              puente trust history
              puente trust history --country PT
              puente trust history --json
            """)

    @OptionGroup var options: TrustOptions
    @Option(help: "Only versions that changed this country.") var country: CountryArgument?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let directory = try options.directory(try options.settings(), for: .looking)
        let all = try deciding { try directory.archive.history() }
        let versions = all.filter { version in
            country.map { country in version.steps.contains { $0.country == country.state } } ?? true
        }
        if let country, versions.isEmpty { try directory.require([country]) }
        if json { return try printJSON(versions) }
        guard !all.isEmpty else { return print("There is no version yet: the node has not been started.") }
        guard !versions.isEmpty else { return print("No version changed a node of this country.") }
        var table = TextTable("VERSION", "WHEN", "WHO", "CHANGES", "WHY")
        for version in versions {
            table.add(["\(version.number)", version.at.short, version.who, version.summary, version.why])
        }
        print(table.text)
    }
}

/// What every decision needs.
struct DecisionOptions: ParsableArguments {
    @Option(help: "Why, for the history: at least a few words.") var why: String
    @Flag(help: "Do not ask.") var yes = false

    func validate() throws {
        guard (3...500).contains(why.trimmingCharacters(in: .whitespaces).count), !why.contains("\n") else {
            throw ValidationError("--why must have 3 to 500 characters, on one line.")
        }
    }

    func confirm(_ question: String) throws {
        guard !yes else { return }
        guard isatty(STDIN_FILENO) == 1 else { throw failure("Nobody is there to be asked: give --yes.") }
        Output.say("\(question) [y/N] ", terminator: "")
        guard ["y", "yes", "s", "sí", "si"].contains(readLine()?.lowercased() ?? "") else {
            throw failure("Left as it is.")
        }
    }
}
