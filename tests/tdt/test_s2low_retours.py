"""Retours: what S²LOW brings back is believed only when it is what was asked for."""

import pytest

from dematfin.errors import BadAnswer, ConnectorError, Refused, Unreachable
from dematfin.ports.transmitter import ReturnItem
from dematfin.sandbox.server import Reply
from dematfin.tdt.s2low import S2low
from tdt.platform import LIST, MARK, RETOUR, Dictated, acquit, retour, xml

ITEM = ReturnItem(remote_id="7", name="PES2R.xml")


def test_retours_are_listed_even_without_a_name(platform: Dictated, s2low: S2low) -> None:
    rows = "<pes_retour><id>7</id><nom>PES2R.xml</nom></pes_retour><pes_retour><id>8</id></pes_retour>"
    platform.say(LIST, xml(f"<liste><resultat/>{rows}</liste>"))
    assert [(one.remote_id, one.name) for one in s2low.returns()] == [("7", "PES2R.xml"), ("8", "retour 8")]
    platform.say(LIST, xml("<liste><resultat/><message>liste vide</message></liste>"))
    assert s2low.returns() == ()
    platform.say(LIST, xml("<liste><resultat/><pes_retour><nom>PES2R.xml</nom></pes_retour></liste>"))
    with pytest.raises(BadAnswer, match="pas de numéro"):
        s2low.returns()


@pytest.mark.parametrize("key", ["../7", "7&amp;id=8", "-7", "9" * 30])
def test_a_retour_is_known_by_a_number(platform: Dictated, s2low: S2low, key: str) -> None:
    platform.say(LIST, xml(f"<liste><resultat/><pes_retour><id>{key}</id></pes_retour></liste>"))
    with pytest.raises(BadAnswer, match="pas de numéro"):
        s2low.returns()


@pytest.mark.parametrize("name", ["PES2R.xml", "retour.pdf", "../../etc/passwd", "é&lt;b&gt;\u202e\n" * 200])
def test_a_retour_comes_byte_for_byte_whatever_its_name(platform: Dictated, s2low: S2low, name: str) -> None:
    platform.say(LIST, xml(f"<liste><resultat/><pes_retour><id>7</id><nom>{name}</nom></pes_retour></liste>"))
    platform.say(RETOUR, Reply(body=retour(), media_type="application/octet-stream"))
    (item,) = s2low.returns()
    assert item.name.isprintable()
    assert len(item.name) <= 512
    assert s2low.fetch(item) == retour()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (xml("<get_retour><resultat>KO</resultat><message>retour id incorrect</message></get_retour>"), Refused),
        (Reply(body=b"<html/>"), BadAnswer),
        (Reply(body=retour(), cut=20), Unreachable),
        (Reply(body=b""), BadAnswer),
        (Reply(body=acquit("FLUX1")), BadAnswer),
    ],
)
def test_what_is_no_retour_is_not_stored_as_one(
    platform: Dictated, s2low: S2low, answer: Reply, kind: type[ConnectorError]
) -> None:
    platform.say(RETOUR, answer)
    with pytest.raises(kind, match=r"PES2R\.xml|S²LOW"):
        s2low.fetch(ITEM)


def test_an_acknowledgement_is_believed_only_when_it_is_said(platform: Dictated, s2low: S2low) -> None:
    platform.say(MARK, xml("<transaction><idRetour>7</idRetour><resultat>OK</resultat></transaction>"))
    s2low.acknowledge(ITEM)
    platform.say(MARK, xml("<transaction><resultat>KO</resultat><message>incorrecte</message></transaction>"))
    with pytest.raises(Refused, match="incorrecte"):
        s2low.acknowledge(ITEM)
    platform.say(MARK, xml("<transaction/>"))
    with pytest.raises(BadAnswer):
        s2low.acknowledge(ITEM)
