# SPDX-License-Identifier: EUPL-1.2
"""The second story of the demo: a French service asks, and somebody from Spain identifies themselves."""
from .journeys import ALL, BARE, SCRIPT, journey  # noqa: F401
from .walk import MODES
from .words import *  # noqa: F403
from .words_abroad import *  # noqa: F403
from .xml import require

HER = {IDENTIFIER: "ES/FR/00000000T", FAMILY_NAME: "NÚÑEZ PEÑA", FIRST_NAME: "BEGOÑA", BORN: "1980-01-31"}
HER_NAME, HER_DNIE = "BEGOÑA NÚÑEZ PEÑA", "BEGOÑA NÚÑEZ PEÑA - 00000000T"
SAID_NO = "Usted ha dicho que no.", "You said no."
NOT_COMPLETED = "La identificación en España no se completó.", "The identification in Spain was not completed."
FEW = MODES[1:3]


def see_her(visitor):
    visitor.consent()
    visitor.see_known(HER_NAME, SUBSTANTIAL, NOT_NOTIFIED, HER)


# MARK: People who are who they say

@journey("to France by Cl@ve Móvil, a notice on the phone")
def notice(visitor):
    visitor.ask_for_notice()
    with visitor.phone():
        visitor.open(visitor.demo.gateway + "/telefono")
        visitor.see("phone", PHONE)
        visitor.press(BEGONA)
        visitor.confirm_on_phone()
    visitor.wait_for_phone()
    see_her(visitor)


@journey("to France by Cl@ve Móvil, the code of the page", FEW)
def scan(visitor):
    visitor.go_to_clave()
    visitor.press(MOBILE)
    visitor.see("mobile", MOBILE)
    code = visitor.session.script("const i = document.querySelector('img.qr'); return i.complete && i.naturalWidth")
    require(code > 100, f"no QR code: {code}")
    address = visitor.find(ON_THE_PHONE).attribute("href")
    with visitor.phone():
        visitor.open(visitor.demo.gateway + address)
        visitor.see("phone-owner", WHOSE_PHONE)
        visitor.press(BEGONA)
        visitor.confirm_on_phone()
    visitor.wait_for_phone()
    see_her(visitor)


@journey("to France by Cl@ve Móvil, six digits of a phone that is offline", FEW)
def offline(visitor):
    visitor.ask_for_notice()
    with visitor.phone():
        visitor.open(visitor.demo.gateway + "/telefono")
        visitor.press(BEGONA)
        visitor.see("phone-confirm", CONFIRM_LOGIN)
        code = visitor.session.one("[data-fact=code]").text
    visitor.press(OFFLINE)
    visitor.fill(code="000000")
    visitor.press(CONTINUE)
    visitor.see("mobile-wrong", MOBILE, 400)
    visitor.reads(WRONG_CODE)
    visitor.press(OFFLINE)
    visitor.fill(code=code)
    visitor.press(CONTINUE)
    visitor.come_back_from_clave()
    see_her(visitor)


@journey("to France by Cl@ve Permanente and SMS")
def permanent(visitor):
    visitor.go_to_clave()
    visitor.press(PERMANENT)
    visitor.see("permanent", PERMANENT)
    visitor.fill(user=BEGONA_ID, password="wrong")
    visitor.press(LOG_IN_HERE)
    visitor.see("permanent-wrong", PERMANENT, 400)
    visitor.reads(WRONG_PASSWORD)
    visitor.fill(user=BEGONA_ID, password=PASSWORD)
    visitor.press(LOG_IN_HERE)
    visitor.see("permanent-sms", CODE_SENT)
    visitor.fill(code=visitor.read_sms())
    visitor.press(CONTINUE)
    visitor.come_back_from_clave()
    see_her(visitor)


@journey("to France by Cl@ve PIN", FEW)
def pin(visitor):
    visitor.go_to_clave()
    visitor.press(PIN)
    visitor.see("pin", PIN)
    visitor.fill(person=BEGONA_ID)
    visitor.press(ASK_PIN)
    visitor.see("pin-sent", PIN)
    visitor.fill(code=visitor.read_sms())
    visitor.press(CONTINUE)
    visitor.come_back_from_clave()
    see_her(visitor)


@journey("to France by DNIe, level high, optional data kept back")
def dnie(visitor):
    visitor.show_certificate(HER_DNIE, HIGH, MORE)
    visitor.see("consent-optional", CONSENT)
    visitor.consent(GENDER)
    table = visitor.see_known(HER_NAME, HIGH, NOTIFIED, HER, "known-more")
    require(visitor.say(GENDER) not in table, f"sent all the same: {table}")
    require(table.get(visitor.say(BIRTH_PLACE)) == "Soria", f"not sent: {table}")


@journey("to France for a company")
def representative(visitor):
    visitor.show_certificate("00000000T BEGOÑA NÚÑEZ PEÑA (R: B00000000)", COMPANY)
    visitor.see("consent-company", CONSENT)
    visitor.consent()
    whose = visitor.say(REPRESENTATIVE)
    visitor.see_known("Puentes Imaginarios, S.L.", SUBSTANTIAL, NOTIFIED, {
        LEGAL_IDENTIFIER: "ES/FR/B00000000", LEGAL_NAME: "Puentes Imaginarios, S.L.",
        **{whose + visitor.say(label): value for label, value in HER.items()}}, "known-company")


@journey("to France, asked by Redirect, answer for an RSA key", FEW)
def redirect(visitor):
    visitor.show_certificate(HER_DNIE, REDIRECT, RSA_KEY)
    visitor.consent()
    visitor.see_known(HER_NAME, HIGH, NOTIFIED, HER)


