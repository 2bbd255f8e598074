"""Certificates that must be refused, on either side, before a byte of a request goes by."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest

from dematfin.demo.folder import DemoFolder
from dematfin.demo.story import load
from dematfin.sandbox import bad_certificates, pki
from dematfin.sandbox.neighbours import Neighbours
from tdt.browsers import Platform, settle
from tdt.platform import TEST

PASSWORD = "TEST du client"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    authority = pki.make(pki.TDT_AC)
    client = pki.make_transport_pki(folder, PASSWORD, authority)
    bad_certificates.make(folder, PASSWORD, authority)
    pki.private(folder / "tdt-client-bon.pem", client.key_pem + client.pem)
    return folder


@pytest.fixture
def platform(tls: Path, tmp_path: Path) -> Platform:
    (tmp_path / "tdt-ac.pem").write_bytes((tls / "tdt-ac.pem").read_bytes())
    (tmp_path / "tdt-serveur.pem").write_bytes((tls / "tdt-serveur.pem").read_bytes())
    (tmp_path / "tdt-client.pem").write_bytes((tls / "tdt-client.pem").read_bytes())
    return settle(tmp_path, {"certificat": "tdt-client.pem"})


@contextmanager
def presenting(tls: Path, name: str) -> Iterator[httpx.Client]:
    context = ssl.create_default_context(cafile=tls / "tdt-ac.pem")
    context.load_cert_chain(tls / f"tdt-client-{name}.pem")
    with httpx.Client(verify=context, trust_env=False) as client:
        yield client


def test_the_good_ones_are_let_in(tls: Path, platform: Platform) -> None:
    with platform.running() as (_, url), presenting(tls, "bon") as client:
        assert client.get(url + TEST).text == "OK\n"


@pytest.mark.parametrize(("name", "alert"), [("expire", "expired"), ("etranger", "unknown ca")])
def test_a_client_that_is_none_of_ours_or_no_more_is_refused(
    tls: Path, platform: Platform, name: str, alert: str
) -> None:
    with (
        platform.running() as (_, url),
        presenting(tls, name) as client,
        pytest.raises(httpx.TransportError, match=alert),
    ):
        client.get(url + TEST)


@pytest.mark.parametrize(("name", "why"), [("expire", "expired"), ("etranger", "unable to get local issuer")])
def test_a_server_may_show_a_certificate_that_must_be_refused(
    tls: Path, platform: Platform, name: str, why: str
) -> None:
    bad = (tls / f"tdt-serveur-{name}.pem").read_bytes()
    (platform.folder / "tdt-serveur.pem").write_bytes(bad)
    with (
        platform.running() as (_, url),
        presenting(tls, "bon") as client,
        pytest.raises(httpx.ConnectError, match=why),
    ):
        client.get(url + TEST)


def test_a_world_may_choose_it(tls: Path, tmp_path: Path) -> None:
    demo = DemoFolder(root=tmp_path / "mairie")
    demo.prepare(load(date(2026, 3, 2)))
    described = demo.sandbox / "monde.json"
    world = json.loads(described.read_text(encoding="utf-8"))
    (demo.sandbox / "tls/mauvais.pem").write_bytes((tls / "tdt-serveur-expire.pem").read_bytes())
    world["tdt"]["certificat_serveur"] = "tls/mauvais.pem"
    described.write_text(json.dumps(world), encoding="utf-8")
    trusting = ssl.create_default_context(cafile=tls / "tdt-ac.pem")
    with (
        Neighbours(demo.sandbox) as neighbours,
        httpx.Client(verify=trusting, trust_env=False) as client,
        pytest.raises(httpx.ConnectError, match="expired"),
    ):
        client.get(neighbours.s2low_url + TEST)
