"""All that is looked at: what runs, what it stands on, how it goes by itself, what it talks to."""

from typing import Final

from dematfin.cli.checks import (
    certificates,
    database,
    hours,
    keeping,
    links,
    machine,
    rights,
    runs,
    sections,
    strangers,
    volumes,
)
from dematfin.cli.checks.examined import Check

MACHINE: Final = (
    Check(subject="programme", look=machine.versions),
    Check(subject="langue du système", look=machine.locale),
    Check(subject="compte du système", look=machine.account),
)
"""The same for every collectivité of a configuration."""
FILE: Final = Check(subject="fichier de configuration", look=sections.file)
"""Without it, the rest cannot be looked at."""
REST: Final = (
    Check(subject="extensions", look=machine.extras),
    Check(subject="droits de la configuration", look=rights.configuration),
    Check(subject=rights.SECRETS, look=rights.secrets),
    Check(subject=rights.WRITING, look=rights.writing),
    Check(subject=strangers.SUBJECT, look=strangers.places),
    Check(subject=volumes.KIND, look=volumes.kind),
    Check(subject=volumes.TOGETHER, look=volumes.together),
    Check(subject="place", look=volumes.room),
    Check(subject=database.ENGINE, look=database.engine),
    Check(subject=database.TABLES, look=database.tables),
    Check(subject=database.HEALTH, look=database.health, seconds=120),
    Check(subject=database.JOURNAL, look=database.journal, seconds=120),
    Check(subject=database.RESTORED, look=database.restored),
    Check(subject=hours.CLOCK, look=hours.clock),
    Check(subject=keeping.BACKUPS, look=keeping.backups),
    Check(subject=keeping.DOCUMENTS, look=keeping.documents, seconds=60),
    Check(subject=keeping.SCHEMAS, look=keeping.schemas, seconds=60),
    Check(subject=certificates.SIGNING, look=certificates.signing, seconds=60),
    Check(subject=certificates.TRUST, look=certificates.trust),
    Check(subject=certificates.LINK, look=certificates.link),
    Check(subject=certificates.PASSWORD, look=certificates.password),
    Check(subject=runs.HOURS, look=runs.schedules),
    Check(subject=runs.STEPS, look=runs.steps),
    Check(subject=runs.LEASES, look=runs.leases),
    Check(subject="alertes", look=runs.alarms),
    Check(subject="adresse des pages", look=sections.web),
    Check(subject=sections.MAIL, look=sections.told),
    Check(subject="numérisation", look=links.paper),
    Check(subject="dossiers d'échange", look=links.exchange),
    Check(subject="dossiers du TdT", look=links.folders),
    Check(subject="Chorus Pro", look=links.chorus, seconds=30, remote=True),
    Check(subject="S²LOW", look=links.tdt, seconds=30, remote=True),
    Check(subject="i-Parapheur", look=links.parapheur, seconds=30, remote=True),
    Check(subject="serveur de courriel", look=links.mail, seconds=30, remote=True),
)
