"""Floor 10: the doors for machines: REST and MCP."""
