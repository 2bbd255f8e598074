"""An S²LOW platform, as the software that deposits flows meets it.

What it received is told by its journal.jsonl, one line each, whatever the client believes:

depot          transaction, nomfic, octets, sha1, nom, statut, collectivite: a deposit was stored
depot_refuse   sha1, nom, message: a deposit was not
statut         transaction, statut, message: a transaction moved
suppression    transaction: an administrator deleted it
acquit_perdu   nomfic: an answer came that is of no transaction
acquit_servi   transaction, nomfic, sha1: the whole acquit was written to the client
retour_arrive  retour, nom, siret, collectivite: 0 when it goes to nobody
retour_servi   retour, nom: the whole retour was written to the client
retour_lu      retour, nom: a client said for the first time that it has it
"""
