"""PISTE and Chorus Pro, as a recipient of invoices meets them."""