@journey("to France, asked by the Commission's redirect", FEW)
def commission(visitor):
    visitor.show_certificate(HER_DNIE, COMMISSION)
    visitor.consent()
    visitor.see_known(HER_NAME, HIGH, NOTIFIED, HER)


# MARK: People who end without identification

@journey("to France, nothing is sent")
def no_consent(visitor):
    visitor.show_certificate(HER_DNIE)
    visitor.see("consent", CONSENT)
    visitor.press(SEND_NOTHING)
    visitor.carried("to-mairie", TO_SERVICE)
    visitor.see_not_known("denied", SAID_NO, "Responder / RequestDenied", "202007")


@journey("to France, cancelled before Cl@ve", FEW)
def cancelled_first(visitor):
    visitor.begin_abroad()
    visitor.see("request", REQUEST)
    visitor.press(CANCEL)
    visitor.carried("to-mairie", TO_SERVICE)
    visitor.see_not_known("denied", SAID_NO, "Responder / RequestDenied", "202007")


@journey("to France, cancelled at Cl@ve", FEW)
def cancelled_there(visitor):
    visitor.go_to_clave()
    visitor.press(CANCEL_AT_CLAVE)
    visitor.come_back_from_clave()
    visitor.carried("to-mairie", TO_SERVICE)
    visitor.see_not_known("denied", SAID_NO, "Responder / RequestDenied", "user cancelled")


@journey("to France, level high with a certificate that does not reach it", FEW)
def too_weak(visitor):
    visitor.show_certificate("JUAN ESPAÑOL ESPAÑOL - 99999999R", HIGH)
    visitor.carried("to-mairie", TO_SERVICE)
    visitor.see_not_known("weak", NOT_COMPLETED, "Responder", "is lower than requested LoA")


@journey("to France, and nobody knows the date of birth")
def nobody_knows(visitor):
    visitor.show_certificate("MANUEL DESCONOCIDO OCULTO - 87654321X")
    visitor.see_error("data", DATA_MISSING, 400, BACK_TO_MAIRIE)
    visitor.press(BACK_TO_MAIRIE)
    visitor.see_not_known("data", ("no puede dar un dato", "cannot give an item"),
                          "Responder / InvalidAttrNameOrValue", "202010")


@journey("to France for a company, with one's own certificate")
def not_a_company(visitor):
    visitor.show_certificate(HER_DNIE, COMPANY)
    visitor.see_error("method", OTHER_METHOD, 400, BACK_TO_MAIRIE)
    visitor.press(BACK_TO_MAIRIE)
    visitor.see_not_known("method", NOT_COMPLETED, "Responder / AuthnFailed", "003002")


# MARK: What Puente has to turn away

@journey("to France, an unknown Connector")
def unknown_connector(visitor):
    visitor.begin_abroad(UNKNOWN_CONNECTOR)
    visitor.see_error("connector", CONNECTOR_FAULT, 400, HELP)


@journey("to France, a Connector whose metadata has ended", FEW)
def expired_connector(visitor):
    visitor.begin_abroad(EXPIRED_CONNECTOR)
    visitor.see_error("connector", CONNECTOR_FAULT, 400, HELP)


@journey("to France, an unsigned answer of Cl@ve")
def unsigned(visitor):
    visitor.go_to_clave()
    visitor.press(GO_WRONG)
    visitor.see("methods-wrongly", METHODS)
    visitor.press(("Sin firma", "Unsigned"))
    visitor.press(CERTIFICATE)
    visitor.see("certificates", CERTIFICATE)
    visitor.press(HER_DNIE)
    visitor.come_back_from_clave()
    visitor.see_error("gateway", GATEWAY_FAULT, 400, HELP)


# MARK: Hands and eyes

@journey("to France, methods that cannot serve are not there", FEW)
def high(visitor):
    visitor.go_to_clave(HIGH)
    names = {button.text.split("\n")[0] for button in visitor.session.all(".methods button")}
    # The node excludes the others, so that they are not there at all.
    require(names == {visitor.say(CERTIFICATE)}, f"to be chosen: {names}")


@journey("to France with the keyboard alone", BARE[:2])
def keyboard(visitor):
    visitor.open(visitor.demo.states + "/fr/mairie")
    visitor.see("mairie", MAIRIE)
    visitor.tab_to(IDENTIFY_SPANISH, "Enter")
    visitor.carried_by_key("to-spain-by-browser", TO_SPAIN_BY_BROWSER)
    visitor.see("request", REQUEST)
    visitor.tab_to(TO_CLAVE_LABEL, "Enter")
    visitor.carried_by_key("to-clave", TO_CLAVE)
    visitor.see("methods", METHODS)
    visitor.tab_to(CERTIFICATE, "Enter")
    visitor.see("certificates", CERTIFICATE)
    visitor.tab_to(HER_DNIE, "Space")
    visitor.carried_by_key("from-clave", FROM_CLAVE)
    visitor.see("consent", CONSENT)
    visitor.tab_to(ACCEPT, "Enter")
    visitor.carried_by_key("to-mairie", TO_SERVICE)
    visitor.see_known(HER_NAME, HIGH, NOTIFIED, HER)


@journey("the other pages of the mock gateway")
def mock_pages(visitor):
    visitor.open(visitor.demo.gateway + "/")
    visitor.see("gateway", ("Una pasarela Cl@ve para probar", "A Cl@ve gateway to test with"))
    visitor.open(visitor.demo.gateway + "/Proxy2/login/none")
    visitor.see("gateway-late", ("Esta identificación ya no espera", "This login waits no longer"), 400)
