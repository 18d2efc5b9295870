// SPDX-License-Identifier: EUPL-1.2
import Federation
import Testing

@testable import AttributeSources

@Suite("Turns at a source")
struct TurnsTests {
    @Test("So many at once, and whoever waits gets the turn that is given back")
    func waiting() async {
        let turns = Turns(2)
        #expect(await turns.take(within: 1))
        #expect(await turns.take(within: 1))
        #expect(await !turns.take(within: 0.03))
        async let third = turns.take(within: 10)
        turns.giveBack()
        #expect(await third)
        #expect(await !turns.take(within: 0))
    }
}
