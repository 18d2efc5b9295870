// SPDX-License-Identifier: EUPL-1.2
import Foundation

/// One way through the demonstration, with what is expected at its end.
struct Journey: Sendable {
    let name: String
    let run: @Sendable (Visitor) async throws -> Void

    init(_ name: String, _ run: @escaping @Sendable (Visitor) async throws -> Void) {
        self.name = name
        self.run = run
    }
}

/// Every journey, one after the other, through the real servers.
public struct Journeys: Sendable {
    let addresses: Addresses
    let authority: TestAuthority
    let reason: @Sendable (String) async throws -> String?

    /// - Parameter reason: what the audit trail has as result for a support code.
    public init(_ world: World, reason: @escaping @Sendable (_ supportCode: String) async throws -> String?) {
        addresses = world.addresses
        authority = world.authority
        self.reason = reason
    }

    /// How one journey went.
    struct Row: Sendable {
        let name: String
        let steps: Int
        /// What went wrong, or `nil`.
        let fault: String?
        let milliseconds: Int
    }

    /// Prints a row for each journey and a line with the sums.
    ///
    /// - Returns: whether all passed.
    public func run(_ print: (String) -> Void) async -> Bool {
        let width = Journey.all.map(\.name.count).max() ?? 0
        print(Self.line("journey", "steps", "result", "ms", width))
        var failed = 0
        for journey in Journey.all {
            let row = await row(of: journey)
            if row.fault != nil { failed += 1 }
            print(
                Self.line(
                    row.name, "\(row.steps)", row.fault == nil ? "passed" : "FAILED", "\(row.milliseconds)", width))
            if let fault = row.fault { print("  " + fault) }
        }
        print("\(Journey.all.count - failed) passed, \(failed) failed")
        return failed == 0
    }

    private func row(of journey: Journey) async -> Row {
        let visitor = Visitor(browser: Browser(wallet: authority), addresses: addresses, reason: reason)
        let start = ContinuousClock.now
        var fault: String?
        do { try await journey.run(visitor) } catch { fault = "\(error)" }
        let spent = ContinuousClock.now - start
        return Row(
            name: journey.name, steps: await visitor.browser.requests, fault: fault,
            milliseconds: Int(spent / .milliseconds(1)))
    }

    private static func line(_ name: String, _ steps: String, _ result: String, _ ms: String, _ width: Int) -> String {
        func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) }
        return name + pad(name, width) + "  " + pad(steps, 5) + steps + "  " + result + pad(result, 6) + "  "
            + pad(ms, 6) + ms
    }
}
