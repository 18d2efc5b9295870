// SPDX-License-Identifier: EUPL-1.2
import Federation

struct Spanish: Texts {
    let language = Language.spanish

    let tagline = "Identificación europea"
    let skipToContent = "Ir al contenido"
    let languageChoice = "Idioma"
    let aboutPuente = "Sobre Puente"
    let help = "Ayuda"
    let privacy = "Privacidad"
    let accessibility = "Accesibilidad"
    let trialNotice = "Entorno de pruebas: las personas y los servicios son ficticios. No use datos reales."
    func runBy(_ operatorName: HTML) -> HTML { "Puente es un servicio de \(operatorName)." }

    let selectorTitle = "Elija su país"
    func asks(_ service: HTML, _ person: PersonKind) -> HTML {
        switch person {
        case .natural: "\(service) le pide que se identifique como <strong>persona física</strong>."
        case .legal: "\(service) le pide que identifique a la <strong>empresa o entidad</strong> a la que representa."
        }
    }
    func selectorHowTo(_ person: PersonKind) -> HTML {
        switch person {
        case .natural:
            """
            Elija el país que expidió su identificación electrónica. Le llevaremos a la página de ese país y, cuando \
            termine, volverá al servicio.
            """
        case .legal:
            """
            Elija el país que expidió la identificación electrónica de la entidad. Le llevaremos a la página de ese país \
            y, cuando termine, volverá al servicio.
            """
        }
    }
    let selectorBridge: HTML = """
        Puente une los servicios españoles con la identificación electrónica de otros países europeos. Su contraseña y su \
        PIN no pasan por aquí: solo los escribe en la página de su país.
        """
    let dataQuestion = "¿Qué datos recibirá el servicio?"
    func dataAnswer(_ person: PersonKind) -> HTML {
        switch person {
        case .natural:
            """
            Sus apellidos, su nombre, su fecha de nacimiento y un identificador de su país, además de otros datos que el \
            servicio necesite y su país pueda dar. Su país le mostrará o le pedirá confirmar lo que va a enviar, según \
            sus propias normas.
            """
        case .legal:
            """
            La denominación de la entidad y un identificador de su país, además de otros datos que el servicio necesite \
            y su país pueda dar. Su país le mostrará o le pedirá confirmar lo que va a enviar, según sus propias normas.
            """
        }
    }
    let countries = "Países"
    let filterLabel = "Buscar un país"
    let filterCount = "Países encontrados: #"
    let filterNone = "Ningún país coincide con lo que ha escrito."
    let noCountries: HTML = "Ahora mismo no hay ningún país disponible. Inténtelo más tarde, por favor."
    func unavailable(_ reason: CountryChoice.Obstacle) -> String {
        switch reason {
        case .notAnswering: "No responde"
        case .switchedOff: "No disponible por ahora"
        case .assuranceTooLow: "No ofrece el nivel de seguridad que pide el servicio"
        case .dataNotOffered: "No ofrece los datos que pide el servicio"
        }
    }
    func since(_ instant: HTML) -> HTML { "desde el \(instant)" }
    let cancel = "Cancelar y volver al servicio"

    func forwardTitle(_ destination: AutoPostPage.Destination) -> String {
        switch destination {
        case .country: "Le llevamos a la página de su país"
        case .service, .connector: "Le devolvemos al servicio"
        case .gateway: "Le llevamos a Cl@ve"
        }
    }
    func forwardText(_ destination: AutoPostPage.Destination, _ name: HTML) -> HTML {
        switch destination {
        case .country: "País elegido: \(name). Enseguida se abrirá su página de identificación. No cierre esta ventana."
        case .service: "Enseguida volverá a \(name). No cierre esta ventana."
        case .gateway: "Enseguida se abrirá \(name), donde podrá identificarse. No cierre esta ventana."
        case .connector(let state, _): "Enseguida volverá a \(name) (\(self.name(of: state))). No cierre esta ventana."
        }
    }
    let forwardByHand = "Si no ocurre nada en unos segundos, pulse «Continuar»."
    let proceed = "Continuar"
    let otherCountry = "Elegir otro país"

