# SPDX-License-Identifier: EUPL-1.2
"""Every way through the demo that a person can walk."""
from collections.abc import Callable
from dataclasses import dataclass, replace

from .walk import MODES, Mode
from .words import *  # noqa: F403
from .xml import require

ALL = []
BARE = tuple(mode for mode in MODES if mode.bare)
SCRIPT = tuple(mode for mode in MODES if not mode.bare)


@dataclass(frozen=True)
class Journey:
    title: str
    run: Callable                # (visitor), or (visitor, another)
    modes: tuple
    meets_another: bool          # somebody with a browser of their own


def journey(title, modes=MODES, meets_another=False):
    def add(run):
        ALL.append(Journey(title, run, modes, meets_another))
        return run
    return add


# MARK: People who are who they say

@journey("a German")
def german(visitor):
    visitor.identify(GERMANY, "Lena Musterbrück")
    visitor.see_identified("Lena Musterbrück", GERMANY, HIGH, {
        IDENTIFIER: "DE/ES/7Kq3Zt0LmW8xVb2n", FAMILY_NAME: "Musterbrück", FIRST_NAME: "Lena", BORN: "1988-04-17"})
    visitor.expect_cookies()


@journey("a Greek, names in two scripts")
def greek(visitor):
    visitor.identify(GREECE, "Ελένη Γεφυροπούλου")
    visitor.see_identified("Eleni Gefyropoulou", GREECE, HIGH, {
        FAMILY_NAME: ("Gefyropoulou", "Γεφυροπούλου"), FIRST_NAME: ("Eleni", "Ελένη")}, "identified-scripts")
    visitor.reads("Ελένη Γεφυροπούλου")


@journey("a Bulgarian, names in two scripts")
def bulgarian(visitor):
    visitor.identify(BULGARIA, "Ивайла Мостова")
    visitor.see_identified("Ivayla Mostova", BULGARIA, HIGH, {
        FAMILY_NAME: ("Mostova", "Мостова"), FIRST_NAME: ("Ivayla", "Ивайла")}, "identified-scripts")


@journey("a Pole with diacritics and optional data")
def pole(visitor):
    visitor.identify(POLAND, "Łucja Żaneta Źdźbło-Mostowska", MORE)
    visitor.see_identified("Łucja Żaneta Źdźbło-Mostowska", POLAND, HIGH, {
        FAMILY_NAME: "Źdźbło-Mostowska", FIRST_NAME: "Łucja Żaneta", BIRTH_NAME: "Łucja Żółć", BIRTH_PLACE: "Łódź",
        GENDER: "Female", NATIONALITY: "PL"}, "identified-more")


@journey("a Frenchwoman, exactly the level asked")
def frenchwoman(visitor):
    visitor.identify(FRANCE, "Chloé Dupont-Lévesque")
    visitor.see_identified("Chloé Dupont-Lévesque", FRANCE, SUBSTANTIAL, {FAMILY_NAME: "Dupont-Lévesque"})


@journey("an Italian company")
def company(visitor):
    visitor.begin(HIGH, COMPANY, MORE)
    visitor.see("selector-company", SELECTOR)
    visitor.reads(("empresa o entidad", "company or organisation"),
                  ("No ofrece los datos que pide el servicio", "Does not offer the details"))
    visitor.choose(ITALY, "selector-company")
    visitor.log_in(ITALY, "Ponti Immaginari S.r.l.")
    visitor.agree()
    visitor.see_identified("Ponti Immaginari S.r.l.", ITALY, HIGH, {
        LEGAL_IDENTIFIER: "IT/ES/REA-FI-000001", LEGAL_NAME: "Ponti Immaginari S.r.l.", VAT: "IT00000000017",
    }, "identified-company")


@journey("a German, answer encrypted for the service")
def encrypted(visitor):
    visitor.identify(GERMANY, "Jonas Probst-Übergang", ENCRYPTED)
    visitor.see_identified("Jonas Probst-Übergang", GERMANY, HIGH, {FIRST_NAME: "Jonas"})
    visitor.reads(("Respuesta: cifrada", "Answer: encrypted"))


@journey("level low is enough where low is asked")
def low(visitor):
    visitor.identify(FRANCE, "Gaspard Léger", LOW)
    visitor.see_identified("Gaspard Léger", FRANCE, LOW, {FAMILY_NAME: "Léger"})


