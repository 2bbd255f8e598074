"""Chorus Pro's answers, object by object, named as in its Swagger."""
