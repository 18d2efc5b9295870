// SPDX-License-Identifier: EUPL-1.2
import Federation
import PuenteTestKit
import SAML
import XMLSecurity

extension Corpus {
    static let supply: [Sample] = {
        var samples = Samples()
        return samples.all
    }()
}
