"""What two collectivités would mix up is refused, both are named, and the others work."""

from pathlib import Path

import pytest

from config.syndicat import A, B, C, block, in_a_folder, in_one_file, own
from config.test_several import wrong

SCANS = 'numerisation.depot = "scans"'
OWN_SCANS = 'numerisation.depot = "autres"'


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (SCANS, SCANS, "(numerisation.depot) et"),
        (SCANS, 'numerisation.factures = "autres/../scans/"', "(numerisation.factures)"),
        (SCANS, 'numerisation.factures = "scans/B"', "(numerisation.factures)"),
        ('numerisation.depot = "scans/a/b"', SCANS, "(numerisation.depot) et"),
        (SCANS, 'numerisation.depot = "lien"', "(numerisation.depot) et"),
        ('echange.depot_pes = "e"', 'echange.retours = "e"', "(echange.retours)"),
        ('echange.factures = "e"', 'echange.journal = "e"', "(echange.journal)"),
        ('tdt_dossier.depot = "t"', 'tdt_dossier.retour = "t"', "(tdt_dossier.retour)"),
        ('tdt_dossier.erreurs = "t"', 'tdt_dossier.traites = "t"', "(tdt_dossier.traites)"),
        ('tdt_dossier.depot = "t"', 'numerisation.factures = "t"', "(numerisation.factures)"),
    ],
)
def test_a_folder_out_of_which_each_takes_all_is_of_one_only(
    tmp_path: Path, first: str, second: str, words: str
) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "lien").symlink_to("scans")
    found = wrong(in_one_file(tmp_path, block(A, first), block(B, second), block(C, OWN_SCANS)))
    assert found[C] == ""
    assert "Commune 0420" in found[A] and "Commune 0510" in found[A]
    assert "Commune 0420" in found[B] and "Commune 0510" in found[B]
    assert words in found[A] and "se recouvrent" in found[B]


def test_a_watched_folder_that_all_inherit_is_refused_to_all_unless_each_has_its_own(tmp_path: Path) -> None:
    shared = (tmp_path / "x").name
    folder = in_a_folder(tmp_path / "d", {"a": own(A), "b": own(B), "c": own(C, OWN_SCANS)})
    common = folder / "commun.toml"
    before = common.read_text(encoding="utf-8")
    common.write_text(f'{before}[numerisation]\ndepot = "{shared}"\n', encoding="utf-8")
    found = wrong(folder)
    assert found[C] == "" and "se recouvrent" in found[A] and "se recouvrent" in found[B]
    common.write_text(f'{before}[numerisation]\ndepot = "{shared}/{{collectivite}}"\n', encoding="utf-8")
    assert wrong(folder) == {A: "", B: "", C: ""}


def test_base_documents_and_certificates_may_be_shared(tmp_path: Path) -> None:
    certificate = 'signature = { lieu = "ici", pkcs12 = "maire.p12" }'
    assert wrong(in_one_file(tmp_path, block(A, certificate), block(B, certificate))) == {A: "", B: ""}


@pytest.mark.parametrize("former", [False, True])
def test_a_budget_that_two_would_pay_is_refused_to_both(tmp_path: Path, *, former: bool) -> None:
    theirs = block(B).replace("{collectivite}", A)
    if former:
        theirs = block(B).replace('"00" }', f'"00", anciens_sirets = ["{A[:9]} {A[9:]}"] }}')
    found = wrong(in_one_file(tmp_path, block(A), theirs, block(C)))
    assert found[C] == ""
    for siret, other in ((A, "0510"), (B, "0420")):
        assert f"le budget de SIRET {A} est aussi celui de Commune {other}" in found[siret]
        assert "payées deux fois" in found[siret]


S2LOW = """
tdt_dossier = false
s2low = {{ url = "https://s2low.test", certificat = "{}", mot_de_passe_certificat = "secret:t"{} }}
"""
LOGIN = ', identifiant = "b", mot_de_passe = "secret:b"'


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ('chorus.compte = "TECH_1"', 'chorus.compte = "TECH_1"', "le compte technique TECH_1 de Chorus Pro"),
        (
            'chorus.compte = "TECH_1"',
            'chorus.autres_comptes = [{ compte = "TECH_1", mot_de_passe = "secret:x" }]',
            "chacune importerait les factures de l'autre",
        ),
        (
            'chorus.compte = "TECH_1"\nchorus.url_api = "https://api.piste.gouv.fr"',
            'chorus.compte = "TECH_1"\nchorus.url_api = "https://API.piste.gouv.fr/"',
            "le compte technique TECH_1 de Chorus Pro",
        ),
        (S2LOW.format("t.p12", ""), S2LOW.format("./x/../t.p12", ""), "prendrait les réponses du comptable à l'autre"),
        (
            S2LOW.format("t.p12", ""),
            S2LOW.format("t.p12", "").replace(".test", ".test/"),
            "prendrait les réponses du comptable à l'autre",
        ),
    ],
    ids=["chorus", "another", "spelt", "s2low", "slash"],
)
def test_an_account_that_gives_what_is_for_both_is_of_one_only(
    tmp_path: Path, first: str, second: str, words: str
) -> None:
    found = wrong(in_one_file(tmp_path, block(A, first), block(B, second), block(C)))
    assert found[C] == ""
    assert words in found[A] and "Commune 0510" in found[A]
    assert words in found[B] and "Commune 0420" in found[B]


def test_a_copy_of_a_certificate_is_the_same_account(tmp_path: Path) -> None:
    for name, content in (("a.p12", b"one"), ("b.p12", b"one"), ("c.p12", b"another")):
        (tmp_path / name).write_bytes(content)
    names = zip((A, B, C), "abc", strict=True)
    found = wrong(in_one_file(tmp_path, *(block(siret, S2LOW.format(f"{name}.p12", "")) for siret, name in names)))
    assert found[C] == ""
    assert "certificat d'empreinte" in found[A] and "Commune 0420" in found[B]


def test_two_accounts_on_one_certificate_are_two(tmp_path: Path) -> None:
    two = in_one_file(tmp_path, block(A, S2LOW.format("t.p12", "")), block(B, S2LOW.format("t.p12", LOGIN)))
    assert wrong(two) == {A: "", B: ""}


def test_a_siret_that_comes_twice_stops_these_two_only(tmp_path: Path) -> None:
    folder = in_a_folder(tmp_path / "d", {"a": own(A), "copie": own(A), "c": own(C)})
    found = wrong(folder)
    assert found[C] == ""
    assert f"le SIRET {A} est celui de deux configurations" in found[A]
    assert f"{folder}/a.toml" in found[A] and f"{folder}/copie.toml" in found[A]


def test_a_key_of_another_kind_is_left_to_whoever_judges_it(tmp_path: Path) -> None:
    odd = "numerisation.depot = 3\nechange = [1]\ns2low = { certificat = 3 }"
    blocks = [block(siret, odd).replace('siret = "{collectivite}", ', "") for siret in (A, B)]
    found = wrong(in_one_file(tmp_path, *blocks))
    assert "budgets.0.siret : clé obligatoire absente" in found[A]
    assert "numerisation.depot : chemin attendu" in found[A] and "numerisation.depot : chemin attendu" in found[B]


def test_those_whose_siret_is_wrong_are_told_so_and_nothing_else(tmp_path: Path) -> None:
    found = wrong(
        in_one_file(tmp_path, block("21990042000016", SCANS), block("21990051000014", SCANS), block(C, SCANS))
    )
    assert [("SIRET invalide (clé fausse)" in said, said == "") for said in found.values()] == [
        (True, False),
        (True, False),
        (False, True),
    ]
