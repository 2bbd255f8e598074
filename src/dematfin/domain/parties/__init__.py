"""Who is who: establishments, bank accounts, creditors, persons."""
