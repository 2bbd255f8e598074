"""Every collected flow of a finance software goes the whole way: imported, completed, signed, sent, paid."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from acceptance.beside import SCHEMAS, Beside, beside
from acceptance.samples import SAMPLES, Sample
from dematfin.acts import editor_flows
from dematfin.domain.editor.editor_flow import EditorFlowState
from dematfin.domain.editor.pairing import DECIDED, PairingState
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.flux import FluxState
from dematfin.errors import DematfinError
from dematfin.pes.reader import Reader
from dematfin.pes.validate import Schemas
from dematfin.sandbox import pki
from dematfin.sandbox.iparapheur.signing import sign
from examples import AGENT, MAIRE
from official import needs_official, needs_xmlsec1
from signature.town import Town, found_town
from tdt.platform import PASSWORD
from xmlsec import verified

READER: Final = Reader(Schemas(SCHEMAS))
SIGNED: Final = SAMPLES[-1]
SCHEMA: Final = SCHEMAS / "PES_V2/Rev0/PES_Aller.xsd"
NAME: Final = re.compile(rb"</?\??([A-Za-z_]+)")
PIECES: Final = {"PES_PJ", "EnTetePES_PJ", "IdVer", "PJ", "Contenu", "Fichier", "Description", "TypePJ"}
ADDED: Final = PIECES | {"PJRef", "Support", "IdUnique", "NomPJ", "InfoDematerialisee"}
"""All that may appear in an editor's flow; what is not there is never changed."""
pytestmark = [needs_official, needs_xmlsec1]
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return found_town(tmp_path_factory.mktemp("ville"))


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    pki.make_transport_pki(folder, PASSWORD)
    return folder


def budget(sample: Sample, folder: Path) -> Budget:
    """Return the budget that a sample is of, as configured by a town that knows its own codes."""
    flow = READER.aller(sample.written(folder, sample.repaired()))
    return Budget(
        siret=flow.siret, code="ESSAI", label="ESSAI", post=flow.post, cod_col=flow.cod_col, cod_bud=flow.cod_bud
    )


@pytest.fixture
def office(sample: Sample, tmp_path: Path, town: Town, tls: Path) -> Iterator[Beside]:
    with beside(tmp_path, town, tls, budget(sample, tmp_path)) as settled:
        for key in sample.elsewhere:
            settled.registry.take_piece(key)
        yield settled


def imported(office: Beside, sample: Sample, path: Path) -> str:
    """Import a flow, and decide what is not certain: what pays an invoice of ours, what pays none."""
    invoices = {paid.mandat: office.supplier_bills(paid).id for paid in sample.paid}
    flow = editor_flows.bring_in(office.app, AGENT, path, path.name).flow
    for row in editor_flows.review(office.app, AGENT, flow.id).rows:
        pairing, number = row.pairing, row.pairing.claim.mandat
        if pairing.state in DECIDED:
            assert pairing.invoice_id == invoices.get(number, "")
        elif number in invoices:
            editor_flows.choose(office.app, AGENT, flow.id, pairing.claim.key, invoices[number])
        else:
            editor_flows.exempt(office.app, AGENT, flow.id, pairing.claim.key, "Flux d'essai, sans facture.")
    return flow.id


@each_sample
def test_it_is_refused_in_words_then_repaired_it_goes_the_whole_way(
    sample: Sample, office: Beside, town: Town, tmp_path: Path
) -> None:
    if sample.repairs:
        told = refusal(office, sample.written(tmp_path, sample.as_it_is()))
        assert any(word in told for word in (*sample.words, *sample.at_the_door)), told
        assert editor_flows.listed(office.app, AGENT) == ()
    path = sample.written(tmp_path, sample.repaired())
    key = imported(office, sample, path)
    notes = office.prepare()
    assert ["s'appelle maintenant" in note for note in notes] == [True] * sample.renamed
    assert editor_flows.review(office.app, AGENT, key).flow.state is EditorFlowState.COMPLETED
    flux = office.flux(FluxState.BUILT)
    with office.app.documents.local(flux.unsigned) as bare:
        lost, gained = differences(path, bare)
    assert lost == sample.changed
    assert gained <= ADDED | set(sample.changed)
    office.sign()
    signed = office.flux(FluxState.SIGNED)
    assert signed.signed is not None
    with office.app.documents.local(signed.signed) as file:
        etree.XMLSchema(file=str(SCHEMA)).assertValid(etree.parse(file))
        assert all(verified(file, town))
    office.send_and_follow()
    office.flux(FluxState.ACKNOWLEDGED)


