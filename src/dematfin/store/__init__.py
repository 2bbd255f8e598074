"""What is remembered: the ledger, its journal, and the documents."""
