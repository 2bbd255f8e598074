"""The XML and the text that S²LOW wraps its answers in, oddities kept."""

from html import escape
from typing import Final

from dematfin.sandbox.server import Reply

XML: Final = "text/xml"
LATIN: Final = "iso-8859-1"


def imported(key: int | None, message: str) -> Reply:
    """Answer a deposit."""
    result = "OK" if key else "KO"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<import>\n'
        f"  <id>{key or ''}</id>\n  <resultat>{result}</resultat>\n  <message>{escape(message)}</message>\n</import>\n"
    )
    return Reply(body=text.encode(), media_type=XML, headers={"Content-Disposition": "attachment; filename=import.xml"})


def transaction(key: str, message: str, status: int | None) -> Reply:
    """Answer a status; `None` is a KO."""
    result = "KO" if status is None else "OK"
    shown = "" if status is None else str(status)
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<transaction >\n'
        f"        <id>{escape(key)}</id><resultat>{result}</resultat><message>{escape(message)}</message>"
        f"<status>{shown}</status>\n</transaction>\n"
    )
    return Reply(body=text.encode(LATIN, "xmlcharrefreplace"), media_type=XML)


def listed(authority: int, items: list[tuple[int, str, str]]) -> Reply:
    """Answer the list of unread retours; `resultat` is left empty when all is well."""
    rows = "".join(
        f"<pes_retour><id>{key}</id><nom>{escape(name)}</nom><date>{date}</date></pes_retour>"
        for key, name, date in items
    )
    text = (
        f"<liste><idColl>{authority}</idColl><resultat/><message>liste réussi</message>"
        f"<dateDemande>2026-01-31 03:12:45</dateDemande>{rows}</liste>"
    )
    return Reply(body=text.encode(), media_type=XML)


def no_retour(key: str, message: str) -> Reply:
    """Refuse a retour."""
    text = f"<get_retour><id>{escape(key)}</id><resultat>KO</resultat><message>{escape(message)}</message></get_retour>"
    return Reply(body=text.encode(), media_type=XML)


def marked(key: str, *, done: bool) -> Reply:
    """Answer a retour marked as read; the root is not the one that the documentation announces."""
    result, message = ("OK", "reussi de changer status") if done else ("KO", "retour id est vide ou incorrecte.")
    text = (
        f"<transaction><idRetour>{escape(key)}</idRetour><resultat>{result}</resultat>"
        f"<message>{message}</message></transaction>"
    )
    return Reply(body=text.encode(), media_type=XML)


def plain_ko(message: str) -> Reply:
    """Refuse in plain text, as the module does before it knows who calls."""
    return Reply(body=f"KO\n{message}".encode(LATIN), media_type="text/plain")


def to_login() -> Reply:
    """Send a browser to the login page; a program that follows it reads HTML with status 200."""
    return Reply(status=302, headers={"Location": "/login.php"}, media_type="text/html")


def login_page() -> Reply:
    """The login page itself."""
    return Reply(body=b"<html><body><form>Connexion</form></body></html>", media_type="text/html")
