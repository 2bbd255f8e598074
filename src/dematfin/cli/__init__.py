"""Commands, in French, for people who are not programmers."""
