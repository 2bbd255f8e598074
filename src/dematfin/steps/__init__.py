"""What a scheduler may run, one file a verb; needs no person, may be run again at will."""
