"""The record API: every declared type and every action as REST, with an OpenAPI document that is always of this minute."""
