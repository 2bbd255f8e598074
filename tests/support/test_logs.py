"""Nothing that must stay here leaves in a log, whoever writes the line; what an exploitant needs does."""

import base64
import html
import json
import logging
import re
import sqlite3
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

import httpx
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin import errors
from dematfin.chorus.auth import account_header
from dematfin.domain.parties.iban import of_account
from dematfin.errors import DematfinError
from dematfin.support import logs
from dematfin.support.accounts import FORMS, without_accounts
from dematfin.support.redaction import discreet_text, keep_quiet
from dematfin.support.secrets import resolve
from official import OFFICIAL, needs_official
from support.lines import ibans_of, listening, texts_of

ODD = "l'été&<pré>=42+ \x9c fin"
ROOT = Path(__file__).parent.parent.parent
IBAN = "FR7619999000170009876543276"
SECRET = "mule-bleue&<fin>"


@dataclass(frozen=True)
class Account:
    """What somebody logs whole."""

    nom: str
    mot_de_passe: str
    iban: str


def every_error() -> list[type[DematfinError]]:
    found = [one for one in vars(errors).values() if isinstance(one, type)]
    return [one for one in found if issubclass(one, DematfinError)]


def tell_everything(text: str) -> None:
    """Log a text by each way that there is."""
    log = structlog.get_logger()
    log.info(text)
    log.warning("item_failed", reason=text, deep={"a": [("b", text)], text[:60]: 1}, raw=text.encode())
    logging.getLogger("httpx").warning("HTTP Request: %s", text)
    logging.getLogger("uvicorn.error").error(text, extra={"body": text})


def fail_with(text: str, kind: type[Exception]) -> None:
    try:
        raise _made(kind, text)
    except kind as error:
        structlog.get_logger().exception("item_failed", error=error)
        logging.getLogger("apscheduler").exception("Job raised")


def _made(kind: type[Exception], text: str) -> Exception:
    return kind(text, text) if kind is errors.PaperRefused else kind(text)


def windows(text: str) -> list[str]:
    """Cut a text so that each account of it comes whole in one line at least."""
    return [text[at : at + 1900] for at in range(0, len(text), 1700)]


def check_all(folder: Path) -> int:
    """Log each file of a folder; return how many accounts were there to be seen."""
    seen = 0
    kinds = every_error()
    for path, text in texts_of(folder):
        with listening() as lines:
            for window in filter(ibans_of, windows(text)):
                seen += len(ibans_of(window))
                tell_everything(window)
                for kind in kinds if seen < len(kinds) else kinds[:1]:
                    fail_with(window, kind)
            tell_everything(text)
        for line in lines.read_all():
            left = ibans_of(json.dumps(line, ensure_ascii=False))
            assert not left & ibans_of(text), path
    return seen


def test_no_iban_of_our_fixtures_leaves() -> None:
    assert len(every_error()) > 20
    assert check_all(ROOT / "fixtures") > 20


@needs_official
def test_no_iban_of_the_samples_leaves() -> None:
    assert check_all(OFFICIAL / "samples") > 3


COUNTRIES = st.sampled_from(sorted(FORMS))
BREAKS = st.sampled_from(["", " ", "-", " ", " ", ".", "  ", "%20", "&nbsp;", "\n", " - ", "&#xA0;", r"\u2009"])


@st.composite
def ibans(draw: st.DrawFn) -> str:
    country = draw(COUNTRIES)
    body = ""
    for count, kind in re.findall(r"(\d+)([nac])", FORMS[country]):
        signs = {"n": "0123456789", "a": "ABCXYZ", "c": "0123456789ABCXYZ"}[kind]
        body += draw(st.text(signs, min_size=int(count), max_size=int(count)))
    rest = int("".join(str(int(sign, 36)) for sign in f"{body}{country}00")) % 97
    return f"{country}{98 - rest:02d}{body}"


@settings(max_examples=150, deadline=None)
@given(iban=ibans(), gap=BREAKS, size=st.integers(2, 9), lower=st.booleans(), before=st.sampled_from(
    ["", "virement ", "iban", "<CodeIBAN>", '{"iban": "', "x", "compte:", "b'"]), after=st.sampled_from(
    ["", " reçu", "</CodeIBAN>", '"}', "abc", ".", "'", ", facture F2026-000012"]))  # fmt: skip
def test_an_iban_is_masked_in_every_writing(
    iban: str, gap: str, size: int, *, lower: bool, before: str, after: str
) -> None:
    said = gap.join(iban[at : at + size] for at in range(0, len(iban), size))
    text = before + (said.lower() if lower else said) + after
    masked = discreet_text(text)
    assert masked.startswith(before)
    assert f"{iban[:4]}…{iban[-4:]}" in masked
    assert masked.endswith(after)


