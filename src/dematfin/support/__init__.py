"""Small technical pieces that adapters share; they know nothing of invoices."""
