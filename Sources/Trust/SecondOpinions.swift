// SPDX-License-Identifier: EUPL-1.2
import Logging
import SecondOpinion
import Synchronization
import XMLSecurity

/// Has libxmlsec1 verify again what we have found valid, counts what it says, and sounds the alarm where it disagrees.
final class SecondOpinions: SecondReader {
    private let reader: any SecondReader
    private let logger: Logger
    private let counts = Mutex((agreed: 0, disagreed: 0))

    init(_ reader: any SecondReader = LibXMLSec1(), logger: Logger) {
        self.reader = reader
        self.logger = logger
    }

    func confirms(_ found: FoundSignature) -> Bool {
        let agrees = reader.confirms(found)
        counts.withLock { counts in
            if agrees { counts.agreed += 1 } else { counts.disagreed += 1 }
        }
        if !agrees {
            // Of metadata the document is kept; of a message its sender may have it.
            logger.critical(
                "second opinion disagrees",
                metadata: [
                    "document": "\(DigestAlgorithm.sha512.hash(found.document).hexadecimal)",
                    "certificate": "\(found.certificate.fingerprint)",
                ])
        }
        return agrees
    }

    /// How often it has disagreed since the process began.
    var disagreements: Int { counts.withLock(\.disagreed) }

    /// In the text format of Prometheus.
    var metrics: String {
        let counts = counts.withLock { $0 }
        return """
            # HELP puente_second_opinion_total Signatures that we found valid, by whether libxmlsec1 agreed.
            # TYPE puente_second_opinion_total counter
            puente_second_opinion_total{verdict="agrees"} \(counts.agreed)
            puente_second_opinion_total{verdict="disagrees"} \(counts.disagreed)

            """
    }
}

extension TrustDirectory {
    /// How often libxmlsec1 has disagreed since the process began: each time somebody has to look.
    public var disagreements: Int { opinions?.disagreements ?? 0 }
}
