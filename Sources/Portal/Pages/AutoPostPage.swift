// SPDX-License-Identifier: EUPL-1.2
import Federation

/// The page that carries a message on through the browser: by itself with script, by a button without.
struct AutoPostPage: Page {
    enum Destination: Hashable, Sendable {
        /// Another country, by the name that the person chose it by.
        case country(MemberState, displayName: [String: String] = [:])
        case service(name: String)
        /// The national gateway, Cl@ve.
        case gateway
        /// The service of another country, by way of that country's Connector.
        case connector(MemberState, name: String)
    }

    var destination: Destination
    var target: FormTarget
    /// Posted in this order, exactly as given.
    var fields: [FormField]
    /// Where the person can still choose another country, if they can.
    var selector: LocalPath?

    func title(_ texts: any Texts) -> String { texts.forwardTitle(destination) }

    /// The form stands first, so that the simplest client can find it.
    func content(_ texts: any Texts, _ site: Site) -> HTML {
        """
        <h1>\(title(texts))</h1>
        <p class="lead">\(texts.forwardText(destination, "<strong><bdi>\(name(texts))</bdi></strong>"))</p>
        <div class="progress" aria-hidden="true"></div>
        <form action="\(target.address)" method="post" data-autosubmit="">
        \(fields.map(\.hiddenInput))<p class="by-hand">\(texts.forwardByHand)</p>
        <div class="ways">
        <button type="submit">\(texts.proceed)</button>
        \(selector.map { "<a class=\"quiet\" href=\"\($0.with(texts.language))\">\(texts.otherCountry)</a>" as HTML })
        </div>
        </form>
        """
    }

    private func name(_ texts: any Texts) -> String {
        switch destination {
        case .country(let state, let displayName): CountryChoice(state: state, displayName: displayName).name(texts)
        case .service(let name), .connector(_, let name): name
        case .gateway: "Cl@ve"
        }
    }
}

extension FormField {
    var hiddenInput: HTML {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\"/>\n"
    }
}
