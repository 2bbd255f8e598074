"""Whose an answer is, is told by its head: 150 MiB are parsed once, by whoever applies them."""

import pytest

from dematfin.domain.mandat.deposit import Phase
from dematfin.errors import BadAnswer
from dematfin.ports.transmitter import ReturnItem
from dematfin.sandbox.server import Reply
from dematfin.tdt import heads
from dematfin.tdt.s2low import S2low
from tdt.platform import ACQUIT, RETOUR, STATUS, Dictated, acquit, status

ITEM = ReturnItem(remote_id="7", name="PES2R.xml")
LARGE = b"<ACQUIT>" + b"<ElementACQUIT/>" * 60_000 + b"</ACQUIT>"
END = b"</n:PES_ACQUIT>"
BARE = b'<%s><Enveloppe><Parametres><NomFic V="FLUX1"/></Parametres></Enveloppe></%s>'


@pytest.fixture
def never_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(heads, "check_bytes", whole)


@pytest.mark.usefixtures("never_parsed")
def test_a_large_acquit_is_not_parsed_here(platform: Dictated, s2low: S2low) -> None:
    data = acquit("FLUX1").replace(END, LARGE + END + b"\r\n")
    platform.say(STATUS, status("8"))
    platform.say(ACQUIT, Reply(body=data))
    assert s2low.follow("1", "FLUX1").acquit == data


@pytest.mark.usefixtures("never_parsed")
def test_a_large_retour_is_not_parsed_here(platform: Dictated, s2low: S2low) -> None:
    data = b"<n:PES_Retour xmlns:n='urn:x'>" + LARGE + b"</n:PES_Retour>"
    platform.say(RETOUR, Reply(body=data))
    assert s2low.fetch(ITEM) == data


@pytest.mark.parametrize(
    "data",
    [
        BARE % (b"pes_acquit", b"pes_acquit"),
        BARE % (b"PES_NonAcquit", b"PES_NonAcquit"),
        acquit("FLUX1") + b"<!-- fin -->",
        acquit("FLUX1").replace(b'"FLUX1"', b'" FLUX1 "'),
        acquit("FLUX1").decode("iso-8859-1").replace("ISO-8859-1", "UTF-16").encode("utf-16"),
        acquit("FLUX1").replace(END, LARGE + b"<ACQUIT></oups>" + END),
    ],
    ids=["lower case", "refused outright", "a comment after", "blanks", "utf-16", "broken further on"],
)
def test_an_acquit_of_ours_is_handed_over_as_it_came(platform: Dictated, s2low: S2low, data: bytes) -> None:
    """One that is broken further on too: whoever reads it says so to a person, rather than wait for ever."""
    platform.say(STATUS, status("8"))
    platform.say(ACQUIT, Reply(body=data))
    progress = s2low.follow("1", "FLUX1")
    assert (progress.phase, progress.acquit) == (Phase.ANSWERED, data)


@pytest.mark.parametrize("lost", [1, 5, 20, 500_000])
def test_what_lost_its_end_is_not_taken(platform: Dictated, s2low: S2low, lost: int) -> None:
    platform.say(STATUS, status("8"))
    platform.say(ACQUIT, Reply(body=acquit("FLUX1").replace(END, LARGE + END)[:-lost]))
    assert s2low.follow("1", "FLUX1").phase is Phase.WAITING
    platform.say(RETOUR, Reply(body=(b"<n:PES_Retour xmlns:n='urn:x'>" + LARGE + b"</n:PES_Retour>")[:-lost]))
    with pytest.raises(BadAnswer, match=r"PES2R\.xml"):
        s2low.fetch(ITEM)


@pytest.mark.parametrize("name", ["", "FLUX10", "flux1", "FLUX1 FLUX2"])
def test_an_acquit_that_names_another_flow_is_not_ours(platform: Dictated, s2low: S2low, name: str) -> None:
    platform.say(STATUS, status("8"))
    platform.say(ACQUIT, Reply(body=acquit(name)))
    progress = s2low.follow("1", "FLUX1")
    assert progress.phase is Phase.WAITING
    assert "abîmé, ou d'un autre flux" in progress.message


HEAD = (
    '<PES_ACQUIT xmlns="urn:a"><!-- <NomFic V="X"/> --><Enveloppe><Parametres>%s</Parametres></Enveloppe></PES_ACQUIT>'
)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('<!-- <NomFic V="FLUX2"/> --><NomFic V="FLUX1"/>', "FLUX1"),
        ('<Autre><![CDATA[<NomFic V="FLUX2"/>]]></Autre><NomFic V="FLUX1"/>', "FLUX1"),
        ('<Autre><NomFic V="FLUX2"/></Autre><NomFic V="FLUX1"/>', "FLUX1"),
        ('<NomFic V="FLUX1"/><NomFic V="FLUX1"/>', "FLUX1"),
        ('<x:NomFic xmlns:x="urn:b" V="FLUX2"/><NomFic V="FLUX1"/>', ""),
        ('<NomFic V="FLUX1"/><NomFic V="FLUX2"/>', ""),
        ('<NomFic x:V="FLUX2" xmlns:x="urn:b"/>', ""),
        ("<NomFic>FLUX1</NomFic>", ""),
        ('<NomFic V="FLUX1&#10;FLUX2"/>', ""),
    ],
)
def test_an_acquit_answers_the_one_flow_that_it_names(written: str, name: str) -> None:
    root = heads.root_of((HEAD % written).encode())
    assert root is not None
    assert heads.nomfic(root) == name


@pytest.mark.parametrize("end", [b"", b"\n", b"<!-- fin -->"])
def test_an_answer_is_whole_to_its_own_end(end: bytes) -> None:
    data = BARE % (b"PES_ACQUIT", b"PES_ACQUIT") + end
    root = heads.root_of(data)
    assert root is not None
    assert heads.is_whole(data, root)
    for kept in range(data.index(b"NomFic"), len(data) - len(end)):
        assert not heads.is_whole(data[:kept], root)
    assert not heads.is_whole(data + b"<br />Warning: Unknown", root)
