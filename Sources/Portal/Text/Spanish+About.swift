// SPDX-License-Identifier: EUPL-1.2

extension Spanish {
    var frontTitle: String { "Su identificación electrónica europea, también en España" }
    var frontLead: HTML {
        """
        Puente le permite entrar en los servicios españoles con la identificación electrónica de otro país europeo. No \
        tiene que registrarse ni recordar otra contraseña.
        """
    }
    var frontSteps: String { "Cómo funciona" }
    var frontStepList: [Section] {
        [
            Section(
                "Empiece en el servicio", "Vaya al servicio español que quiera usar y elija la identificación europea."),
            Section(
                "Elija su país", "Puente le lleva a la página de identificación del país que expidió su documento."),
            Section("Identifíquese como siempre", "Después volverá al servicio, que ya sabrá quién es usted."),
        ]
    }
    var frontAbroad: String { "Y Cl@ve, también en Europa" }
    var frontAbroadLead: HTML {
        "Con los medios de identificación españoles puede entrar en servicios de otros países que los admitan."
    }
    var frontAbroadStepList: [Section] {
        [
            Section(
                "Empiece en el servicio",
                """
                Vaya al servicio del otro país y elija España. Puente le dirá quién pregunta por usted y qué datos pide.
                """),
            Section(
                "Identifíquese con Cl@ve", "Con su certificado, su DNI electrónico o el medio de Cl@ve que prefiera."),
            Section(
                "Decida qué se envía", "Verá cada dato y de dónde viene. Nada sale de aquí hasta que usted lo acepta."),
        ]
    }
    var frontAudience: [Section] {
        [
            Section(
                "Para usted",
                """
                Si tiene una identificación electrónica de un país de la Unión Europea, de Islandia, de Liechtenstein o de \
                Noruega que se reconozca en España, puede usarla aquí. Empiece siempre desde el servicio que quiera \
                utilizar: en esta página no hay nada en lo que entrar.
                """),
            Section(
                "Para los servicios",
                """
                Los servicios que ya se entienden con Cl@ve pueden recibir por Puente a personas y empresas de toda Europa. \
                Para conectar un servicio, escriba a la dirección de contacto.
                """),
        ]
    }
    var operatorHeading: String { "Quién está detrás" }
    var more: String { "Más información" }
    var helpSummary: String { "Qué necesita, y qué hacer si algo no sale bien." }
    var privacySummary: String { "Qué hacemos con sus datos, y qué no." }
    var accessibilitySummary: String { "Cómo están hechas estas páginas y cómo avisarnos de un obstáculo." }
    var statusTitle: String { "Estado del servicio" }
    var statusSummary: String { "Qué países se pueden usar en este momento." }
    var statusLead: HTML { "Qué países se pueden usar en este momento para identificarse." }
    func statusAt(_ instant: HTML) -> HTML { "Situación el \(instant). Recargue la página para ver la de ahora." }
    var statusPeople: String { "Identificarse en España con un documento de otro país" }
    var statusServices: String { "Identificarse con Cl@ve en servicios de otro país" }
    var statusUsable: String { "Disponible" }
    var statusOut: String { "No disponible" }
    var statusNone: HTML { "Todavía no hay ningún país." }
    var contactHeading: String { "Contacto" }
    var operatorTerm: String { "Responsable" }
    var email: String { "Correo electrónico" }
    var telephone: String { "Teléfono" }
    var address: String { "Dirección postal" }
    var dataProtectionOfficer: String { "Delegado de protección de datos" }

    func lead(_ topic: InfoPage.Topic) -> HTML {
        switch topic {
        case .help: "Lo que necesita para identificarse, y qué hacer si algo no sale bien."
        case .privacy: "Puente lleva sus datos de su país al servicio que usted ha elegido, y no se los queda."
        case .accessibility:
            "Queremos que cualquier persona pueda usar Puente, con el dispositivo y la ayuda que prefiera."
        }
    }

    func sections(_ topic: InfoPage.Topic, _ site: Site) -> [Section] {
        switch topic {
        case .help: helpSections + (site.answersAbroad ? helpAbroad : []) + helpAtLast
        case .privacy: privacySections(site) + (site.answersAbroad ? [privacyAbroad] : []) + privacyAtLast
        case .accessibility: accessibilitySections(site)
        }
    }

