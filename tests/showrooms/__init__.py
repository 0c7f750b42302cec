"""A capability of a company's own: the showrooms its appliances stand in. Two files, and everything else follows."""
