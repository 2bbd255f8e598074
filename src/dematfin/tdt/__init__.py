"""Tiers de télétransmission: the operators that carry flows to Hélios."""
