"""What an i-Parapheur may answer, over real HTTP: each failure has its name, and changes nothing by itself."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import pytest

from contracts.parapheur import PDF, dossier
from dematfin.errors import AccessDenied, BadAnswer, ConnectorError, Refused, UnknownOutcome, Unreachable
from dematfin.parapheur import bridge, client
from dematfin.parapheur.bridge import IParapheur
from dematfin.parapheur.creation import LARGEST
from dematfin.ports.parapheur import Paper, Phase
from dematfin.sandbox.iparapheur.app import ParapheurApp
from dematfin.sandbox.server import Reply, Request
from parapheur.platform import LOGIN, Pages, adapter, envelope, serving

KEY = dossier().id
OK = "<i:MessageRetour><i:codeRetour>OK</i:codeRetour></i:MessageRetour>"


@contextmanager
def saying(reply: Reply) -> Iterator[IParapheur]:
    """Lend our adapter before a server that always says the same."""
    with serving(lambda _: reply) as url:
        yield adapter(url)


@pytest.mark.parametrize(
    ("fault", "reading", "writing"),
    [
        ("unavailable", Unreachable, Unreachable),
        ("fault", Refused, UnknownOutcome),
        ("html", BadAnswer, UnknownOutcome),
    ],
)
def test_each_trouble_has_its_name(
    there: IParapheur, pages: Pages, fault: str, reading: type[Exception], writing: type[Exception]
) -> None:
    there.submit(dossier("DF-0"))  # what it demands is known from now on
    calls: tuple[tuple[Callable[[], object], type[Exception]], ...] = (
        (lambda: there.history(KEY), reading),
        (lambda: there.documents(KEY, 0), reading),
        (there.check, reading),
        (lambda: there.submit(dossier()), writing),
        (lambda: there.close(KEY, refused=False), writing),
        (lambda: there.withdraw(KEY), writing),
    )
    for call, error in calls:
        pages.commit(fault)
        with pytest.raises(error) as raised:
            call()
        assert type(raised.value) is error
        assert "i-Parapheur" in str(raised.value)


def test_32_an_answer_that_comes_too_late_is_a_lost_one(there: IParapheur, pages: Pages, app: ParapheurApp) -> None:
    there.submit(dossier("DF-0"))
    pages.commit("slow", times=2)
    with pytest.raises(UnknownOutcome, match="délai dépassé"):
        there.submit(dossier())
    with pytest.raises(Unreachable, match="délai dépassé"):
        there.check()
    there.submit(dossier())
    assert [one["id"] for one in app.folders.all()] == ["DF-0", KEY]


def test_32_a_creation_whose_answer_is_lost_is_sent_again_and_is_one(
    there: IParapheur, pages: Pages, app: ParapheurApp
) -> None:
    pages.commit("cut_after_create")
    with pytest.raises(UnknownOutcome, match="perdue"):
        there.submit(dossier())
    there.submit(dossier())
    assert [line["dossier"] for line in app.journal.lines() if line["what"] == "creation"] == [KEY]


def test_a_gateway_that_gives_up_leaves_a_write_unknown() -> None:
    for status in (502, 504):
        with serving(partial(_gateway, status=status)) as url:
            there = adapter(url)
            with pytest.raises(UnknownOutcome, match=str(status)):
                there.submit(dossier())
            with pytest.raises(Unreachable) as raised:
                there.check()
            assert type(raised.value) is Unreachable


def _gateway(request: Request, status: int) -> Reply:
    if b"GetMetaDonneesRequises" in request.body:
        return envelope("GetMetaDonneesRequisesPourTypeSoustype", "")
    return Reply(status=status, media_type="text/html")


def test_already_there_and_nowhere_to_be_found_is_said(there: IParapheur, pages: Pages) -> None:
    pages.commit("duplicate")
    with pytest.raises(BadAnswer, match="ne le trouve pas"):
        there.submit(dossier())


def test_a_folder_that_is_said_not_to_be_there_is_gone_for_now(there: IParapheur, pages: Pages) -> None:
    there.submit(dossier())
    pages.commit("introuvable")
    assert there.history(KEY).phase is Phase.GONE
    assert there.history(KEY).phase is Phase.WAITING


def test_odd_histories_are_read(there: IParapheur, pages: Pages) -> None:
    there.submit(dossier())
    pages.commit("unknown_status")
    odd = there.history(KEY)
    assert (odd.phase, odd.known, odd.status) == (Phase.WAITING, False, "EnCoursDeReve")
    pages.commit("single_log")
    one = there.history(KEY)
    assert (one.phase, one.known, one.status) == (Phase.WAITING, True, "EnCoursVisa")


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ("Vise RejetVisa Archive", []),  # put away there although it was refused: nobody has agreed
        ("Vise RejetVisa EnCoursVisa Vise Vise Archive", ["3", "4"]),
        ("Vise EnCoursVisa Vise Archive", ["0", "2"]),
    ],
)
def test_34_what_was_said_before_a_refusal_approves_nothing(statuses: str, said: list[str]) -> None:
    lines = "".join(
        f"<i:LogDossier><i:nom>{number}</i:nom><i:status>{status}</i:status></i:LogDossier>"
        for number, status in enumerate(statuses.split())
    )
    with saying(envelope("GetHistoDossier", lines)) as there:
        told = there.history(KEY)
    assert (told.phase, [one.name for one in told.said]) == (Phase.FINISHED, said)


def test_a_page_in_another_encoding_is_told_in_words_that_every_base_keeps() -> None:
    page = Reply(body="<html>Panne\x00</html>".encode("utf-16"), media_type="text/html")
    with saying(page) as there, pytest.raises(BadAnswer, match="incompréhensible") as raised:
        there.history(KEY)
    assert "\x00" not in str(raised.value)


@pytest.mark.parametrize("mtom", [False, True], ids=["plain", "mtom"])
def test_names_lose_their_quotes_and_files_no_byte(there: IParapheur, pages: Pages, *, mtom: bool) -> None:
    added = PDF + bytes(range(256)) * 300 + b"\r\n--\r\n\r\r\n\n--uuid:" + b"\n"
    there.submit(dossier())
    pages.annex(KEY, "bon.pdf", added)
    pages.visa(KEY)
    pages.commit("quoted_names")
    if mtom:
        pages.commit("mtom")
    (back,) = there.documents(KEY, 1).added
    assert (back.name, back.data) == ("bon.pdf", added)


def test_what_is_sent_is_safe_and_whole(there: IParapheur, app: ParapheurApp) -> None:
    sent = dossier(
        title='Facture "F/1" <b> & £ SARL\x00\ud800 : é',
        main=Paper(name="../../é\x00*.pdf", media_type="application/pdf", data=PDF),
        annexes=tuple(Paper(name="même.pdf", media_type="image/png", data=bytes([n])) for n in range(3)),
        annotation="x\x0b" * 600,
    )
    there.submit(sent)
    (row,) = app.folders.all()
    (main,) = app.folders.documents(KEY, main=True)
    annexes = app.folders.documents(KEY, main=False)
    assert (row["titre"], row["limite"], row["visibilite"]) == ("Facture F 1 b SARL é", "2026-03-09", "SERVICE")
    assert (main["nom"], main["media"], main["donnees"]) == ("e_.pdf", "application/pdf", PDF)
    assert [(one["nom"], one["donnees"]) for one in annexes] == [
        ("meme.pdf", b"\x00"),
        ("3-meme.pdf", b"\x01"),
        ("4-meme.pdf", b"\x02"),
    ]
    assert app.folders.metadata(KEY) == {"engagement": "BC26-00077", "montantttc": "120.00"}
    assert len(row["publique"]) <= 512


def test_too_heavy_a_folder_is_not_sent(there: IParapheur, app: ParapheurApp) -> None:
    heavy = Paper(name="x.pdf", media_type="application/pdf", data=bytes(LARGEST))
    with pytest.raises(Refused, match="pèsent 150 Mo"):
        there.submit(dossier(main=heavy))
    assert app.journal.lines() == []


def test_a_metadata_that_is_demanded_and_unknown_keeps_it_from_leaving(there: IParapheur, app: ParapheurApp) -> None:
    with pytest.raises(Refused, match="exige la métadonnée « engagement »"):
        there.submit(dossier(facts={"montantttc": "120.00"}))
    assert app.journal.lines() == []


@pytest.mark.parametrize("change", [{"mot_de_passe": "faux"}, {"identifiant": "autre"}])
def test_an_account_that_is_refused_is_told_as_such(url: str, change: dict[str, str]) -> None:
    with pytest.raises(AccessDenied, match="refuse notre compte"):
        adapter(url, **change).check()


def test_nobody_there_is_unreachable(url: str) -> None:
    with pytest.raises(Unreachable, match="ne répond pas"):
        adapter("http://127.0.0.1:1").check()


def test_an_echo_of_something_else_is_no_parapheur() -> None:
    with saying(envelope("echo", f"[{LOGIN}] bonjour")) as there, pytest.raises(BadAnswer, match="écho"):
        there.check()


LINE = f"<i:LogDossier><i:status>EnCoursVisa</i:status></i:LogDossier>{OK}"
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "reply",
    [
        envelope("GetHistoDossier", LINE, "<!DOCTYPE x>"),
        envelope("GetHistoDossier", LINE + "&a;", DOCTYPE),
        envelope("GetHistoDossier", "&b;" * 1000, BOMB),
        envelope("GetHistoDossier", OK),
        envelope("GetDossier", OK),
        Reply(body=b"", media_type="text/xml"),
        Reply(body=b"<a/>", media_type="text/xml"),
        Reply(body=b"\x00\x01", media_type="text/xml"),
        Reply(status=302, headers={"Location": "https://ailleurs.invalid/"}),
        Reply(status=404),
        Reply(status=500, body=b"<html>"),
        Reply(body=b"--x\r\n", media_type="multipart/related; boundary=y"),
        Reply(body=b"", media_type="multipart/related"),
        Reply(body=b"--x\r\n\r\n\r\n" * 600 + b"--x--", media_type="multipart/related; boundary=x"),
        replace(envelope("GetHistoDossier", OK), body=b"\xff" * 100),
        replace(envelope("GetHistoDossier", OK), headers={"Content-Encoding": "gzip"}),
    ],
)
def test_an_answer_that_is_none_is_a_bad_answer(reply: Reply) -> None:
    with saying(reply) as there, pytest.raises(BadAnswer):
        there.history(KEY)


def test_a_plain_answer_is_one() -> None:
    with saying(envelope("GetHistoDossier", LINE)) as there:
        assert there.history(KEY).phase is Phase.WAITING


def test_a_bomb_is_given_up_as_it_swells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "LARGEST", 1_000_000)
    packed = gzip.compress(b"<a>" + b"A" * 50_000_000)
    bomb = Reply(body=packed, media_type="text/xml", headers={"Content-Encoding": "gzip"})
    with saying(bomb) as there:
        for call in (lambda: there.documents(KEY, 0), lambda: there.history(KEY)):
            with pytest.raises(BadAnswer, match="dépasse"):
                call()


def annex(name: str, data: str = "JVBERi0xLjcK") -> str:
    return f"<i:DocAnnexe><i:nom>{name}</i:nom><i:fichier>{data}</i:fichier></i:DocAnnexe>"


def folder(*annexes: str, key: str = KEY) -> Reply:
    inside = f"<i:DossierID>{key}</i:DossierID><i:DocumentsAnnexes>{''.join(annexes)}</i:DocumentsAnnexes>{OK}"
    return envelope("GetDossier", inside)


INCLUDE = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:z"/>'


@pytest.mark.parametrize(
    ("reply", "sent", "words"),
    [
        (folder(annex("b.pdf"), key="DF-autre"), 0, "rend le dossier « DF-autre »"),
        (folder(annex("b.pdf"), key=""), 0, "sans nom"),
        (folder(), 0, "bordereau"),
        (folder(annex("a.pdf"), annex("b.pdf")), 3, "que 1 de nos 3"),
        (folder(*[annex("a.pdf")] * 300), 0, "300 documents"),
        (folder(annex("b.pdf", "%%%%")), 0, "mal codé"),
        (folder(annex("b.pdf", "JVBERi0xLjc")), 0, "mal codé"),
        (folder(annex("b.pdf", INCLUDE)), 0, "n'y est pas"),
    ],
)
def test_a_folder_that_is_not_whole_is_not_taken(reply: Reply, sent: int, words: str) -> None:
    with saying(reply) as there, pytest.raises(BadAnswer, match=words):
        there.documents(KEY, sent)


def test_one_document_alone_is_the_slip_and_a_name_is_only_a_name() -> None:
    with saying(folder(annex("../../etc/passwd"))) as there:
        back = there.documents(KEY, 2)
    assert (back.slip.name, back.slip.data, back.added) == ("../../etc/passwd", b"%PDF-1.7\n", ())


def test_33_a_private_annotation_is_neither_sent_nor_read(there: IParapheur, app: ParapheurApp) -> None:
    there.submit(dossier())
    assert app.folders.all()[0]["privee"] == ""
    private = "<i:AnnotationPrivee>Entre nous.</i:AnnotationPrivee>"
    reply = folder(annex("b.pdf"))
    reply = replace(reply, body=reply.body.replace(OK.encode(), private.encode() + OK.encode()))
    with saying(reply) as other:
        assert "Entre nous" not in repr(other.documents(KEY, 0))


def test_a_list_that_fails_makes_each_folder_be_asked_for() -> None:
    ko = "<i:MessageRetour><i:codeRetour>KO</i:codeRetour><i:message>Dossier supprimé</i:message></i:MessageRetour>"
    with saying(envelope("RechercherDossiers", ko)) as there:
        assert list(there.moved({"DF-1": "Lu", "DF-2": "Lu"})) == ["DF-1", "DF-2"]
    with saying(Reply(status=401)) as there, pytest.raises(AccessDenied):
        list(there.moved({"DF-1": "Lu"}))
    stranger = "<i:LogDossier><i:nom>DF-autre</i:nom><i:status>Archive</i:status></i:LogDossier>"
    with saying(envelope("RechercherDossiers", stranger)) as there:
        assert list(there.moved({"DF-1": "Lu"})) == ["DF-1"]


def test_a_missing_desk_is_not_a_missing_folder() -> None:
    ko = "<i:MessageRetour><i:codeRetour>KO</i:codeRetour><i:message>Bureau introuvable</i:message></i:MessageRetour>"
    with saying(envelope("ArchiverDossier", ko)) as there, pytest.raises(Refused, match="Bureau introuvable"):
        there.close(KEY, refused=False)


def test_taken_back_by_a_run_that_died_it_is_deleted_by_the_next(
    there: IParapheur, app: ParapheurApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.submit(dossier())
    ask = client.Line.ask

    def dies(line: client.Line, call: client.Call) -> client.Reply:
        if call.operation == "ArchiverDossier":
            raise Unreachable
        return ask(line, call)

    with monkeypatch.context() as cut:
        cut.setattr(client.Line, "ask", dies)
        with pytest.raises(Unreachable):
            there.withdraw(KEY)
    there.withdraw(KEY)
    assert app.folders.all() == []


def test_31_a_folder_that_ends_is_never_taken_back(there: IParapheur, pages: Pages, app: ParapheurApp) -> None:
    there.submit(dossier())
    pages.visa(KEY)
    with pytest.raises(Refused, match="remord"):
        there.withdraw(KEY)
    assert app.folders.get(KEY) is not None


def test_a_circuit_that_cannot_be_looked_at_is_told_with_its_reason(there: IParapheur, pages: Pages) -> None:
    pages.commit("fault")
    assert "NullPointerException" in there.routes()[0].trouble
    for fault in ("html", "unavailable"):
        pages.commit(fault)
        with pytest.raises(ConnectorError):
            there.routes()
