// SPDX-License-Identifier: EUPL-1.2

/// The files that an operator would write by hand.
extension World {
    var settingsText: String {
        """
        # Made for a demonstration; nothing in it is worth keeping.
        public-url: \(addresses.puente)
        production: false
        listen:
          host: 127.0.0.1
          port: \(addresses[.puente])
        connector:
          signing-key: keys/connector-signing.key
          signing-certificate: keys/connector-signing.pem
          encryption-key: keys/connector-encryption.key
          encryption-certificate: keys/connector-encryption.pem
          organization:
            name: Oficina de Demostración
            url: https://puente.example/
          contacts:
            support: {company: Oficina de Demostración, email: ayuda@puente.example}
            technical: {company: Oficina de Demostración, email: eidas@puente.example}
        clave:
          signing-key: keys/clave-signing.key
          signing-certificate: keys/clave-signing.pem
        proxy-service:
          signing-key: keys/proxy-signing.key
          signing-certificate: keys/proxy-signing.pem
          attribute-sources: metadata/attribute-sources.yaml
        clave-gateway:
          address: \(addresses.gateway)/Proxy2/ServiceProvider
          provider-name: \(Self.claveName)
          application: Puente
          certificates: [{file: keys/clave-gateway.pem}]
          issuers: ["\(addresses.gateway)/Proxy2"]
          signing-key: keys/clave-service.key
          signing-certificate: keys/clave-service.pem
        operator:
          name: Oficina de Demostración
          contact-email: ayuda@puente.example
        log:
          level: error
          format: text

        """
    }

    var trustListText: String {
        "nodes:\n"
            + states.map { state in
                """
                  - entity-id: \(state.entityID)
                    country: \(state.profile.country)
                    role: proxy-service
                    source: {file: \(state.profile.path).xml}
                    pins:
                      - file: \(state.profile.path).pem

                """
            }.joined() + connectors.filter { $0.registration != .unknown }.map(entry).joined()
    }

    private func entry(_ connector: FrenchConnector) -> String {
        """
          - entity-id: \(connector.entityID)
            country: \(FrenchConnector.france)
            role: connector
            source: {file: \(connector.fileName).xml}
            pins:
              - file: fr-connector.pem

        """
    }

    var servicesText: String {
        """
        services:
          - provider-name: \(Delivery.plain.providerName)
            display-name:
              es: Ayuntamiento de Villanueva del Puente
              en: Villanueva del Puente Town Council
        \(servicesCommon)
          - provider-name: \(Delivery.encrypted.providerName)
            display-name:
              es: Ayuntamiento de Villanueva del Puente (archivo reservado)
              en: Villanueva del Puente Town Council (reserved records)
        \(servicesCommon)
            encryption:
              certificate: {file: ../keys/service.pem}

        """
    }

    private var servicesCommon: String {
        """
            certificates:
              - file: ../keys/service.pem
            return-addresses:
              - \(addresses.assertionConsumerService)
              - \(addresses.logoutReturn)
            home-page: \(addresses.service)/
            lowest-loa: low
            persons: [natural, legal]
            attributes:
        \(Datum.allCases.map { "      - \($0.rawValue)" }.joined(separator: "\n"))
        """
    }
}
