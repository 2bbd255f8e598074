"""Figures made readable: pages and files for finance directors."""
