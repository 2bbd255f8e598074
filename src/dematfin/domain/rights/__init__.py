"""Which right each act, each page and each command demands: the matrix of roles, written once."""
