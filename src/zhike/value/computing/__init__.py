"""Every method once over the lines that count; a refusal stays in the place of its answer."""