    func errorTitle(_ reason: PageReason) -> String {
        switch reason {
        case .serviceFault: "No hemos podido atender al servicio"
        case .countryFault: "No podemos aceptar la respuesta recibida"
        case .expired: "Esta identificación ya no es válida"
        case .otherBrowser: "Siga en el navegador en el que empezó"
        case .countryUnavailable: "Ese país no está disponible ahora"
        case .notEnough: "Esta identificación no basta para el servicio"
        case .connectorFault: "No hemos podido atender al servicio de otro país"
        case .gatewayFault: "No podemos aceptar la respuesta de Cl@ve"
        case .otherMethod: "Esa forma de identificarse no sirve para este servicio"
        case .dataMissing: "Nos falta un dato que el servicio necesita"
        case .tooMany: "Hay demasiadas peticiones ahora mismo"
        case .ownFault: "Ahora mismo no podemos continuar"
        case .notFound: "No encontramos esta página"
        }
    }
    func errorCause(_ reason: PageReason) -> HTML {
        switch reason {
        case .serviceFault:
            """
            El servicio del que usted viene nos ha enviado una petición que no podemos aceptar. No ha hecho nada mal y \
            no se ha enviado ningún dato suyo.
            """
        case .countryFault:
            """
            Nos ha llegado una respuesta del país elegido que no podemos aceptar. Para protegerle, no la hemos usado y \
            no hemos enviado sus datos al servicio.
            """
        case .expired:
            """
            Por seguridad, cada identificación sirve una sola vez y durante poco tiempo. Esta ha caducado o ya se había \
            utilizado.
            """
        case .otherBrowser:
            """
            La identificación empezó en otro navegador o en otro dispositivo, o bien este navegador no acepta cookies. \
            Para protegerle, solo se puede seguir donde se empezó.
            """
        case .countryUnavailable:
            "En este momento no podemos identificarle con el país elegido. No ha hecho nada mal."
        case .notEnough:
            """
            El servicio necesita una identificación más segura, o algún dato que no ha llegado con ella. No hemos \
            enviado sus datos al servicio.
            """
        case .connectorFault:
            """
            El país del servicio del que usted viene nos ha enviado una petición que no podemos aceptar. No ha hecho nada \
            mal y no se ha enviado ningún dato suyo.
            """
        case .gatewayFault:
            """
            Nos ha llegado una respuesta de Cl@ve que no podemos aceptar. Para protegerle, no la hemos usado y no hemos \
            enviado ningún dato suyo al servicio.
            """
        case .otherMethod:
            """
            El medio o el certificado con el que se ha identificado no es de los que acepta este servicio, o no \
            corresponde a quien pide: a usted, o a una empresa o entidad. No se ha enviado ningún dato suyo.
            """
        case .dataMissing:
            """
            El servicio pide un dato que no ha llegado de Cl@ve, como la fecha de nacimiento, y tampoco hemos podido \
            obtenerlo de otro registro. No ha hecho nada mal y no se ha enviado ningún dato suyo.
            """
        case .tooMany:
            """
            Desde su conexión, o para este servicio, nos llegan más peticiones de las que podemos atender, o la suya ha \
            tardado demasiado en llegar. Puede deberse a otras personas que usan la misma red. No es culpa suya, y no se \
            ha enviado ningún dato suyo.
            """
        case .ownFault:
            "Puente tiene un problema o está recibiendo demasiadas visitas. Lo sentimos: no es culpa suya."
        case .notFound:
            "La dirección no existe, o bien la identificación a la que pertenecía ya ha terminado."
        }
    }
    func errorAdvice(_ reason: PageReason) -> HTML {
        switch reason {
        case .serviceFault:
            """
            Vuelva al servicio y empiece de nuevo. Si le ocurre otra vez, avise al servicio e indique el código que \
            aparece más abajo.
            """
        case .countryFault:
            """
            Inténtelo de nuevo. Si le ocurre otra vez, espere un rato o escríbanos e indique el código que aparece más \
            abajo.
            """
        case .expired:
            """
            Vuelva al servicio y empiece de nuevo. Mientras se identifica, es mejor no recargar la página ni usar el \
            botón de volver atrás.
            """
        case .otherBrowser:
            """
            Vuelva al navegador en el que empezó. También puede empezar de nuevo desde el servicio en este navegador, \
            con las cookies permitidas: Puente solo usa una, imprescindible, y no le sigue.
            """
        case .countryUnavailable:
            """
            Inténtelo de nuevo dentro de unos minutos. Si tiene identificación electrónica de otro país, también puede \
            usarla.
            """
        case .notEnough:
            """
            Si tiene otro medio de identificación de nivel más alto, inténtelo con él. Si no, pregunte al servicio de \
            qué otra forma puede hacer su trámite.
            """
        case .connectorFault:
            """
            Vuelva al servicio e inténtelo otra vez. Si no lo consigue, avise al servicio, porque el fallo está en su \
            país, e indique el código que aparece más abajo.
            """
        case .gatewayFault:
            """
            Inténtelo de nuevo, quizá con otro de los medios de Cl@ve. Si le ocurre otra vez, espere un rato o escríbanos \
            e indique el código que aparece más abajo.
            """
        case .otherMethod:
            """
            Inténtelo con otro medio. Si el servicio pregunta por usted, use su DNI electrónico o su certificado personal; \
            si pregunta por una empresa o entidad, un certificado de representante de ella.
            """
        case .dataMissing:
            """
            Inténtelo de nuevo dentro de un rato. Si sigue igual, escríbanos e indique el código que aparece más abajo, o \
            pregunte al servicio de qué otra forma puede hacer su trámite.
            """
        case .tooMany:
            """
            Espere un minuto e inténtelo de nuevo. Si sigue igual, pruebe desde otra red, como la de su móvil, o escríbanos \
            e indique el código que aparece más abajo.
            """
        case .ownFault:
            "Espere unos minutos e inténtelo de nuevo. Si sigue igual, escríbanos e indique el código que aparece más abajo."
        case .notFound:
            "Compruebe la dirección, o vuelva al servicio en el que quería identificarse y empiece de nuevo desde allí."
        }
    }
    func retry(_ reason: PageReason) -> String {
        switch reason {
        case .countryUnavailable: "Elegir otro país"
        case .countryFault: "Elegir país e intentarlo de nuevo"
        case .notEnough, .otherMethod: "Identificarse de otra forma"
        case .serviceFault, .connectorFault, .gatewayFault, .dataMissing, .expired, .otherBrowser, .tooMany, .ownFault,
            .notFound:
            "Intentarlo de nuevo"
        }
    }
    let whatToDo = "Qué puede hacer"
    let backToService = "Volver al servicio"
    func backTo(_ service: HTML) -> HTML { "Volver a «\(service)»" }
    let supportCode = "Código de asistencia"
    let supportCodeUse = """
        Si nos llama o nos escribe, díganos este código: con él encontramos lo ocurrido. No contiene ningún dato suyo.
        """
    func contact(_ ways: HTML) -> HTML { "Contacto: \(ways)" }

    func name(of country: Country) -> String {
        switch country {
        case .austria: "Austria"
        case .belgium: "Bélgica"
        case .bulgaria: "Bulgaria"
        case .croatia: "Croacia"
        case .cyprus: "Chipre"
        case .czechia: "Chequia"
        case .denmark: "Dinamarca"
        case .estonia: "Estonia"
        case .finland: "Finlandia"
        case .france: "Francia"
        case .germany: "Alemania"
        case .greece: "Grecia"
        case .hungary: "Hungría"
        case .iceland: "Islandia"
        case .ireland: "Irlanda"
        case .italy: "Italia"
        case .latvia: "Letonia"
        case .liechtenstein: "Liechtenstein"
        case .lithuania: "Lituania"
        case .luxembourg: "Luxemburgo"
        case .malta: "Malta"
        case .netherlands: "Países Bajos"
        case .norway: "Noruega"
        case .poland: "Polonia"
        case .portugal: "Portugal"
        case .romania: "Rumanía"
        case .slovakia: "Eslovaquia"
        case .slovenia: "Eslovenia"
        case .spain: "España"
        case .sweden: "Suecia"
        }
    }
}
