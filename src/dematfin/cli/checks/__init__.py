"""What `diagnostic` looks at, one subject a file: each check yields lines, and writes nothing that lasts."""
