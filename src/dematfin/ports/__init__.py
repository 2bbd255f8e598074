"""One small contract for each neighbour: domain types in, domain types out."""
