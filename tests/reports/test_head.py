"""The head of what is sealed is on every paper that leaves, in one form: who keeps the paper keeps the proof."""

import io
import zipfile
from dataclasses import replace

from dematfin.domain.head import Head, parse_head
from dematfin.reports.writer import Writer
from reports.a_report import REPORT

HEAD = Head(sequence=1204, hash="8c1f" * 16)
SHOWN = f"1204:{'8c1f' * 8}"


def test_each_form_of_a_report_shows_it() -> None:
    report, writer = replace(REPORT, head=HEAD), Writer()
    with zipfile.ZipFile(io.BytesIO(writer.xlsx(report))) as book:
        xlsx = b"".join(map(book.read, book.namelist()))
    forms = (writer.html(report), xlsx, b"".join(writer.csv(report).values()), writer.json(report))
    assert [SHOWN.encode() in form for form in forms] == [True] * 4
    assert parse_head(SHOWN).begins(HEAD.hash) and str(parse_head(str(HEAD))) == str(HEAD)
