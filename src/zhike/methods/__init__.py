"""The mathematics: data in, a result object out; no Django, no database."""
