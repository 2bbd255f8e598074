"""Backups: what one says of itself, which are kept, whether they are what they should be."""
