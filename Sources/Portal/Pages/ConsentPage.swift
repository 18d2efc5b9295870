// SPDX-License-Identifier: EUPL-1.2
import Federation

/// After identification: what will be sent, for the person to look at and to agree to or not.
///
/// Values are within closed `details`, so that nobody reads them over the person's shoulder.
struct ConsentPage: Page {
    /// One attribute that will be sent.
    struct Datum: Hashable, Sendable {
        var name: AttributeName
        /// Where a name comes in two scripts, the Latin one first.
        var values: [AttributeValue]
        /// The attribute source that gave it, in words; `nil` is Cl@ve.
        var origin: String?
        /// Whether the answer cannot be without it.
        var isRequired: Bool

        /// The field of the form that says that an optional one is released; absent if the person declined.
        var field: String { Self.field(name) }

        static func field(_ name: AttributeName) -> String { "release." + name.rawValue }
    }

    var inquiry: Inquiry
    /// In the order in which they are shown.
    var data: [Datum]
    /// What will be said of the identification.
    var assurance: Assurance
    /// Receives `accept`, and beside it the field of each optional datum that is released; or `deny`.
    var action: LocalPath
    /// Whether no ``RequestPage`` went before, so that this one says it all.
    var isOnlyPage = false

    func title(_ texts: any Texts) -> String { texts.consentTitle }

    func content(_ texts: any Texts, _ site: Site) -> HTML {
        """
        <h1>\(texts.consentTitle)</h1>
        <div class="asked">
        <div class="who">
        \("<p class=\"lead\">\(texts.asks(inquiry.askerMarkup, inquiry.person))</p>\n", if: isOnlyPage)\
        <p class="lead">\(texts.consentLead(inquiry.askerMarkup))</p>
        <dl class="facts">
        \(facts(texts).map(\.row))</dl>
        </div>
        <form class="data" method="post" action="\(action.with(texts.language))">
        <p class="reveal" hidden=""><button class="quiet" type="button" data-hide="\(texts.hideAll)">\(texts.showAll)</button></p>
        \(groups.map { $0.markup(texts) })\(notAvailable(texts))\
        <p>\(texts.notRemembered)</p>
        <div class="ways">
        <button type="submit" name="accept" value="1">\(texts.accept)</button>
        <button class="quiet" type="submit" name="deny" value="1">\(texts.deny)</button>
        </div>
        <p class="aside">\(texts.denyNote)</p>
        </form>
        </div>
        """
    }

    private func facts(_ texts: any Texts) -> [Fact] {
        inquiry.origin(texts) + (isOnlyPage ? inquiry.demand(texts) : [])
            + [Fact(texts.loaTerm, "\(texts.told(assurance))")]
    }

    /// The person's own data and the representative's, of each first what is required.
    private var groups: [DatumGroup] {
        let kinds: [DatumGroup.Kind] = [.required(inquiry.person), .optional(inquiry.person), .representative]
        return kinds.map { kind in DatumGroup(kind: kind, data: data.filter { group(of: $0) == kind }) }
            .filter { !$0.data.isEmpty }
    }

    private func group(of datum: Datum) -> DatumGroup.Kind {
        if datum.name.isRepresentative { return .representative }
        return datum.isRequired ? .required(inquiry.person) : .optional(inquiry.person)
    }

    /// What was asked for and nobody could give.
    private func notAvailable(_ texts: any Texts) -> HTML? {
        let present = Set(data.map(\.name))
        let absent = inquiry.optional.filter { !present.contains($0) }
        guard !absent.isEmpty else { return nil }
        return "<p>\(texts.notAvailable)</p>\n\(texts.list(of: absent))\n"
    }
}