# MARK: People who end without identification

@journey("cancelled in the other country")
def cancelled_there(visitor):
    visitor.begin()
    visitor.choose(GERMANY)
    visitor.see("login-DE", LOGIN)
    visitor.press(CANCEL_THERE)
    visitor.return_to_service()
    visitor.see_not_identified("failed-there", (
        "no se completó o no basta", "was not completed, or is not enough"), "Responder / AuthnFailed", "003002")


@journey("no consent in the other country")
def no_consent(visitor):
    visitor.begin()
    visitor.choose(GREECE)
    visitor.log_in(GREECE, "Οδυσσέας Θαλασσινός")
    visitor.agree(DENY)
    visitor.see_not_identified("failed-denied", ("ha dicho que no", "said no"), "Responder / RequestDenied", "003002")


@journey("cancelled on the list of countries")
def cancelled_here(visitor):
    visitor.begin()
    visitor.see("selector", SELECTOR)
    visitor.press(CANCEL)
    visitor.carried("to-service", TO_SERVICE)
    visitor.see_not_identified("failed-denied", ("ha dicho que no", "said no"), "Responder / RequestDenied", "003002")
    visitor.press(TO_THE_START)
    visitor.see("service", SERVICE)


@journey("level low where substantial is asked")
def too_weak(visitor):
    visitor.identify(FRANCE, "Gaspard Léger")
    visitor.see_not_identified("failed-weak", ("no basta para este trámite", "is not enough here"),
                               "Responder / AuthnFailed", "is lower than requested LoA")


@journey("level high, which one country does not offer")
def high(visitor):
    visitor.begin(HIGH)
    visitor.see("selector-high", SELECTOR)
    france = visitor.find(FRANCE, "button")
    require(france.attribute("disabled"), "France can be chosen")
    require(visitor.say(("No ofrece el nivel de seguridad", "Does not offer the level of security")) in france.text,
            f"France says {france.text}")
    visitor.choose(POLAND, "selector-high")
    visitor.see("login-PL-high", LOGIN)


# MARK: What Puente has to turn away

@journey("an unregistered service")
def unregistered(visitor):
    visitor.begin(UNREGISTERED)
    visitor.see_error("service", SERVICE_FAULT, 400, HELP)


@journey("an expired answer, and another try")
def expired_answer(visitor):
    visitor.begin()
    visitor.choose(GERMANY)
    visitor.log_in(GERMANY, "Lena Musterbrück")
    visitor.answer_wrongly(("Respuesta caducada", "Expired answer"))
    visitor.see_error("country", COUNTRY_FAULT, 400, TRY_AGAIN, BACK_TO_COUNCIL)
    visitor.press(TRY_AGAIN)
    visitor.choose(ITALY)
    visitor.log_in(ITALY, "Giulia Pontevecchio")
    visitor.agree()
    visitor.see_identified("Giulia Pontevecchio", ITALY, HIGH, {FIRST_NAME: "Giulia"})


@journey("an unsigned answer, and back to the service")
def unsigned_answer(visitor):
    visitor.begin()
    visitor.choose(GREECE)
    visitor.log_in(GREECE, "Ελένη Γεφυροπούλου")
    visitor.answer_wrongly(("Respuesta sin firma", "Unsigned answer"))
    visitor.see_error("country", COUNTRY_FAULT, 400, TRY_AGAIN, BACK_TO_COUNCIL)
    visitor.press(BACK_TO_COUNCIL)
    visitor.see("service", SERVICE)


@journey("an identifier of another country")
def foreign_identifier(visitor):
    visitor.begin()
    visitor.choose(POLAND)
    visitor.log_in(POLAND, "Stanisław Przęsło")
    visitor.answer_wrongly(("Identificador de otro país", "Identifier of another country"))
    visitor.carried("to-service", TO_SERVICE)
    visitor.see_not_identified("failed-data", ("Falta un dato obligatorio", "A required item is missing"),
                               "Responder / InvalidAttrNameOrValue", "202010")


