"""What a person does: checked, recorded with that person; the only way in for commands and pages."""
