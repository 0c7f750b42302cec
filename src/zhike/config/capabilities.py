"""The capabilities, from the bottom up: an explicit list instead of a plug-in registry."""

import os

# a company's own capabilities, kept beside the product: names of packages, separated by commas
FURTHER = tuple(name for name in os.environ.get("ZHIKE_FURTHER_CAPABILITIES", "").split(",") if name)

CAPABILITIES = (
    "zhike.kernel",
    "zhike.identity",
    "zhike.records",
    "zhike.customers",
    "zhike.activities",
    *FURTHER,
    "zhike.connect",
    "zhike.desk",
)
