"""French for the words that the command-line library looks up through gettext, when it is imported.

So this module must be imported before it; it imports nothing heavy, for whoever only asks what commands there are.
"""

import gettext
from collections.abc import Callable
from typing import Final

WORDS: Final = {
    "Arguments": "Arguments",
    "Options": "Options",
    "Commands": "Commandes",
    "Error": "Erreur",
    "Aborted.": "Abandonné.",
    "Missing command.": "Il manque une commande.",
    "No such command {name!r}.": "La commande {name!r} n'existe pas.",
    "[default: {}]": "[par défaut : {}]",
    "[env var: {}]": "[variable : {}]",
    "[required]": "[obligatoire]",
    "(dynamic)": "(calculé)",
}

untranslated: Callable[[str], str] = gettext.gettext
gettext.gettext = lambda message: WORDS.get(message) or untranslated(message)