@pytest.mark.parametrize("text", [
    "19999000170009876543276", "19999 00017 00098765432 76", "RIB : 1999 9000 1700 0987 6543 276.",
    '<CodeEtab V="19999"/><IdCpte V="00098765432"/>', "bban=19999000170009876543276",
])  # fmt: skip
def test_a_french_account_without_its_iban_is_masked(text: str) -> None:
    assert of_account("19999000170009876543276") == IBAN
    assert not any(one in without_accounts(text).replace(" ", "") for one in ("00098765432", "0170009876543"))


@pytest.mark.parametrize("text", ["1850578006084 91", "1 85 05 78 006 084 91", "NIR 185057800608491."])
def test_a_social_security_number_is_masked(text: str) -> None:
    assert "006" not in without_accounts(text)


@settings(max_examples=150, deadline=None)
@given(
    siret=st.from_regex(r"[0-9]{14}", fullmatch=True),
    number=st.from_regex(r"(F|M|B|FA|FAC|AV)-?20[0-9]{2}-?[0-9]{1,9}", fullmatch=True),
    amount=st.decimals(0, 10**9, places=2),
)
def test_what_an_exploitant_needs_stays(siret: str, number: str, amount: object) -> None:
    spaced = f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"
    text = f"Facture {number} de {siret} ({spaced}) : {amount} €, {amount:,} EUR, le 12/03/2026 à 2026-03-12T07:05:00Z."
    assert discreet_text(text) == text


@pytest.mark.parametrize("text", [
    "Le fichier secret.pin est illisible.", "épinglé sur shipping-2026", "sha256 " + "0123456789abcdef" * 4,
    "Bordereau 21440001500013-COMMUNE-2026-12, mandats 1200 à 1234", "TVA FR40303265045", "https://s2low.org/api/list?id=12",
    "Le mot de passe du compte technique Chorus Pro de VILLE a expiré le 02/03/2026",
    "FR76 n'est pas un IBAN", "clé fausse : FR7619999000170009876543277",
])  # fmt: skip
def test_nothing_else_is_touched(text: str) -> None:
    assert discreet_text(text) == text


PRIVATE = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----"
SAID = [
    "postgresql://dematfin:chut-chut@base/x",
    "postgresql+psycopg://dematfin:chut-ch@ut@base/x",
    "https://u:chut-chut@s2low.org/",
    "Authorization: Bearer chut-chut",
    "authorization: Basic chut-chut",
    "headers={'Authorization': 'Bearer chut-chut'}",
    "[('cpro-account', 'chut-chut'), ('accept', '*/*')]",
    "{'password': \"chut-chut\"}",
    '{"client_secret" : "chut-chut"}',
    "client_id=x&client_secret=chut-chut&scope=openid",
    "Settings(mot_de_passe='chut-chut', jeton='x')",
    "ConnectArgs(pin=chut-chut)",
    '<wsse:Password Type="Text">chut-chut</wsse:Password>',
    "Set-Cookie: session=chut-chut; HttpOnly",
    "x-auth-token: chut-chut",
    "eyJhbGciOiJIUzI1NiJ9.chut-chut.chut-chut",
    PRIVATE.replace("MIIE", "chut-chut"),
    PRIVATE.replace("MIIE", "chut-chut")[:80],
]


@pytest.mark.parametrize("text", SAID)
def test_a_secret_is_known_by_its_name_or_its_shape(text: str) -> None:
    with listening() as lines:
        tell_everything(text)
        fail_with(text, ValueError)
    assert len(lines.read_all()) == 6
    assert "chut" not in lines.getvalue()


def test_keys_hide_what_they_hold_at_any_depth() -> None:
    with listening() as lines:
        structlog.get_logger().info(
            "told", client_secret="chut", Authorization="chut", code_pin=b"chut", deep=[{"mot_de_passe": ("chut",)}],
            account=Account("Bus", "chut", IBAN), other={"cookies": {"a": "chut"}}, error=ValueError(f"iban {IBAN}"),
            number=int(IBAN[4:]), nothing=None, amount=12, flag=True,
        )  # fmt: skip
    (line,) = lines.read_all()
    assert "chut" not in lines.getvalue()
    assert line["account"] == {"nom": "Bus", "mot_de_passe": "***", "iban": "FR76…3276"}
    assert (line["amount"], line["flag"], line["nothing"], line["number"]) == (12, True, None, "1999…3276")


