"""A bought i-Parapheur, by its SOAP web service (v4, and v5 by the same contract)."""
