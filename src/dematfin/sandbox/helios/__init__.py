"""The DGFiP's side: the entry gate that answers flows, the comptable who pays or rejects mandats.

Its journal.jsonl tells what became of each flow, one line each:

integration    siret, codbud, exercice, type, numero, nomfic: a bordereau entered Hélios
refus          nomfic, bordereau (number and exercice) or piece, domaine, codes: what the gate refused
"""
