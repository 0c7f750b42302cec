"""Where the real data lies; pages stand alone, so this does not come from the kernel."""

from zhike.methods.tests.conftest import shared

__all__ = ["shared"]
