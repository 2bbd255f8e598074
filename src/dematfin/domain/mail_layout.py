"""How a mail is laid out: its opening, its sections, its closing; the same words in plain text and in HTML."""

from collections.abc import Iterable
from html import escape

from dematfin.domain.mail import Section


def plain(opening: Iterable[str], sections: Iterable[Section], closing: Iterable[str]) -> str:
    """Return it in plain text."""
    parts = ["\n\n".join(opening)]
    for section in sections:
        lines = [f"- {words}\n  {url}" if url else f"- {words}" for words, url in section.lines]
        parts.append("\n".join([section.title, "", *lines]))
    return "\n\n".join([*parts, *closing]) + "\n"


def page(opening: Iterable[str], sections: Iterable[Section], closing: Iterable[str]) -> str:
    """Return it as a page that asks nothing of anybody: no image, no style."""
    parts = [f"<p>{escape(words)}</p>" for words in opening]
    for section in sections:
        lines = "".join(f"<li>{_linked(words, url)}</li>" for words, url in section.lines)
        parts.append(f"<h2>{escape(section.title)}</h2>\n<ul>{lines}</ul>")
    parts += [f"<p><small>{escape(words)}</small></p>" for words in closing]
    body = "\n".join(parts)
    return f'<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"></head>\n<body>\n{body}\n</body></html>\n'


def _linked(words: str, url: str) -> str:
    """What begins the line, up to its first comma, leads there."""
    if not url:
        return escape(words)
    key, comma, rest = words.partition(",")
    return f'<a href="{escape(url)}">{escape(key)}</a>{comma}{escape(rest)}'
