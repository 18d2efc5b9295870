# SPDX-License-Identifier: EUPL-1.2
"""What the pages of the demo's second story say, in Spanish and in English."""

MAIRIE = "Apúntese al baile del pueblo", "Put yourself down for the village ball"
MAIRIE_NAME = "Mairie de Pont-l’Imaginaire"
IDENTIFY_SPANISH = "Identificarse con su identidad española", "Identify with your Spanish eID"
REDIRECT = "HTTP-Redirect (SAML)"
COMMISSION = "La «redirección» de la Comisión", "The Commission’s “redirect”"
RSA_KEY = "Otro, con clave RSA", "Another one, with an RSA key"
UNKNOWN_CONNECTOR = "Uno que Puente no conoce", "One that Puente does not know"
EXPIRED_CONNECTOR = "Uno con metadatos caducados", "One whose metadata has expired"
TO_SPAIN_BY_BROWSER = "Le llevamos a España…", "Taking you to Spain…"

REQUEST = ("Un servicio de otro país le pide que se identifique",
           "A service in another country asks you to identify yourself")
TO_CLAVE_LABEL = "Continuar con Cl@ve", "Continue with Cl@ve"
TO_CLAVE = "Le llevamos a Cl@ve", "Taking you to Cl@ve"
CONSENT = "Revise los datos antes de enviarlos", "Check the details before they are sent"
ACCEPT = "Aceptar y enviar los datos", "Agree and send the details"
SEND_NOTHING = "No enviar nada", "Send nothing"
SHOW_ALL = "Ver todos los datos", "See all details"
CONNECTOR_FAULT = "No hemos podido atender al servicio de otro país", "We could not serve the service of another country"
GATEWAY_FAULT = "No podemos aceptar la respuesta de Cl@ve", "We cannot accept the answer of Cl@ve"
OTHER_METHOD = ("Esa forma de identificarse no sirve para este servicio",
                "That way of identifying yourself does not work for this service")
DATA_MISSING = "Nos falta un dato que el servicio necesita", "We lack a detail that the service needs"
BACK_TO_MAIRIE = f"Volver a «{MAIRIE_NAME}»", f"Back to {MAIRIE_NAME}"

METHODS = "Elija cómo identificarse", "Choose how to identify yourself"
MOBILE, PERMANENT, PIN = "Cl@ve Móvil", "Cl@ve Permanente", "Cl@ve PIN"
CERTIFICATE = "DNIe o certificado electrónico", "DNIe or electronic certificate"
GO_WRONG = "Hacer que algo salga mal", "Make something go wrong"
CANCEL_AT_CLAVE = "Cancelar", "Cancel"
FROM_CLAVE = "De vuelta al servicio…", "Back to the service…"
SEND_NOTICE = "Enviar el aviso", "Send the notice"
ON_THE_PHONE = "ábralo en el teléfono de prueba", "open it on the mock phone"
HAVE_CONFIRMED = "Ya he confirmado", "I have confirmed"
OFFLINE = "¿Su teléfono no tiene conexión?", "Is your phone offline?"
LOG_IN_HERE, ASK_PIN = ("Entrar", "Log in"), ("Pedir el PIN", "Ask for the PIN")
CODE_SENT = "Le hemos enviado un código por SMS", "We have sent you a code by SMS"
WRONG_CODE = "El código no es correcto.", "The code is not right."
WRONG_PASSWORD = "El usuario o la contraseña no son correctos.", "The user or the password is not right."

PHONE = "Teléfono de prueba", "Mock phone"
WHOSE_PHONE = "¿De quién es este teléfono?", "Whose phone is this?"
CONFIRM_LOGIN = "¿Quiere identificarse?", "Do you want to identify yourself?"
CONFIRM_PHONE = "Confirmar", "Confirm"
CONFIRMED = "Confirmado", "Confirmed"

BEGONA, BEGONA_ID, PASSWORD = "Begoña Núñez Peña", "00000000T", "demostracion"
NOTIFIED, NOT_NOTIFIED = ("notificado", "notified"), ("no notificado", "not notified")
REPRESENTATIVE = "Representante: ", "Representative: "
