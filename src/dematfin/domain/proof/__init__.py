"""The proof of one invoice: what an auditor takes away, and can verify without us."""
