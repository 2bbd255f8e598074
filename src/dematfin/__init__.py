"""Accounts payable of French local authorities, from Chorus Pro to the payment."""

__version__ = "0.1.0"
