"""Running the product: server, backup, doctor, bench, catalogues. Above all capabilities."""
