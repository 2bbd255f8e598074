"""The configuration: TOML, unknown keys refused, secrets only by reference; a file each, or several in one."""
