// SPDX-License-Identifier: EUPL-1.2
import Federation

/// The states of the European Economic Area, whose names we know.
enum Country: String, CaseIterable {
    case austria = "AT"
    case belgium = "BE"
    case bulgaria = "BG"
    case cyprus = "CY"
    case czechia = "CZ"
    case germany = "DE"
    case denmark = "DK"
    case estonia = "EE"
    case greece = "EL"
    case spain = "ES"
    case finland = "FI"
    case france = "FR"
    case croatia = "HR"
    case hungary = "HU"
    case ireland = "IE"
    case iceland = "IS"
    case italy = "IT"
    case liechtenstein = "LI"
    case lithuania = "LT"
    case luxembourg = "LU"
    case latvia = "LV"
    case malta = "MT"
    case netherlands = "NL"
    case norway = "NO"
    case poland = "PL"
    case portugal = "PT"
    case romania = "RO"
    case sweden = "SE"
    case slovenia = "SI"
    case slovakia = "SK"

    /// A name in a language that is official there.
    struct NativeName: Hashable {
        /// BCP 47, for the screen reader's voice.
        let language: String
        let text: String
    }

    /// As its own citizens call it.
    var nativeNames: [NativeName] {
        func names(_ pairs: KeyValuePairs<String, String>) -> [NativeName] {
            pairs.map { NativeName(language: $0.key, text: $0.value) }
        }
        return switch self {
        case .austria: names(["de": "Österreich"])
        case .belgium: names(["nl": "België", "fr": "Belgique", "de": "Belgien"])
        case .bulgaria: names(["bg": "България"])
        case .cyprus: names(["el": "Κύπρος", "tr": "Kıbrıs"])
        case .czechia: names(["cs": "Česko"])
        case .germany: names(["de": "Deutschland"])
        case .denmark: names(["da": "Danmark"])
        case .estonia: names(["et": "Eesti"])
        case .greece: names(["el": "Ελλάδα"])
        case .spain: names(["es": "España"])
        case .finland: names(["fi": "Suomi", "sv": "Finland"])
        case .france: names(["fr": "France"])
        case .croatia: names(["hr": "Hrvatska"])
        case .hungary: names(["hu": "Magyarország"])
        case .ireland: names(["ga": "Éire", "en": "Ireland"])
        case .iceland: names(["is": "Ísland"])
        case .italy: names(["it": "Italia"])
        case .liechtenstein: names(["de": "Liechtenstein"])
        case .lithuania: names(["lt": "Lietuva"])
        case .luxembourg: names(["lb": "Lëtzebuerg", "fr": "Luxembourg", "de": "Luxemburg"])
        case .latvia: names(["lv": "Latvija"])
        case .malta: names(["mt": "Malta"])
        case .netherlands: names(["nl": "Nederland"])
        case .norway: names(["no": "Norge"])
        case .poland: names(["pl": "Polska"])
        case .portugal: names(["pt": "Portugal"])
        case .romania: names(["ro": "România"])
        case .sweden: names(["sv": "Sverige"])
        case .slovenia: names(["sl": "Slovenija"])
        case .slovakia: names(["sk": "Slovensko"])
        }
    }
}

extension MemberState {
    /// `nil` for a state outside the European Economic Area.
    var country: Country? { Country(rawValue: rawValue) }
}

extension Texts {
    /// The name of a state in this language; its code when it is one whose name we do not know.
    func name(of state: MemberState) -> String {
        state.country.map(name(of:)) ?? state.rawValue
    }
}
