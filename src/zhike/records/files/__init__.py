"""Files on records: bytes stored once under a random key, seen by whoever sees the record at that moment."""
