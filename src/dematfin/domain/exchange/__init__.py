"""What is handed over to the finance software: which rows, which files, under which names, and what became of each."""
