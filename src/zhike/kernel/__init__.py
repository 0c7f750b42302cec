"""Floor 1: actor, action registry, ledger, declarations, errors, ids, jobs, base models."""