@journey("an answer that was used before")
def repeated_answer(visitor):
    visitor.identify(ITALY, "Giulia Pontevecchio")
    visitor.see_identified("Giulia Pontevecchio", ITALY, HIGH, {})
    visitor.begin()
    visitor.choose(ITALY)
    visitor.log_in(ITALY, "Giulia Pontevecchio")
    visitor.answer_wrongly(("Respuesta repetida", "Repeated answer"))
    visitor.see_error("over", OVER, 409, BACK_TO_COUNCIL)


@journey("a list of countries opened in another browser", meets_another=True)
def lent_address(visitor, another):
    visitor.begin()
    visitor.see("selector", SELECTOR)
    another.open(visitor.session.url)
    another.see_error("browser", OTHER_BROWSER, 403, HELP)
    visitor.choose(BULGARIA)
    visitor.log_in(BULGARIA, "Тодор Колев")
    visitor.agree()
    visitor.see_identified("Todor Kolev", BULGARIA, SUBSTANTIAL, {}, "identified-scripts")


@journey("an answer carried to another browser", BARE, meets_another=True)
def carried_away(visitor, another):
    visitor.begin()
    visitor.choose(BULGARIA)
    visitor.log_in(BULGARIA, "Ивайла Мостова")
    visitor.press(AGREE)
    visitor.see("to-spain", TO_SPAIN)
    another.deliver(visitor.form)
    another.see_error("browser", OTHER_BROWSER, 403, HELP)
    visitor.press(CONTINUE)
    visitor.see("to-service", TO_SERVICE)
    another.deliver(visitor.form)
    another.see("unexpected", UNEXPECTED, 400)
    visitor.press(CONTINUE)
    visitor.see_identified("Ivayla Mostova", BULGARIA, HIGH, {}, "identified-scripts")


@journey("back after the end, and everything sent again")
def sent_again(visitor):
    visitor.identify(GERMANY, "Lena Musterbrück")
    visitor.see_identified("Lena Musterbrück", GERMANY, HIGH, {})
    visitor.session.reload()
    visitor.see_identified("Lena Musterbrück", GERMANY, HIGH, {})
    visitor.session.back()       # the browser asks whether to send the form again,
    visitor.session.reload()     # and this says yes
    if not visitor.mode.bare:    # pages that went on by themselves are no longer there to go back to
        visitor.see("confirm-DE", CONFIRM)
        visitor.press(AGREE)
    visitor.see_error("over", OVER, 409, BACK_TO_COUNCIL)
    visitor.press(BACK_TO_COUNCIL)
    visitor.see("service", SERVICE)


@journey("the list of countries again after the end")
def list_again(visitor):
    visitor.begin()
    visitor.see("selector", SELECTOR)
    address = visitor.session.url
    visitor.choose(FRANCE)
    visitor.log_in(FRANCE, "Chloé Dupont-Lévesque")
    visitor.agree()
    visitor.see_identified("Chloé Dupont-Lévesque", FRANCE, SUBSTANTIAL, {})
    visitor.open(address)
    visitor.see_error("over", OVER, 409, BACK_TO_COUNCIL)


# MARK: Too late

@journey("a country chosen too late")
def late_choice(visitor):
    visitor.begin()
    visitor.see("selector", SELECTOR)
    with visitor.later(minutes=16):
        visitor.press(GERMANY)
        visitor.see_error("late", OVER, 410, BACK_TO_COUNCIL)
        visitor.session.back()
        visitor.session.reload()
        visitor.see_error("late", OVER, 410, BACK_TO_COUNCIL)


@journey("an answer that comes too late")
def late_answer(visitor):
    visitor.begin()
    visitor.choose(GERMANY)
    visitor.log_in(GERMANY, "Lena Musterbrück")
    with visitor.later(minutes=16):
        visitor.press(AGREE)
        visitor.carried("to-spain", TO_SPAIN)
        visitor.see_error("late", OVER, 410, BACK_TO_COUNCIL)


# MARK: Ways that are not straight

@journey("back, and another country")
def another_country(visitor):
    visitor.begin()
    visitor.see("selector", SELECTOR)
    visitor.press(GERMANY)
    if visitor.mode.bare:
        visitor.see("to-country", TO_COUNTRY)
        visitor.press(OTHER_COUNTRY)
    else:
        visitor.see("login-DE", LOGIN)
        visitor.session.back()
    visitor.choose(GREECE)
    visitor.log_in(GREECE, "Ελένη Γεφυροπούλου")
    visitor.agree()
    visitor.see_identified("Eleni Gefyropoulou", GREECE, HIGH, {}, "identified-scripts")


