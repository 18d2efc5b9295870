// SPDX-License-Identifier: EUPL-1.2
import Federation

/// Tells a person why they cannot go on, in words that help them and nobody else, and what they can do now.
struct ErrorPage: Page {
    /// How to leave Puente for the service.
    enum WayOn: Hashable, Sendable {
        case link(FormTarget)
        /// Carries a message: the service learns how it ended.
        case form(FormTarget, [FormField])
    }

    var reason: PageReason
    var supportCode: SupportCode
    var serviceName: String?
    /// Where the person can choose a country again, if the exchange is still open.
    var retry: LocalPath?
    var wayOn: WayOn?

    func title(_ texts: any Texts) -> String { texts.errorTitle(reason) }

    func content(_ texts: any Texts, _ site: Site) -> HTML {
        """
        <h1>\(title(texts))</h1>
        <p class="lead">\(texts.errorCause(reason))</p>
        <h2>\(texts.whatToDo)</h2>
        <p>\(texts.errorAdvice(reason))</p>
        \(ways(texts))
        <section class="support" aria-labelledby="support">
        <h2 id="support">\(texts.supportCode)</h2>
        <p class="code"><code translate="no">\(supportCode.description)</code></p>
        <p>\(texts.supportCodeUse)</p>
        <p>\(texts.contact(site.waysToReach(texts)))</p>
        </section>
        """
    }

    /// The first way offered is the one that most people need, and looks it.
    private func ways(_ texts: any Texts) -> HTML {
        let retryLink = retry.map {
            "<a class=\"button\" href=\"\($0.with(texts.language))\">\(texts.retry(reason))</a>\n" as HTML
        }
        let onward = wayOn.map { onwardMarkup($0, isFirst: retry == nil, texts) }
        return "<div class=\"ways\">\n\(retryLink)\(onward)\(helpLink(texts), if: retry == nil && wayOn == nil)</div>"
    }

    /// Nobody stands at the end of a road.
    private func helpLink(_ texts: any Texts) -> HTML {
        "<a class=\"quiet\" href=\"\(LocalPath.help.with(texts.language))\">\(texts.help)</a>\n"
    }

    private func onwardMarkup(_ way: WayOn, isFirst: Bool, _ texts: any Texts) -> HTML {
        let label = serviceName.map { texts.backTo("<bdi>\($0)</bdi>") } ?? "\(texts.backToService)"
        return switch way {
        case .link(let target):
            "<a class=\"\(isFirst ? "button" : "quiet")\" href=\"\(target.address)\">\(label)</a>\n"
        case .form(let target, let fields):
            """
            <form action="\(target.address)" method="post">
            \(fields.map(\.hiddenInput))<button type="submit"\(" class=\"quiet\"", if: !isFirst)>\(label)</button>
            </form>

            """
        }
    }
}
