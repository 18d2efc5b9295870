// SPDX-License-Identifier: EUPL-1.2
public import Federation
import Foundation
public import SAML
import XMLSecurity

/// Cl@ve 2.0, with us in the place of a registered service: requests as the newest kit builds them, answers as the gateway
/// gives them.
///
/// - Spec: Cl@ve dossier §2, §3, §9.1, and §11 where it differs.
public struct ClaveGateway: ResponderDialect {
    public let mapping: MappingTable
    /// `NIF_DIR3`, as the gateway knows us.
    public let providerName: EntityID
    /// Sent behind `;`, or `nil`.
    public let application: String?
    public let assertionConsumerService: String
    public let methods: [Method: MethodPolicy]

    public init(
        mapping: MappingTable, providerName: EntityID, application: String?, assertionConsumerService: String,
        methods: [Method: MethodPolicy] = [:]
    ) {
        self.mapping = mapping
        self.providerName = providerName
        self.application = application
        self.assertionConsumerService = assertionConsumerService
        self.methods = methods
    }

    /// How people identify themselves at the gateway (dossier §6.1).
    public enum Method: String, Hashable, Sendable, CaseIterable {
        case certificate, permanent, pin, mobile

        /// What the value of `SelectedIdP` contains; a prefix may stand before it (dossier §3.6).
        var mark: String {
            switch self {
            case .certificate: "AFIRMA"
            case .permanent: "SEGSOC"
            case .pin: "PIN24H"
            case .mobile: "IDP_MOVIL"
            }
        }

        /// Spain has notified its identity card; nothing says so of the other methods (dossier §1.4).
        public var usualPolicy: MethodPolicy {
            switch self {
            case .certificate: MethodPolicy(.notified, upTo: .high)
            case .permanent, .pin, .mobile: MethodPolicy(.nonNotified, upTo: .substantial)
            }
        }

        /// Only a certificate names companies (dossier §3.7).
        func names(_ person: PersonKind) -> Bool { person == .natural || self == .certificate }

        var exclusion: Clave2.Exclusion {
            switch self {
            case .certificate: .certificate
            case .permanent: .permanent
            case .pin: .pin
            case .mobile: .mobile
            }
        }
    }

    /// What a method counts for abroad. Only a notified scheme counts as such (Regulation (EU) 910/2014 Art. 6).
    public struct MethodPolicy: Hashable, Sendable {
        public enum Release: String, Hashable, Sendable, CaseIterable {
            case notified
            case nonNotified = "non-notified"
            case refused
        }

        public var release: Release
        /// What the gateway says above it is cut down to it.
        public var highestLoA: LoA
        /// Whether people may choose it at the gateway.
        public var isOffered: Bool

        public init(_ release: Release, upTo highestLoA: LoA, isOffered: Bool = true) {
            self.release = release
            self.highestLoA = highestLoA
            self.isOffered = isOffered
        }

        /// Every level that the method can be released with.
        public var levels: Set<Assurance> {
            guard release != .refused, isOffered else { return [] }
            return Set(LoA.allCases.filter { $0 <= highestLoA }.map { Assurance($0, notified: release == .notified) })
        }
    }

    func policy(of method: Method) -> MethodPolicy { methods[method] ?? method.usualPolicy }

    /// Every level that an answer about such a person can have.
    public func levels(of person: PersonKind) -> Set<Assurance> {
        Set(Method.allCases.filter { $0.names(person) }.flatMap { policy(of: $0).levels })
    }

    /// The methods that can meet a request.
    public func methods(for person: PersonKind, at assurance: AssuranceRequirement) -> [Method] {
        Method.allCases.filter { $0.names(person) && assurance.canBeMet(by: policy(of: $0).levels) }
    }

    // MARK: Request

    /// Other countries are always excluded, so that nobody is sent round two nodes; so is every method that could not meet
    /// the request, so that nobody identifies themselves for nothing.
    public func writeRequest(
        _ request: AuthenticationRequest, _ question: Exchange.Question, to responder: Responder, as stamp: Stamp
    ) throws(Rejection) -> Draft {
        let useful = methods(for: request.person, at: question.assurance)
        let useless = Method.allCases.filter { !useful.contains($0) }
        let exclusions = ([.otherCountries] + useless.map(\.exclusion)).map { exclusion in
            Self.asked(exclusion.friendlyName, exclusion.rawValue)
        }
        let root = XMLNode(
            Namespace.saml2p("AuthnRequest"),
            [
                ("AssertionConsumerServiceURL", assertionConsumerService), ("Consent", SAMLURI.consentUnspecified),
                ("Destination", responder.singleSignOnService), ("ForceAuthn", "true"),
                ("ID", stamp.messageID.rawValue), ("IsPassive", "false"), ("IssueInstant", Instant.write(stamp.now)),
                ("ProviderName", ([providerName.rawValue] + [application].compactMap(\.self)).joined(separator: ";")),
                ("Version", "2.0"),
            ],
            [
                XMLNode(
                    Namespace.saml2p("Extensions"), [],
                    [
                        XMLNode(
                            Namespace.eidas("RequestedAttributes"), [],
                            exclusions + [try relayState(question.relayState)])
                    ]),
                XMLNode(
                    Namespace.saml2p("NameIDPolicy"), [("AllowCreate", "true"), ("Format", SAMLURI.persistent)]),
                XMLNode(
                    Namespace.saml2p("RequestedAuthnContext"), [("Comparison", "minimum")],
                    [XMLNode(Namespace.saml2("AuthnContextClassRef"), text: question.assurance.lowest.uri)]),
            ])
        // The type of RelayState's value is all that mentions it (dossier §11.1).
        let inclusive = [mapping[.personIdentifier]?.typeNamespace].compactMap(\.self)
        return Draft(
            .request, root: root, inclusive: inclusive, id: stamp.messageID, destination: responder.singleSignOnService,
            relayState: question.relayState)
    }

    private static func asked(_ friendlyName: String, _ uri: String, _ values: [XMLNode] = []) -> XMLNode {
        XMLNode(
            Namespace.eidas("RequestedAttribute"),
            [
                ("FriendlyName", friendlyName), ("Name", uri), ("NameFormat", SAMLURI.nameFormatURI),
                ("isRequired", "false"),
            ], values)
    }

    /// The gateway wants it as an attribute too, with the type of an identifier (dossier §2.6.1).
    private func relayState(_ text: String) throws(Rejection) -> XMLNode {
        guard let row = mapping[.relayState], let type = mapping[.personIdentifier] else {
            throw Rejection(.configuration, "mappings/clave2.yaml", expected: "RelayState and PersonIdentifier")
        }
        let value = XMLNode(
            Namespace.eidas("AttributeValue"),
            [(Namespace.xsi("type"), "\(type.typeNamespace.prefix):\(type.typeName)")],
            mentioning: [type.typeNamespace], text: text)
        return Self.asked(row.friendlyName, row.uri, [value])
    }
}

extension Clave2.Exclusion {
    /// What stands behind the last slash.
    var friendlyName: String { String(rawValue.split(separator: "/").last ?? "") }
}