@journey("two logins at once in two tabs")
def two_tabs(visitor):
    visitor.begin()
    visitor.choose(GERMANY)
    visitor.log_in(GERMANY, "Lena Musterbrück")
    first = visitor.session.new_tab()
    visitor.sit_down()
    visitor.identify(GREECE, "Οδυσσέας Θαλασσινός")
    visitor.see_identified("Odysseas Thalassinos", GREECE, SUBSTANTIAL, {}, "identified-scripts")
    visitor.session.show(first)
    visitor.agree()
    visitor.see_identified("Lena Musterbrück", GERMANY, HIGH, {})


@journey("logged out")
def logged_out(visitor):
    visitor.identify(FRANCE, "Chloé Dupont-Lévesque")
    visitor.see_identified("Chloé Dupont-Lévesque", FRANCE, SUBSTANTIAL, {})
    visitor.press(LOG_OUT)
    visitor.carried("to-puente", TO_PUENTE)
    visitor.carried("to-service", TO_SERVICE)
    visitor.see("logged-out", LOGGED_OUT)


@journey("another language on the list of countries")
def other_language(visitor):
    visitor.begin()
    visitor.see("selector", SELECTOR)
    visitor.press(("English", "Español"))
    visitor.switch_language()
    visitor.choose(POLAND)
    visitor.switch_language()
    visitor.log_in(POLAND, "Łucja Żaneta Źdźbło-Mostowska")
    visitor.press(AGREE)
    visitor.carried("to-spain", TO_SPAIN)
    # Our own pages go on in the language that was chosen; all others in the browser's.
    visitor.switch_language()
    visitor.carried("to-service", TO_SERVICE)
    visitor.switch_language()
    visitor.see_identified("Łucja Żaneta Źdźbło-Mostowska", POLAND, HIGH, {})


# MARK: Hands and eyes

@journey("with the keyboard alone")
def keyboard(visitor):
    visitor.open(visitor.demo.service + "/")
    visitor.see("service", SERVICE)
    visitor.tab_to(IDENTIFY, "Enter")
    visitor.carried_by_key("to-puente", TO_PUENTE)
    visitor.see("selector", SELECTOR)
    visitor.tab_to(SKIP, "Enter")
    if visitor.mode.bare:
        visitor.tab_to(GREECE, "Enter")
    else:
        visitor.session.press("Tab")
        visitor.look("selector", focus=True)
        visitor.session.focus.type("ελλαδα")
        visitor.session.press("Enter")
        require(visitor.session.focus.text.startswith(visitor.say(GREECE)), "the search does not lead to Greece")
        visitor.look("selector", focus=True)
        visitor.picture("selector-found")
        visitor.session.press("Enter")
    visitor.carried_by_key("to-country", TO_COUNTRY)
    visitor.see("login-EL", LOGIN)
    visitor.tab_to("Ελένη Γεφυροπούλου", "Enter")
    visitor.see("confirm-EL", CONFIRM)
    visitor.tab_to(AGREE, "Space")
    visitor.carried_by_key("to-spain", TO_SPAIN)
    visitor.carried_by_key("to-service", TO_SERVICE)
    visitor.see_identified("Eleni Gefyropoulou", GREECE, HIGH, {}, "identified-scripts")


@journey("everything on the list of countries within reach of the keyboard")
def reachable(visitor):
    visitor.begin(HIGH)
    visitor.see("selector-high", SELECTOR)
    reached = visitor.tab_through("selector-high")
    require(visitor.say(SKIP) == reached[0], f"the first is {reached[0]}")
    for label in (GERMANY, ITALY, CANCEL, DATA, HELP, PRIVACY, ACCESSIBILITY):
        require(any(text.startswith(visitor.say(label)) for text in reached), f"not reached: {visitor.say(label)}")
    require(not any(text.startswith(visitor.say(FRANCE)) for text in reached), "a country that cannot be chosen")
    visitor.press(DATA)
    visitor.see("selector-data", SELECTOR)


