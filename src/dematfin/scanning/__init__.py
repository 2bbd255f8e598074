"""Adapter: paper. Watched folders, the pages of a scan, their separator sheets, one PDF for each invoice."""
