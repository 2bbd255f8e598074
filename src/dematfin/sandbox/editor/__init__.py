"""A finance software: it mandates the invoices that it is handed, exports its flows, reads what the DGFiP answers."""
