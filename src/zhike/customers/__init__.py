"""Floor 4: parties, memberships, contact points, pool, merge, territories, scores received."""
