"""Invoices: what they say, what becomes of them, what is wrong with them."""
