"""Whatever is typed wrong is refused in French, with the exit code of its kind, and changes nothing."""

import shlex
from collections.abc import Iterator

import pytest

from cli.office import Office, plain

USAGE, RULE, DOCUMENT = 2, 3, 4

WRONG = [
    ("nimporte", USAGE, "La commande 'nimporte' n'existe pas. Vouliez-vous dire 'importer' ?"),
    ("facture vior", USAGE, "Vouliez-vous dire 'voir' ?"),
    ("--nimporte", USAGE, "L'option --nimporte n'existe pas"),
    ("facture voir", USAGE, "Il manque l'argument FACTURE"),
    ("facture voir X --couleur", USAGE, "L'option --couleur n'existe pas"),
    ("facture voir A B", USAGE, "Argument en trop : B"),
    ("facture liste --json=oui", USAGE, "L'option --json s'écrit seule"),
    ("facture liste --etat perdue", USAGE, "au choix : annulée, délai interrompu"),
    ("etat -c", USAGE, "L'option -c attend une valeur"),
    ("visa viser F2026-000016", RULE, "F2026-000016 : donnez le jour où le service a été fait"),
    ("visa viser F2026-000016 --montant-admis peu", USAGE, "--montant-admis : « peu » n'est pas un montant"),
    ("visa viser F2026-000016 --service-fait hier", USAGE, "'hier' n'est pas une date (JJ/MM/AAAA)"),
    ("visa refuser F2026-000016 --motif AUTRE", USAGE, "L'option --commentaire est obligatoire"),
    ("visa refuser F2026-000016 --motif BOF --commentaire x", USAGE, "'BOF' n'est pas une valeur possible ('PAS_MON_"),
    ("mandat corriger M2026-000014 --nature abc", USAGE, "--nature : « abc » : des chiffres sont attendus"),
    (
        "budget ouvrir CCAS --exercice an --dernier-mandat 1 --dernier-bordereau 1",
        USAGE,
        "un nombre entier est attendu",
    ),
    ("budget ouvrir CCAS --exercice 26 --dernier-mandat 1 --dernier-bordereau 1", USAGE, "--exercice : 2000 au moins"),
    (
        "budget ouvrir CCAS --exercice 2027 --dernier-mandat -1 --dernier-bordereau 1",
        USAGE,
        "--dernier-mandat : 0 au m",
    ),
    (
        "budget ouvrir CCAS --exercice 2027 --dernier-mandat 1 --dernier-bordereau 1 --cumul beaucoup",
        USAGE,
        "--cumul : « beaucoup » n'est pas un montant",
    ),
    ("budget ouvrir CCAS --exercice 2027 --dernier-mandat 1 --dernier-bordereau 1 --cumul -1", USAGE, "négatif"),
    ("budget ouvrir CCAS --exercice 2027 --dernier-mandat 1 --dernier-bordereau 1 --cumul 12,345", USAGE, "« 12,345 »"),
    ("personne ajouter x --nom X --role chef", USAGE, "--role : 'chef' n'est pas une valeur possible"),
    ("facture voir F2026-999999", RULE, "« F2026-999999 » n'existe pas"),
    ("visa viser F2026-999999 --service-fait 20/11/2026", RULE, "« F2026-999999 » n'existe pas"),
    ("visa viser F2026-000001 --service-fait 01/11/2026", RULE, "F2026-000001 n'est pas en attente de visa"),
    ("visa viser F2026-000016 --service-fait 31/12/2099", RULE, "F2026-000016 : la date du service fait (31/12/2099)"),
    ("visa refuser F2026-000016 --motif AUTRE --commentaire ''", RULE, "F2026-000016 : un refus doit être expliqué"),
    ("bordereau voir COMMUNE-2026-99", RULE, "« COMMUNE-2026-99 » n'existe pas"),
    ("bordereau reprendre COMMUNE-2026-99", RULE, "« COMMUNE-2026-99 » n'existe pas"),
    ("bordereau envoyer-pieces M2026-999999", RULE, "« M2026-999999 » n'existe pas"),
    ("bordereau reprendre COMMUNE-2026-42", RULE, "COMMUNE-2026-42 n'a pas été refusé"),
    ("mandat corriger M2026-999999 --nature 6064", RULE, "« M2026-999999 » n'existe pas"),
    ("mandat corriger M2026-000001 --nature 6064", RULE, "M2026-000001 ne peut plus être corrigé"),
    ("mandat reemettre M2026-000001", RULE, "M2026-000001 n'a pas été rejeté"),
    (
        "budget ouvrir EAU --exercice 2026 --dernier-mandat 1 --dernier-bordereau 1",
        RULE,
        "Budgets configurés : COMMUNE",
    ),
    ("budget ouvrir CCAS --exercice 2026 --dernier-mandat 1 --dernier-bordereau 1", RULE, "déjà ouvert pour 2026"),
    ("engagement importer absent.csv", DOCUMENT, "absent.csv est illisible : fichier ou dossier absent"),
    ("tiers importer .", DOCUMENT, "c'est un dossier, pas un fichier"),
    ("rapport -o absent/rapport.html", DOCUMENT, "absent/rapport.html ne peut pas être écrite"),
    ("rapport -o .", DOCUMENT, "c'est un dossier"),
]


@pytest.fixture(scope="module")
def before() -> dict[str, str]:
    """Keep the head of the journal as it was before the first mistake."""
    return {}


@pytest.fixture(autouse=True)
def untouched(office: Office, before: dict[str, str]) -> Iterator[None]:
    """Check, after each mistake, that the journal is what it was before all of them."""
    head = before.setdefault("head", office.head())
    yield
    assert office.head() == head


@pytest.mark.parametrize(("typed", "code", "words"), WRONG, ids=[typed for typed, _, _ in WRONG])
def test_a_wrong_argument_is_refused_in_french(
    office: Office, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, words: str
) -> None:
    monkeypatch.chdir(office.folder)
    answer = office.alone(*shlex.split(typed))
    assert (answer.code, answer.out) == (code, "")
    assert answer.err.startswith("Erreur : ")
    assert words in answer.err
    plain(answer.err)


def test_a_command_without_its_folder_says_which_option_to_give(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.chdir(str(tmp_path))
    for words in (("etat",), ("etat", "-c", "absente.toml"), ("sandbox", "demarrer"), ("config", "verifier")):
        answer = office.alone(*words)
        assert answer.code == USAGE
        assert "Indiquez la bonne avec l'option -c" in answer.said
        plain(answer.said)


def test_a_demonstration_never_settles_on_somebody_s_files(
    office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("a-moi")
    (folder / "lettre.txt").write_text("précieux", encoding="utf-8")
    for wrong in (folder, folder / "lettre.txt", folder / "lettre.txt" / "demo"):
        answer = office.alone("demo", "--dossier", str(wrong))
        assert answer.code == USAGE
        assert "choisissez-en un autre" in answer.err.lower()
    assert [path.name for path in folder.iterdir()] == ["lettre.txt"]


def test_neighbours_are_only_started_for_a_demonstration(office: Office) -> None:
    real = office.folder.parent / "vraie.toml"
    text = office.config.read_text(encoding="utf-8")
    real.write_text(text[: text.index("[bac_a_sable]")], encoding="utf-8")
    answer = office.alone("sandbox", "demarrer", "-c", str(real))
    assert answer.code == USAGE
    assert "n'est pas celle d'une démonstration" in answer.err
