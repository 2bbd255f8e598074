"""Figures and lists that people look at, computed from what the ledger holds."""
