"""The neighbours, simulated over real HTTP(S) from their published protocols; imports nothing of the product."""
