"""PES v2: flows for Hélios, and what it answers."""
