"""A believable company to try everything on; above the whole house."""
