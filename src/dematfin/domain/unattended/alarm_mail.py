"""The words of a mail on what needs a person: what is new first, then what lasts."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

from dematfin.domain.mail import Mail, Section, one_line
from dematfin.domain.mail_layout import page, plain
from dematfin.domain.unattended.alarm import Message
from dematfin.domain.unattended.trouble import LONGEST, Trouble

MOST: Final = 100
"""Lines of a section; what comes after is counted."""


def compose(message: Message, collectivite: str, web_url: str) -> Mail:
    """Write a message down as a mail."""
    opening = ["Bonjour,", f"{one_line(collectivite)} : {_count(message)}."]
    sections = tuple(_sections(message))
    where = f"Les pages : {web_url}. " if web_url else ""
    guide = "Tout ce qui demande quelqu'un : dematfin etat. Ce qui manque à la machine : dematfin diagnostic."
    once = "Ce qui est écrit ici n'est pas redit avant une semaine."
    closing = [
        f"{where}{guide} Rien ne se décide en répondant à ce courriel.",
        f"Courriel automatique de dematfin, {one_line(collectivite)}. {once}",
    ]
    return Mail(
        id=_id(message),
        name="",
        address=message.recipient,
        subject=f"À traiter : {_count(message)}",
        text=plain(opening, sections, closing),
        html=page(opening, sections, closing),
    )


def _id(message: Message) -> str:
    """The same troubles on the same day are the same mail."""
    keys = sorted(one.key for one in (*message.new, *message.lasting))
    said = "\n".join([message.recipient, message.today.isoformat(), *keys])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _count(message: Message) -> str:
    new, lasting = len(message.new), len(message.lasting)
    parts = [f"{new} {'point nouveau' if new == 1 else 'points nouveaux'}"] if new else []
    parts += [f"{lasting} {'point qui dure' if lasting == 1 else 'points qui durent'}"] if lasting else []
    return ", ".join(parts)


def _sections(message: Message) -> Iterator[Section]:
    for title, found in (("Nouveau", message.new), ("Déjà signalé, et qui dure", message.lasting)):
        if found:
            yield Section(title=title, lines=tuple((words, "") for words in _lines(found)))


def _lines(found: Sequence[Trouble]) -> Iterator[str]:
    yield from (one_line(one.sentence, LONGEST + 1) for one in found[:MOST])
    if len(found) > MOST:
        yield f"Et {len(found) - MOST} autres : dematfin etat"
