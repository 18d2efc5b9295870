// SPDX-License-Identifier: EUPL-1.2
import Foundation
import GRDB
import XMLSecurity

/// What an operator would have: the file of sources, the keys that it names, and a copy of the municipal register.
extension MockRegisters {
    /// - Parameter folder: of the world; `metadata` and `keys` in it are there.
    func write(into folder: URL) throws {
        try Data(sourcesText.utf8).write(to: folder.appending(path: "metadata/attribute-sources.yaml"))
        try Data(platform.certificate.pem.utf8).write(to: folder.appending(path: "metadata/platform.pem"))
        try Data(puente.certificate.pem.utf8).write(to: folder.appending(path: "keys/platform-signing.pem"))
        let key = folder.appending(path: "keys/platform-signing.key")
        try Data(puente.key.pem().utf8).write(to: key)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key.path)
        try writeMunicipalRegister(to: folder.appending(path: "metadata/municipal-register.sqlite"))
    }

    private func writeMunicipalRegister(to file: URL) throws {
        if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
        let queue = try DatabaseQueue(path: file.path)
        try queue.write { db in
            try db.execute(sql: "CREATE TABLE habitantes (documento TEXT PRIMARY KEY, nacimiento TEXT, municipio TEXT)")
            for person in RegisteredPerson.all where person.registers.contains(.municipal) {
                try db.execute(
                    sql: "INSERT INTO habitantes VALUES (?, ?, ?)", arguments: [person.id, person.born, person.town])
            }
        }
        try queue.close()
    }

    var sourcesText: String {
        """
        # Made for a demonstration; nothing in it is worth keeping.
        deadline-seconds: 8
        sources:
          - name: municipal-register
            display-name: {es: Padrón municipal, en: municipal register}
            cost: 1
            attributes:
              - {name: DateOfBirth, at: nacimiento}
              - {name: PlaceOfBirth, at: municipio}
            sql: {file: municipal-register.sqlite, table: habitantes, key: documento}

          - name: population-register
            display-name: {es: Registro de Población, en: Population Register}
            cost: 5
            timeout-seconds: 2
            attributes:
              - {name: DateOfBirth, at: /persona/nacimiento/fecha, date: dd/MM/yyyy}
              - {name: PlaceOfBirth, at: /persona/nacimiento/municipio}
              - {name: BirthName, at: /persona/nacimiento/nombre}
              - {name: Gender, at: /persona/sexo, values: {V: Male, M: Female}}
              - {name: Nationality, at: /persona/nacionalidades}
              - name: CurrentAddress
                address:
                  Thoroughfare: /persona/domicilio/via
                  LocatorDesignator: /persona/domicilio/numero
                  PostCode: /persona/domicilio/cp
            must-equal:
              - {at: /persona/documento, value: "{identifier}"}
            http:
              address: \(base)/population/{identifier}

          - name: identity-verification
            display-name: {es: Plataforma de Intermediación, en: Intermediation Platform}
            cost: 20
            attributes:
              - {name: DateOfBirth, at: \(Self.holder)/DatosNacimiento/Fecha, date: yyyyMMdd}
              - {name: PlaceOfBirth, at: \(Self.holder)/DatosNacimiento/Localidad}
              - {name: Gender, at: \(Self.holder)/Sexo, values: {M: Male, F: Female, I: Unspecified}}
              - {name: Nationality, at: \(Self.holder)/Nacionalidad, values: {ESPAÑA-ESP: ES, GRECIA-GRC: EL}}
            must-equal:
              - {at: Respuesta/Atributos/IdPeticion, value: "{request-id}"}
              - {at: Respuesta/Atributos/Estado/CodigoEstado, value: "0003"}
              - {at: Respuesta/Transmisiones/TransmisionDatos/DatosGenericos/Titular/Documentacion, value: "{identifier}"}
              - {at: \(Self.result)/Estado/CodigoEstado, value: "00"}
            not-found-when:
              - {at: \(Self.result)/Estado/CodigoEstado, is: ["01"]}
            scsp:
              address: \(base)/intermediation
              action: peticionSincrona
              signing-key: ../keys/platform-signing.key
              signing-certificate: ../keys/platform-signing.pem
              signers: [platform.pem]
              body: |
                <Peticion xmlns="http://intermediacion.redsara.es/scsp/esquemas/V3/peticion">
                  <Atributos>
                    <IdPeticion>{request-id}</IdPeticion>
                    <NumElementos>1</NumElementos>
                    <TimeStamp>{now}</TimeStamp>
                    <CodigoCertificado>SVDDGPCIWS02</CodigoCertificado>
                  </Atributos>
                  <Solicitudes>
                    <SolicitudTransmision>
                      <DatosGenericos>
                        <Titular>
                          <TipoDocumentacion>{document-type}</TipoDocumentacion>
                          <Documentacion>{identifier}</Documentacion>
                        </Titular>
                        <Transmision>
                          <CodigoCertificado>SVDDGPCIWS02</CodigoCertificado>
                          <IdSolicitud>{request-id}</IdSolicitud>
                        </Transmision>
                      </DatosGenericos>
                      <DatosEspecificos xmlns="http://intermediacion.redsara.es/scsp/esquemas/datosespecificos"/>
                    </SolicitudTransmision>
                  </Solicitudes>
                </Peticion>

        """
    }

    private static let result = "Respuesta/Transmisiones/TransmisionDatos/DatosEspecificos/Retorno"
    private static let holder = result + "/DatosTitular"
}
