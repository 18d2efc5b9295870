// SPDX-License-Identifier: EUPL-1.2

extension Rule {
    /// Meaning and advice for a partner who reads Spanish; `nil` of a rule that no partner can mend.
    ///
    /// Of metadata only the meaning is told: what to do about it is said in ``explanation`` to whoever runs this node.
    public var inSpanish: (meaning: String, advice: String?)? {
        switch self {
        case .loginRate:
            (
                "En un minuto llegaron más inicios de sesión de los que un solicitante puede empezar.",
                "Revise por qué su servicio envía tantas peticiones; si las necesita, pida un límite más alto."
            )
        case .exchangesOpen:
            (
                "Hay más inicios de sesión abiertos de los que admite un solicitante o una dirección.",
                "Revise quién empieza inicios de sesión y no los termina."
            )
        case .headTooLarge:
            (
                "La dirección o las cabeceras de la petición son demasiado largas o demasiadas.",
                "Envíe los mensajes grandes por HTTP POST."
            )
        case .notHTTP:
            (
                "Lo que llegó no es HTTP/1.1, o se puede leer de dos maneras.",
                "Busque un cliente averiado, o un intermediario que deja pasar lo que debería rechazar."
            )
        case .methodNotAllowed:
            ("La dirección se llamó con un método que no admite.", "Envíe el mensaje por HTTP POST.")
        case .contentType:
            (
                "El formulario no llegó como application/x-www-form-urlencoded.",
                "Envíe un formulario HTML con la codificación por defecto."
            )
        case .parameterMissing:
            (
                "En el formulario falta el campo del mensaje.",
                "Envíe el mensaje en el campo SAMLRequest o SAMLResponse; un cierre de sesión, en logoutRequest."
            )
        case .parameterRepeated:
            (
                "Un campo vino dos veces, en la dirección y en el formulario o con el nombre codificado, o vinieron dos mensajes.",
                "Envíe un mensaje, y cada campo una sola vez y con su nombre sin codificar."
            )
        case .parameterTooLarge:
            (
                "Un campo o todo el formulario supera el límite.",
                "Envíe menos atributos o certificados; el límite es el del nodo de referencia."
            )
        case .base64:
            (
                "El mensaje no está en Base64.",
                "Codifique con el alfabeto habitual y con relleno; se admiten saltos de línea y nada más."
            )
        case .deflate:
            (
                "El mensaje comprimido está dañado, lleva bytes de más, es demasiado grande una vez descomprimido o tiene otro SAMLEncoding.",
                "Comprima con DEFLATE sin cabecera y no envíe nada detrás; SAMLEncoding puede faltar."
            )
        case .relayStateTooLong:
            (
                "RelayState supera el límite o contiene caracteres de control.",
                "Mantenga RelayState en 80 bytes o menos."
            )
        case .relayStateChanged:
            ("RelayState volvió distinto de como se envió.", "Devuelva RelayState exactamente como lo recibió.")
        case .xmlEncoding:
            (
                "El documento no está en UTF-8, declara otra codificación o lleva marca de orden de bytes.",
                "Escriba el mensaje en UTF-8 sin marca de orden de bytes."
            )
        case .xmlDocumentType:
            (
                "El documento lleva una declaración de tipo (DOCTYPE).",
                "Quite el DOCTYPE; los mensajes SAML no lo llevan."
            )
        case .xmlMalformed:
            (
                "El documento no es XML bien formado con espacios de nombres.",
                "Revise cómo se escribe el XML; nada puede ir antes ni después del elemento raíz."
            )
        case .xmlLimit:
            (
                "El documento es demasiado profundo o ancho, o tiene nombres o textos demasiado largos.",
                "Pídanos los límites de este nodo y reduzca el mensaje."
            )
        case .xmlIdentifierRepeated:
            (
                "Un identificador aparece dos veces, o con otra grafía de ID.", "Dé a cada elemento un ID propio."
            )
        case .xmlCommentInText:
            ("Un comentario parte un texto en dos.", "Quite los comentarios de los valores.")
        case .xmlForbiddenNode:
            (
                "El documento contiene una instrucción de proceso, una sección CDATA o una referencia a entidad.",
                "Escriba los valores como texto sin más."
            )
        case .xmlNamespace:
            (
                "Un espacio de nombres es relativo, no está declarado o no permite canonizar el documento.",
                "Declare los espacios de nombres con URI absolutas."
            )
        case .messageType:
            (
                "El documento es un mensaje de otra clase que la que admite esta dirección.",
                "Envíe el mensaje a la dirección que lo admite."
            )
        case .messageSchema:
            (
                "Hay elementos o atributos que faltan, se repiten, no se conocen o están en otro orden.",
                "Valide el mensaje con los esquemas de SAML y de eIDAS."
            )
        case .messageVersion: ("Version no es 2.0.", "Envíe Version=\"2.0\".")
        case .messageIdentifier:
            (
                "ID falta o no es un NCName.",
                "Use un guion bajo y al menos 128 bits aleatorios en hexadecimal."
            )
        case .messageIssueInstant:
            (
                "IssueInstant no es una hora UTC, es demasiado antiguo o está en el futuro.",
                "Compruebe los relojes de ambas partes (NTP)."
            )
        case .messageDestination:
            (
                "Destination falta o nombra otra dirección.",
                "Envíe Destination como figura en nuestros metadatos."
            )
        case .messageConsent:
            (
                "Consent no es ninguno de los valores de SAML.",
                "Omita Consent o use urn:oasis:names:tc:SAML:2.0:consent:unspecified."
            )
        case .messageIssuer:
            (
                "Issuer falta, tiene un Format incorrecto o no es el que se esperaba.",
                "Envíe como Issuer el entity ID de los metadatos."
            )
        case .signatureMissing:
            ("El mensaje no lleva firma donde hace falta.", "Firme el elemento raíz.")
        case .signatureRepeated:
            (
                "Hay más de una firma donde se espera una, o una en un sitio inesperado.",
                "Firme una vez, en el lugar que prevé el esquema."
            )
        case .signatureStructure:
            (
                "La firma tiene partes que el perfil de SAML no permite.",
                "Use una firma envuelta (enveloped) con un solo SignedInfo, Reference y KeyInfo."
            )
        case .signatureReference:
            (
                "La firma no se refiere exactamente al elemento que la contiene, o lo llama algo de XML Signature.",
                "Use una sola Reference con la URI \"#ID\" del elemento firmado, o vacía para la raíz, y sin Type."
            )
        case .signatureAlgorithm:
            (
                "No se admite un algoritmo de firma, de resumen, de transformación o de canonización.",
                "Use uno de los algoritmos que publican nuestros metadatos."
            )
        case .signatureKeyUnknown:
            (
                "El certificado de la firma no es ninguno de los que tenemos registrados o publicados por ustedes.",
                "Comuníquenos el certificado, o espere a que leamos sus metadatos tras un cambio de clave."
            )
        case .signatureKeyWeak:
            (
                "La clave es demasiado corta, de otra curva o de una clase que no corresponde al algoritmo.",
                "Use RSA de 3072 bits o más, o una de las curvas admitidas."
            )
        case .signatureKeyExpired:
            (
                "El certificado de la clave de firma no está vigente.", "Renueve el certificado y comuníquenoslo."
            )
        case .signatureKeyRevoked:
            (
                "La autoridad que emitió el certificado de la clave de firma lo ha revocado.",
                "Díganos, por otra vía que no sea la red, qué clave vale ahora."
            )
        case .signatureDigest:
            (
                "El elemento firmado se modificó después de firmarlo.",
                "Nada puede reescribir el XML entre quien firma y nosotros."
            )
        case .signatureValue:
            (
                "El valor de la firma no corresponde a la clave.",
                "Compruebe que la clave privada es la del certificado."
            )
        case .encryptionMissing:
            (
                "La aserción llegó sin cifrar y tiene que llegar cifrada.",
                "Cifre la aserción para la clave de nuestros metadatos."
            )
        case .encryptionStructure:
            (
                "El elemento cifrado no está construido como dice el perfil.",
                "Use EncryptedData de tipo Element con una EncryptedKey para nosotros."
            )
        case .encryptionAlgorithm:
            (
                "No se admite un algoritmo de cifrado, de transporte o de acuerdo de claves.",
                "Use AES-GCM con RSA-OAEP (xmlenc11) o ECDH-ES, como publican nuestros metadatos."
            )
        case .encryptionFailed:
            (
                "La aserción no se pudo descifrar.",
                "Compruebe que se cifró para la clave más reciente de nuestros metadatos."
            )
        case .encryptionKeyMissing:
            (
                "No tenemos de ustedes ninguna clave de cifrado que sirva, y sin ella no se les puede enviar nada.",
                "Comuníquenos o publique un certificado de cifrado."
            )
        case .peerUnknown:
            (
                "No hay nadie registrado con ese ProviderName o entity ID.",
                "Revise mayúsculas y minúsculas; si aún no está dado de alta, solicítelo."
            )
        case .replayed:
            (
                "Ya se aceptó antes un mensaje o una aserción con este ID.",
                "Envíe cada mensaje una sola vez, con un ID nuevo."
            )
        case .requestForceAuthn: ("ForceAuthn no es true.", "Envíe ForceAuthn=\"true\".")
        case .requestIsPassive: ("IsPassive es true.", "Envíe IsPassive=\"false\".")
        case .requestReplyAddress:
            (
                "AssertionConsumerServiceURL no es una dirección registrada.",
                "Registre la dirección, o envíe una que lo esté."
            )
        case .requestBinding:
            (
                "La petición pide la respuesta por otra vía que HTTP POST.",
                "Omita ProtocolBinding o pida HTTP-POST."
            )
        case .requestExtensions:
            (
                "Extensions o RequestedAttributes faltan o no son como dice el perfil.",
                "Envíe Extensions con RequestedAttributes."
            )
        case .requestLoA:
            (
                "El nivel de seguridad pedido no se conoce, se repite o se combina de un modo no permitido.",
                "Pida con Comparison=\"minimum\" uno de los tres niveles de eIDAS."
            )
        case .requestAttributes:
            (
                "Los atributos pedidos no se permiten a este servicio, se mezclan o son de un representante.",
                "Pida lo que permite su registro; nunca de personas físicas y jurídicas a la vez."
            )
        case .requestSector:
            (
                "SPType falta, viene dos veces o contradice el registro.", "Envíe SPType en un solo lugar."
            )
        case .requestNameID:
            (
                "NameIDPolicy falta o pide un formato que no se ofrece.",
                "Pida persistent, transient o unspecified."
            )
        case .requestMethodExcluded:
            (
                "El servicio excluye la identificación por otros países, que es lo único que ofrece este nodo.",
                "Quite EIDASIdP de los atributos pedidos."
            )
        case .requestSubject:
            ("La petición nombra a una persona (Subject), y eso no se admite.", "Omita Subject y Conditions.")
        case .requestVersion:
            (
                "No hay ninguna versión del protocolo común a ambas partes.",
                "Publique una de nuestras versiones del protocolo."
            )
        case .requestCountry:
            (
                "El país elegido no se conoce, está desactivado o no puede atender esta petición.",
                "Elija uno de los países de la página."
            )
        case .requestLoAUnavailable:
            (
                "El nivel de seguridad pedido no se puede alcanzar.",
                "Pida un nivel que figure en los metadatos."
            )
        case .requestAttributesUnavailable:
            (
                "Un atributo obligatorio de la petición no se ofrece.",
                "Pida como obligatorios solo atributos que figuren en los metadatos."
            )
        case .requestRequesterID:
            (
                "Un solicitante privado no dice para qué servicio pregunta.",
                "Envíe Scoping/RequesterID: nuestros metadatos dicen que hace falta."
            )
        case .responseUnsolicited:
            (
                "Nadie pidió esta respuesta, o después se hizo otra pregunta.",
                "Conteste a la petición que se envió, una sola vez."
            )
        case .responseStatus:
            (
                "El código de estado falta o está vacío, o junto a Success hay un segundo código.",
                "Envíe un solo código principal; solo los fallos pueden llevar otro dentro."
            )
        case .responseAssertions:
            ("No hay exactamente una aserción.", "Si la identificación tuvo éxito, envíe una sola aserción.")
        case .responseSubject:
            (
                "Subject o NameID faltan o no sirven.",
                "Envíe un Subject con un NameID de 256 caracteres como máximo y una confirmación bearer."
            )
        case .responseConfirmation:
            (
                "Ninguna SubjectConfirmation bearer es válida: destinatario, petición o plazo no corresponden.",
                "Envíe Recipient, InResponseTo y NotOnOrAfter de esta misma petición."
            )
        case .responseConditions:
            (
                "Conditions, NotBefore, NotOnOrAfter o AudienceRestriction faltan, o hay una condición que no se puede cumplir.",
                "Envíe todos, una vez cada uno. Puede añadir OneTimeUse; ProxyRestriction debe dejarnos responder a quien preguntó."
            )
        case .responseAudience:
            ("La aserción es para otro destinatario.", "Envíe nuestro entity ID como Audience.")
        case .responseNotYetValid:
            (
                "La aserción todavía no es válida.",
                "Compruebe los relojes de ambas partes (NTP)."
            )
        case .responseExpired:
            (
                "La aserción ya no es válida.",
                "Compruebe los relojes de ambas partes (NTP); quizá la persona tardó demasiado."
            )
        case .responseAuthnStatement:
            (
                "No hay exactamente una AuthnStatement con nivel de seguridad y una hora verosímil, o su sesión ha terminado.",
                "Envíe una sola AuthnStatement, con un SessionNotOnOrAfter futuro o sin él."
            )
        case .responseAttributeStatement:
            (
                "No hay exactamente una AttributeStatement, o no está construida como dice el perfil.",
                "Envíe una sola AttributeStatement."
            )
        case .responseLoAInvalid:
            (
                "El nivel de seguridad de la respuesta no se conoce.",
                "Envíe uno de los niveles del formato de mensajes."
            )
        case .responseLoANotPublished:
            (
                "El nivel de seguridad no es ninguno de los que publican sus metadatos.",
                "Publique todos los niveles que pueda devolver."
            )
        case .responsePartialAfirma:
            ("Lo que la pasarela dice del certificado no se puede leer, o contradice a la persona que nombra.", nil)
        case .attributeMissing:
            (
                "En la respuesta falta un atributo obligatorio.",
                "Envíe todos los atributos con isRequired=\"true\", o un error."
            )
        case .attributeInvalid:
            (
                "El valor de un atributo no tiene la forma debida, lleva el tipo de otro o está vacío.",
                "Compárelo con el perfil de atributos."
            )
        case .attributeRepeated:
            (
                "Un atributo viene dos veces, o con más valores de los que admite.",
                "Envíe un solo elemento Attribute con todos sus valores."
            )
        case .dataSetIncomplete:
            (
                "El conjunto mínimo de datos no está completo.",
                "Envíe todos los atributos obligatorios de cada persona de la respuesta."
            )
        case .identifierInvalid:
            (
                "El identificador de la persona no tiene la forma CC/CC/id.",
                "Envíe el identificador con los dos códigos de país y sin espacios."
            )
        case .identifierCountry:
            (
                "El identificador de la persona es de otro país que quien lo envía, o para otro.",
                "Revise los códigos de país del identificador."
            )
        case .metadataUnavailable: ("No se pudieron leer sus metadatos.", nil)
        case .metadataExpired: ("Los últimos metadatos buenos que tenemos de ustedes han caducado (validUntil).", nil)
        case .revocationList:
            ("No se puede usar la lista de certificados revocados que exigimos para sus metadatos.", nil)
        case .metadataSignature:
            ("Sus metadatos no están firmados con un certificado de los que acordamos.", nil)
        case .metadataExpiry: ("El fin de vigencia de sus metadatos, validUntil, falta, pasó o está muy lejos.", nil)
        case .metadataContent: ("Sus metadatos no están construidos como dice SAML.", nil)
        case .metadataRoleMissing: ("A sus metadatos les falta el papel que acordamos.", nil)
        case .metadataKeys: ("En sus metadatos no hay ninguna clave de firma o de cifrado que sirva.", nil)
        case .metadataEndpoint: ("En sus metadatos no hay ninguna dirección HTTPS con una vía que usemos.", nil)
        case .metadataCountry: ("En sus metadatos NodeCountry falta o nombra otro país.", nil)
        case .metadataEntity: ("Su entity ID no está en el documento de metadatos.", nil)
        case .metadataListContent:
            ("Su lista de metadatos no está construida como debe, o nombra dos veces una entidad.", nil)
        case .metadataListExpiry: ("IssueDate o NextUpdate de su lista de metadatos no corresponden a la fecha.", nil)
        case .metadataListEntry: ("Una entrada de su lista de metadatos no se puede usar.", nil)
        default: nil
        }
    }
}