def refusal(office: Beside, path: Path) -> str:
    """Import what is not good; return what is said of it."""
    with pytest.raises(DematfinError) as refused:
        editor_flows.bring_in(office.app, AGENT, path, path.name)
    return str(refused.value)


def differences(before: Path, after: Path) -> tuple[tuple[str, ...], set[str]]:
    """Return, by `diff` and nobody of ours, the tags that a flow lost, in order, and those that it gained."""
    for one, place in ((before, "avant"), (after, "apres")):
        before.with_suffix(f".{place}").write_bytes(one.read_bytes().replace(b"<", b"\n<"))
    places = (before.with_suffix(".avant"), before.with_suffix(".apres"))
    said = subprocess.run(["diff", "--text", "--ignore-blank-lines", *places], capture_output=True, check=False).stdout
    lost = tuple(NAME.findall(line)[0].decode() for line in said.splitlines() if line.startswith(b"< <"))
    return lost, {one.decode() for one in NAME.findall(b"\n".join(re.findall(rb"^> .*", said, re.MULTILINE)))}


@pytest.mark.parametrize("sample", [SIGNED], ids=["stela"])
def test_signed_by_whom_it_should_it_is_carried_byte_for_byte(
    sample: Sample, office: Beside, town: Town, tmp_path: Path
) -> None:
    data = sign(sample.repaired(), town.mayor, office.app.clock.now() - timedelta(minutes=1))
    path = sample.written(tmp_path, named(data))
    imported(office, sample, path)
    assert "aucune personne de ce nom n'a le rôle ordonnateur" in office.prepare()[0]
    with office.app.ledger.transaction() as books:
        books.save(replace(MAIRE, name="Jeanne Test-Maire"))
    assert office.prepare() == ()
    office.send_and_follow()
    flux = office.flux(FluxState.ACKNOWLEDGED)
    assert flux.signed is not None
    with office.app.documents.open(flux.signed) as kept:
        assert kept.read() == path.read_bytes()
    (received,) = (tmp_path / "tdt" / "flux").glob("*.xml")
    assert received.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("sample", [SIGNED], ids=["stela"])
def test_signed_by_one_whose_certificate_has_expired_it_does_not_leave(
    sample: Sample, office: Beside, town: Town, tmp_path: Path
) -> None:
    former = pki.make(replace(pki.MAYOR, starts=timedelta(days=-400), lasts=timedelta(days=30)), town.ac)
    path = sample.written(tmp_path, named(sign(sample.repaired(), former, office.app.clock.now())))
    with pytest.raises(DematfinError, match="certificat"):
        held(office, sample, path)


def held(office: Beside, sample: Sample, path: Path) -> None:
    """Import and prepare; whoever refuses says why."""
    imported(office, sample, path)
    if told := office.prepare():
        raise DematfinError(" ".join(told))


def named(flow: bytes) -> bytes:
    """Give a flow a name that a TdT takes: the header is not signed."""
    return flow.replace(b"PESALR1M_AGENCE COM20170928120310.694907", b"PESALR1M-20170928120310")


@pytest.mark.parametrize("sample", [SAMPLES[1]], ids=["marche"])
def test_the_same_flow_twice_is_one_import(sample: Sample, office: Beside, tmp_path: Path) -> None:
    path = sample.written(tmp_path, sample.repaired())
    first = editor_flows.bring_in(office.app, AGENT, path, path.name)
    again = editor_flows.bring_in(office.app, AGENT, path, path.name)
    assert (first.again, again.again, again.flow.id) == (False, True, first.flow.id)


@pytest.mark.parametrize("sample", [SAMPLES[0]], ids=["certain"])
def test_what_names_its_supplier_its_number_and_its_amount_is_matched_by_itself(
    sample: Sample, office: Beside, tmp_path: Path
) -> None:
    undated = re.sub(rb"<DGP>.*?</DGP>", b"", sample.repaired(), flags=re.DOTALL)  # it is of another year than today's
    path = sample.written(tmp_path, undated)
    invoices = [office.supplier_bills(paid).id for paid in sample.paid]
    flow = editor_flows.bring_in(office.app, AGENT, path, path.name).flow
    rows = editor_flows.review(office.app, AGENT, flow.id).in_state(PairingState.CERTAIN)
    assert [row.pairing.invoice_id for row in rows] == invoices
