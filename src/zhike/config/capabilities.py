"""The capabilities, from the bottom up: an explicit list instead of a plug-in registry."""

CAPABILITIES = (
    "zhike.kernel",
    "zhike.identity",
    "zhike.records",
    "zhike.customers",
    "zhike.activities",
    "zhike.connect",
    "zhike.desk",
)
