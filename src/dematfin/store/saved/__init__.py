"""Backups in a folder: made, rotated, tried, restored."""
