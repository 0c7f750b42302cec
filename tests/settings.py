"""The product's settings, with one capability of a company's own beside it."""

import os

os.environ.setdefault("ZHIKE_FURTHER_CAPABILITIES", "tests.showrooms")

from zhike.config.settings import *  # noqa: F403

# Each test's client starts the middleware anew; static files are looked up when asked for, not all gathered each time.
WHITENOISE_AUTOREFRESH = True
