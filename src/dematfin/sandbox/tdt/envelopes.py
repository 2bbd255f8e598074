"""The XML and the text that S²LOW wraps its answers in, oddities kept."""

from datetime import datetime
from html import escape
from typing import Final

from dematfin.sandbox.server import Reply

XML: Final = "text/xml"
LATIN: Final = "iso-8859-1"
LONGEST_MESSAGE: Final = 512


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
    words = escape(message[:LONGEST_MESSAGE])
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<transaction >\n'
        f"        <id>{escape(key)}</id><resultat>{result}</resultat><message>{words}</message>"
        f"<status>{shown}</status>\n</transaction>\n"
    )
    return Reply(body=text.encode(LATIN, "xmlcharrefreplace"), media_type=XML)


def listed(authority: int, items: list[tuple[int, str, str]]) -> Reply:
    """Answer the list of unread retours: `resultat` is left empty when all is well, the hour has twelve hours."""
    rows = "".join(
        f"<pes_retour><id>{key}</id><nom>{escape(name)}</nom><date>{date}</date></pes_retour>"
        for key, name, date in items
    )
    asked_at = f"{datetime.now():%Y-%m-%d %I:%M:%S}"
    text = (
        f"<liste><idColl>{authority}</idColl><resultat/><message>liste réussi</message>"
        f"<dateDemande>{asked_at}</dateDemande>{rows}</liste>"
    )
    return Reply(body=text.encode(), media_type=XML)


def no_list(message: str) -> Reply:
    """Refuse the list of retours."""
    text = f"<liste><idColl/><resultat>KO</resultat><message>{escape(message)}</message></liste>"
    return Reply(body=text.encode(), media_type=XML)


def no_retour(key: str, message: str) -> Reply:
    """Refuse a retour."""
    text = f"<get_retour><id>{escape(key)}</id><resultat>KO</resultat><message>{escape(message)}</message></get_retour>"
    return Reply(body=text.encode(), media_type=XML)


def marked(key: str) -> Reply:
    """Say that a retour is marked as read; the root is not the one that the documentation announces."""
    return _mark(key, "OK", "reussi de changer status")


def not_marked(key: str, message: str) -> Reply:
    """Refuse to mark a retour."""
    return _mark(key, "KO", message)


def plain_ko(message: str) -> Reply:
    """Refuse in plain text, as the module does before it knows who calls."""
    return Reply(body=f"KO\n{message}".encode(LATIN), media_type="text/plain")


def api_ko(message: str) -> Reply:
    """Refuse as the scripts that know they speak to a program do."""
    return Reply(body=f"KO\n{escape(message)}\n".encode(LATIN, "xmlcharrefreplace"), media_type="text/plain")


def elsewhere(page: str) -> Reply:
    """Send a browser to another page; a program that follows it reads HTML with status 200."""
    return Reply(status=302, headers={"Location": page}, media_type="text/html")


def login_page() -> Reply:
    """The login page itself."""
    return Reply(body=b"<html><body><form>Connexion</form></body></html>", media_type="text/html")


def _mark(key: str, result: str, message: str) -> Reply:
    text = (
        f"<transaction><idRetour>{escape(key)}</idRetour><resultat>{result}</resultat>"
        f"<message>{escape(message)}</message></transaction>"
    )
    return Reply(body=text.encode(), media_type=XML)
