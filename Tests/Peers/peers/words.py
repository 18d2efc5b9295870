# SPDX-License-Identifier: EUPL-1.2
"""What the pages of the demo say, in Spanish and in English. A visitor goes by these words."""

SERVICE = "Solicite plaza en el puente", "Apply for a place on the bridge"
OPTIONS = "Opciones de la demostración", "Options of the demonstration"
IDENTIFY = "Identificarse con su identidad electrónica europea", "Identify with your European eID"
LOW, SUBSTANTIAL, HIGH = ("bajo", "low"), ("sustancial", "substantial"), ("alto", "high")
COMPANY = "Una empresa u otra entidad", "A company or other entity"
MORE = "Pedir también datos opcionales", "Ask for optional data too"
ENCRYPTED = "Su archivo reservado", "Its reserved records"
UNREGISTERED = "Un servicio sin registrar", "An unregistered service"
TO_PUENTE = "Le llevamos a Puente…", "Taking you to Puente…"
CONTINUE = "Continuar", "Continue"
COUNCIL = "Ayuntamiento de Villanueva del Puente", "Villanueva del Puente Town Council"

SKIP = "Ir al contenido", "Skip to content"
DATA = "¿Qué datos recibirá el servicio?", "What will the service learn about me?"
HELP, PRIVACY = ("Ayuda", "Help"), ("Privacidad", "Privacy")
ACCESSIBILITY = "Accesibilidad", "Accessibility"
FRONT = ("Su identificación electrónica europea, también en España",
         "Your European electronic identification works in Spain too")
SELECTOR = "Elija su país", "Choose your country"
CANCEL = "Cancelar y volver al servicio", "Cancel and return to the service"
TO_COUNTRY = "Le llevamos a la página de su país", "Taking you to your country’s page"
OTHER_COUNTRY = "Elegir otro país", "Choose another country"
TO_SERVICE = "Le devolvemos al servicio", "Taking you back to the service"

LOGIN = "¿Quién quiere ser hoy?", "Who would you like to be today?"
CANCEL_THERE = "Cancelar la identificación", "Cancel the identification"
CONFIRM = "Estos datos se enviarán a España", "This data will be sent to Spain"
AGREE = "De acuerdo, enviar", "I agree, send"
DENY = "No consiento el envío", "I do not consent"
WRONGLY = "Responder mal a propósito", "Answer wrongly on purpose"
TO_SPAIN = "De vuelta a España…", "Back to Spain…"
NOT_ACCEPTED_THERE = "Este Estado no acepta la petición", "This state does not accept the request"

NOT_IDENTIFIED = "No se ha podido identificar", "You could not be identified"
LOG_OUT = "Cerrar la sesión", "Log out"
LOGGED_OUT = "Ha cerrado la sesión", "You have logged out"
UNEXPECTED = "No esperábamos esta respuesta", "We did not expect this answer"
TO_THE_START = "Volver al principio", "Back to the start"

GERMANY, GREECE, BULGARIA = ("Alemania", "Germany"), ("Grecia", "Greece"), ("Bulgaria", "Bulgaria")
POLAND, FRANCE, ITALY = ("Polonia", "Poland"), ("Francia", "France"), ("Italia", "Italy")
CODES = {GERMANY: "DE", GREECE: "EL", BULGARIA: "BG", POLAND: "PL", FRANCE: "FR", ITALY: "IT"}

IDENTIFIER, FAMILY_NAME, FIRST_NAME = ("Identificador", "Identifier"), ("Apellidos", "Family name"), (
    "Nombre", "First name")
BORN, BIRTH_NAME = ("Fecha de nacimiento", "Date of birth"), ("Nombre al nacer", "Name at birth")
BIRTH_PLACE, GENDER = ("Lugar de nacimiento", "Place of birth"), ("Sexo", "Gender")
NATIONALITY, LEGAL_NAME = ("Nacionalidad", "Nationality"), ("Denominación", "Legal name")
LEGAL_IDENTIFIER = "Identificador de la entidad", "Identifier of the entity"
VAT = "Número de IVA", "VAT number"

SERVICE_FAULT = "No hemos podido atender al servicio", "We could not serve this request"
COUNTRY_FAULT = "No podemos aceptar la respuesta recibida", "We cannot accept the answer we received"
OVER = "Esta identificación ya no es válida", "This identification is no longer valid"
OTHER_BROWSER = "Siga en el navegador en el que empezó", "Please go on in the browser where you started"
NOT_FOUND = "No encontramos esta página", "We cannot find this page"
TRY_AGAIN = "Elegir país e intentarlo de nuevo", "Choose a country and try again"
WHAT_TO_DO = "Qué puede hacer", "What you can do"
BACK_TO_COUNCIL = f"Volver a «{COUNCIL[0]}»", f"Back to {COUNCIL[1]}"
