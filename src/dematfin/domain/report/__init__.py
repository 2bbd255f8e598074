"""Tables of figures for a period, pure functions of the facts; the same to the cent whenever they are asked for."""