def test_a_secret_that_was_read_never_shows_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMATFIN_ESSAI", SECRET)
    assert resolve("secret:essai", tmp_path) == SECRET
    header = account_header("TECH_1", SECRET)
    writings = [
        f"« {SECRET} »", f"x{SECRET}y", str(httpx.QueryParams({"q": SECRET})), json.dumps([SECRET]), repr((SECRET,)),
        "<a>mule-bleue&amp;&lt;fin&gt;</a>", header,
    ]  # fmt: skip
    with listening() as lines:
        for one in writings:
            tell_everything(one)
            fail_with(one, ValueError)
    assert "mule" not in lines.getvalue()
    assert header not in lines.getvalue()
    assert base64.b64decode(header).decode() == f"TECH_1:{SECRET}"


@pytest.mark.parametrize("write", [
    json.dumps, lambda one: repr(one.encode()), quote_plus,
    lambda one: re.sub("%..", lambda found: found[0].lower(), quote_plus(one)),
    html.escape, lambda one: base64.b64encode(one.encode()).decode(),
    lambda one: base64.b64encode(f"TECH_1:{one}".encode()).decode(),
    lambda one: base64.urlsafe_b64encode(f"ab:{one}:fin".encode()).decode(),
])  # fmt: skip
def test_a_secret_that_was_read_never_shows_however_it_is_encoded(write: Callable[[str], str]) -> None:
    keep_quiet(ODD)
    said = discreet_text(f"avant {write(ODD)} après")
    assert said.startswith("avant ") and said.endswith(" après") and "***" in said
    assert len(said) <= len("avant  après") + 20


def test_a_short_secret_hides_no_word() -> None:
    keep_quiet("le")
    assert discreet_text("le mandat") == "le mandat"


def test_libraries_threads_and_warnings_speak_through_the_same_door() -> None:
    with warnings.catch_warnings(), listening(verbose=False) as lines:
        warnings.simplefilter("always")
        logging.getLogger("sqlalchemy.engine").info("SELECT %s", IBAN)
        logging.getLogger("procrastinate.worker").error("Job %s failed", IBAN)
        warnings.warn(f"ResourceWarning {IBAN}", ResourceWarning, stacklevel=1)
        thread = threading.Thread(target=lambda: sqlite3.connect(":memory:").execute(f"SELECT {IBAN} x y"), name="fil")
        thread.start()
        thread.join()
    told = lines.read_all()
    assert [one["event"][:10] for one in told if "procrastinate" in str(one.get("logger"))] == ["Job FR76…3"]
    assert next(one for one in told if one["event"] == "thread_died")["thread"] == "fil"
    assert IBAN not in lines.getvalue()
    assert "SELECT" not in str(told[0])


def test_a_long_text_is_cut_after_it_was_masked() -> None:
    with listening() as lines:
        structlog.get_logger().info("told", text=f"{IBAN} " * 4000, raw=f"{IBAN}-".encode() * 4000)
        fail_with("x" * 90_000 + f" {IBAN} fin", ValueError)
    told = lines.read_all()
    assert len(told[0]["text"]) <= logs.LAST_WORDS
    assert "FR7619" not in lines.getvalue()
    assert not ibans_of(lines.getvalue())
    assert told[1]["exception"].endswith("FR76…3276 fin")


def test_a_service_tells_what_it_does_and_a_command_what_goes_wrong() -> None:
    with listening(verbose=False, service=True) as lines:
        structlog.get_logger().info("step_began")
        logging.getLogger("httpx").info("HTTP Request")
    assert [one["event"] for one in lines.read_all()] == ["step_began"]
    with listening(verbose=False) as lines:
        logs.speak_up()
        structlog.get_logger().info("step_began")
        structlog.get_logger().debug("detail")
    assert [one["event"] for one in lines.read_all()] == ["step_began"]
    with listening(verbose=False) as lines:
        structlog.get_logger().info("step_began")
        structlog.get_logger().warning("item_failed")
    (line,) = lines.read_all()
    assert (line["event"], line["level"], line["ts"][-1]) == ("item_failed", "warning", "Z")


def test_what_nobody_foresaw_is_shown_masked() -> None:
    shown = logs.trace_of(errors.ConfigError(f"base postgresql://a:chut@b, {IBAN}"))
    assert shown.endswith("base postgresql://***@b, FR76…3276\n")


@given(st.text(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_text_can_be_logged(text: str) -> None:
    assert isinstance(discreet_text(text), str)


def test_hostile_texts_take_no_more_time_than_their_length() -> None:
    """A name made to be looked at over and over would stop here for hours."""
    for one in (
        "a-" * 8000,
        "FR7" * 5000,
        "secret" * 3000,
        "://" + ":" * 16000,
        "<" * 16000,
        "x-" * 8000 + ":",
        "1 " * 8000,
    ):
        discreet_text(one)
