"""The finance software: registers in."""
