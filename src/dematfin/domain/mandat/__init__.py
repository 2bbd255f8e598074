"""Mandats, the bordereaux that list them, the flows that carry them, and what the DGFiP answers."""
