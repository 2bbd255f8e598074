"""How long what is kept must be kept, what may then be eliminated, and who said so."""
