"""An S²LOW platform, as the software that deposits flows meets it."""