@journey("a search for a country", SCRIPT)
def search(visitor):
    visitor.begin()
    visitor.see("selector", SELECTOR)
    field = visitor.session.one("#filter")
    for typed, found in (("deutsch", [GERMANY]), ("БЪЛГ", [BULGARIA]), ("fr", [FRANCE]), ("greece", [GREECE]),
                         ("  polonia ", [POLAND]), ("it", [ITALY]), ("", list(CODES))):
        field.clear()
        field.type(typed + " ")
        shown = {element.text.split("\n")[0] for element in visitor.session.all(".countries li:not([hidden]) button")}
        require(shown == {visitor.say(country) for country in found}, f"“{typed}” finds {shown}")
    field.type("qq")
    visitor.reads(("Ningún país coincide con lo que ha escrito.", "No country matches what you typed."))
    visitor.see("selector-nothing", SELECTOR)


@journey("a page that should go on by itself, and does not",
         tuple(replace(mode, features=(("prefers_reduced_motion", motion),))
               for mode, motion in zip(SCRIPT, ("no-preference", "reduce"))))
def waiting(visitor):
    visitor.begin()
    visitor.see("selector", SELECTOR)
    with visitor.stuck():
        visitor.press(GERMANY)
        visitor.see("to-country-waiting", TO_COUNTRY)
    button = visitor.find(CONTINUE)
    require(button.attribute("disabled"), "the button can be pressed while the form is on its way")
    moves = visitor.session.script(
        "return getComputedStyle(document.querySelector('.progress'), '::before').animationName") != "none"
    require(moves == ("reduce" not in dict(visitor.mode.features).values()), f"moves: {moves}")
    visitor.session.wait(lambda: not button.attribute("disabled"), "the button, if nothing happens", seconds=10)
    visitor.see("to-country", TO_COUNTRY)
    visitor.press(CONTINUE)
    visitor.see("login-DE", LOGIN)


@journey("strong contrast", (Mode(features=(("prefers_contrast", "more"),)),
                             Mode(english=True, dark=True, features=(("prefers_contrast", "more"),)),
                             Mode(english=True, bare=True, features=(("forced_colors", "active"),))))
def strong_contrast(visitor):
    visitor.begin(HIGH)
    visitor.choose(GERMANY, "selector-high")
    visitor.see("login-DE-high", LOGIN)
    visitor.press("Lena Musterbrück")
    visitor.see("confirm-DE", CONFIRM)
    visitor.answer_wrongly(("Respuesta sin firma", "Unsigned answer"))
    visitor.see_error("country", COUNTRY_FAULT, 400, TRY_AGAIN, BACK_TO_COUNCIL)


# MARK: Pages that only explain

@journey("what Puente says of itself")
def about(visitor):
    visitor.open(visitor.demo.puente + "/")
    visitor.see("front", FRONT)
    for page, heading in (("help", HELP), ("privacy", PRIVACY), ("accessibility", ACCESSIBILITY)):
        visitor.press(heading)
        visitor.see(page, heading)
        visitor.reads("Oficina de Demostración", "ayuda@puente.example")
    visitor.press(("English", "Español"))
    visitor.switch_language()
    visitor.see("accessibility", ACCESSIBILITY)
    visitor.press("Puente")
    visitor.see("front", FRONT)


@journey("unknown addresses and wrong methods")
def not_found(visitor):
    for path in ("/no-such-page", "/x/0123456789abcdef0123456789abcdef/country", "/x/nonsense/country"):
        visitor.open(visitor.demo.puente + path)
        visitor.see_error("not-found", NOT_FOUND, 404, HELP)
    visitor.open(visitor.demo.puente + "/Proxy2/ServiceProvider")
    visitor.see_error("method", NOT_FOUND, 405, HELP)
    visitor.press(HELP)
    visitor.see("help", HELP)


@journey("the mock states by themselves", MODES[:3])
def states(visitor):
    visitor.open(visitor.demo.states + "/")
    visitor.see("states", ("Estados de prueba", "Mock states"))
    visitor.deliver({"action": visitor.demo.states + "/de/sso", "fields": {"SAMLRequest": "bm9uc2Vuc2U="}})
    visitor.see("refused-there", NOT_ACCEPTED_THERE, 400)
