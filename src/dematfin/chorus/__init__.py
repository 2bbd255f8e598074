"""Chorus Pro, through PISTE: the invoices of our suppliers, and what we tell them."""