    private var helpSections: [Section] {
        [
            Section(
                "Qué necesita",
                """
                <p>Una identificación electrónica expedida por uno de los países de la lista y reconocida en los demás. Según \
                el país, puede ser un documento de identidad con chip, una aplicación del móvil o unas credenciales \
                bancarias.</p>
                <p>Un navegador actual con las cookies permitidas. No hace falta instalar nada en él ni tener activado \
                JavaScript.</p>
                """),
            Section(
                "Mi país no está en la lista, o sale en gris",
                """
                <p>Aparecen los países con los que Puente tiene conexión. Los que salen en gris no se pueden usar en este \
                momento: junto a cada uno se indica el motivo. Si el motivo es pasajero, inténtelo más tarde; si no, \
                pregunte al servicio de qué otra forma puede identificarse.</p>
                """),
            Section(
                "He olvidado mi contraseña o mi PIN",
                """
                <p>Solo puede ayudarle quien le dio su identificación electrónica, en su país. Nosotros no la vemos ni la \
                guardamos.</p>
                """),
            Section(
                "El servicio no reconoce mi nombre",
                """
                <p>Entregamos su nombre como lo envía su país, con su escritura original y, si la hay, también con letras \
                latinas. Si en el servicio aparece de otro modo, por ejemplo tras un cambio de apellidos, hable con el \
                servicio.</p>
                """),
        ]
    }

    private var helpAbroad: [Section] {
        [
            Section(
                "Un servicio de otro país pregunta por mí",
                """
                <p>Si en un servicio de otro país elige identificarse con España, ese país le trae aquí. Le decimos \
                quién pregunta y qué datos pide, se identifica con Cl@ve y, antes de enviar nada, le mostramos los datos. Los \
                que no son necesarios puede quitarlos uno a uno, y también puede no enviar ninguno.</p>
                """),
            Section(
                "De dónde salen los datos",
                """
                <p>De Cl@ve. Los que Cl@ve no da, como la fecha de nacimiento, los consultamos en ese momento en otros \
                registros. Junto a cada dato se indica su origen: si está equivocado, solo ese registro puede corregirlo. No \
                lo envíe si no es correcto.</p>
                """),
            Section(
                "Mi certificado no sirve",
                """
                <p>Cuando el servicio pregunta por usted, no vale un certificado de representante; cuando pregunta por una \
                empresa o entidad, solo vale el de quien la representa. Algunos servicios piden además un nivel de seguridad \
                que no todos los medios de Cl@ve alcanzan.</p>
                """),
        ]
    }

    private var helpAtLast: [Section] {
        [
            Section(
                "Me pide empezar de nuevo",
                """
                <p>Cada identificación sirve una sola vez y durante unos minutos, y debe terminar en el mismo navegador en el \
                que empezó. Vuelva al servicio y empiece otra vez, sin usar el botón de volver atrás.</p>
                """),
            Section(
                "Tengo un código de asistencia",
                """
                <p>Son ocho letras y números en dos grupos. Indíquelo cuando nos escriba o nos llame: con él encontramos lo \
                ocurrido sin que tenga que darnos datos personales. Da igual si lo escribe en mayúsculas o en minúsculas.</p>
                """),
        ]
    }

    private func privacySections(_ site: Site) -> [Section] {
        [
            Section(
                "Quién es responsable",
                "<p>El responsable del tratamiento es \(site.operatorName). Los datos de contacto están al final de esta página.</p>"
            ),
            Section(
                "Para qué tratamos sus datos",
                """
                <p>Solo para que el servicio que usted ha elegido sepa quién es: recibimos la respuesta de su país, \
                comprobamos que es auténtica y la entregamos al servicio. No elaboramos perfiles, no tomamos decisiones sobre \
                usted y no cedemos sus datos a nadie más.</p>
                """),
            Section(
                "Qué datos",
                """
                <p>Los que su país envía a petición del servicio. Para las personas físicas, como mínimo los apellidos, el \
                nombre, la fecha de nacimiento y un identificador; para las entidades, la denominación y un identificador. \
                Su contraseña y su PIN no pasan por aquí.</p>
                """),
            Section(
                "Cuánto tiempo",
                """
                <p>Lo que dura el intercambio. Mientras está abierto se guarda cifrado, y sus datos se borran en cuanto la \
                respuesta sale hacia el servicio. Después no queda nada sobre usted.</p>
                <p>Para poder demostrar qué ocurrió, un registro de auditoría conserva\(auditSpan(site)) el identificador de \
                cada mensaje, el servicio, el país, la hora y el resultado. No contiene ni nombres ni identificadores de \
                personas.</p>
                """),
            Section(
                "Con qué base jurídica",
                """
                <p>El cumplimiento de una obligación legal y de una misión de interés público (artículo 6, apartado 1, letras \
                c) y e), del Reglamento (UE) 2016/679): el Reglamento (UE) 910/2014 obliga a reconocer la identificación \
                electrónica de los demás Estados miembros, y el Reglamento de Ejecución (UE) 2015/1501 fija cómo se conectan \
                y qué datos mínimos se intercambian.</p>
                """),
        ]
    }

