"""Floor 2: people, teams, roles, rights, tokens, sessions, second factor."""