    private var privacyAbroad: Section {
        Section(
            "Si un servicio de otro país pregunta por usted",
            """
            <p>Recibimos de Cl@ve su identificación y consultamos en otros registros solo los datos que el servicio pide y \
            Cl@ve no da. Antes de enviarlos le mostramos cada uno con su origen, y usted decide: si no acepta, no se envía \
            ninguno. Los recibe el servicio por medio de su país, y nadie más.</p>
            <p>No recordamos su decisión ni sus datos: se borran en cuanto la respuesta sale, y la próxima vez volveremos a \
            preguntarle. Solo lo que otro registro haya respondido puede quedar hasta una hora en la memoria de este sistema, \
            para no preguntarle dos veces lo mismo; nunca se guarda en disco.</p>
            <p>El registro de auditoría anota si aceptó y qué clases de datos se enviaron, nunca los datos.</p>
            """)
    }

    private var privacyAtLast: [Section] {
        [
            Section(
                "Cookies",
                """
                <p>Una sola, imprescindible: une la identificación con el navegador en el que empezó y desaparece al \
                cerrarlo. No hay cookies de análisis ni de publicidad, ni contenido de terceros.</p>
                """),
            Section(
                "Sus derechos",
                """
                <p>Puede ejercer los derechos de acceso, rectificación, supresión, limitación y oposición en la dirección de \
                contacto. Como no guardamos datos suyos, casi siempre le corresponderá atenderlos al servicio o a su país, y \
                se lo diremos.</p>
                <p>Si cree que no los hemos respetado, puede reclamar ante la Agencia Española de Protección de Datos.</p>
                """),
        ]
    }

    private func auditSpan(_ site: Site) -> HTML? {
        site.auditRetentionDays.map { " durante \($0) días" }
    }

    private func accessibilitySections(_ site: Site) -> [Section] {
        [
            Section(
                "Nuestro compromiso",
                """
                <p>\(site.operatorName) se compromete a que estas páginas sean accesibles conforme al Real Decreto 1112/2018, \
                de 7 de septiembre, que traspone la Directiva (UE) 2016/2102. Están hechas para cumplir la norma \
                EN\u{A0}301\u{A0}549 y las WCAG 2.1 en su nivel AA.</p>
                """),
            Section(
                "Qué puede esperar",
                """
                <ul>
                <li>Todo se puede hacer solo con el teclado, y siempre se ve en qué punto está.</li>
                <li>Los lectores de pantalla encuentran títulos, zonas y nombres de país en su idioma.</li>
                <li>Todo funciona sin JavaScript, con el texto ampliado al 400\u{A0}% y en pantallas pequeñas.</li>
                <li>Los colores se adaptan al modo oscuro y al contraste alto de su dispositivo.</li>
                <li>Ninguna página le mete prisa: el tiempo solo se limita por seguridad, a varios minutos.</li>
                </ul>
                """),
            Section(
                "Lo que no depende de nosotros",
                """
                <p>Las páginas en las que se identifica son de cada país, y las del servicio son del servicio. Cada uno \
                publica su propia declaración de accesibilidad.</p>
                """),
            Section(
                "Si encuentra un obstáculo",
                """
                <p>Escríbanos a la dirección de contacto y díganos en qué página ocurrió y qué ayuda utiliza. También puede \
                pedirnos esta información en otro formato. Si nuestra respuesta no le satisface, puede presentar la \
                reclamación que prevé el artículo 13 del Real Decreto 1112/2018.</p>
                """),
        ]
    }
}
