"""The parts of the report, in the order in which a manager asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhike.value.page.frame import Section
from zhike.value.page.voice import Voice

from .baskets import together
from .calls import thinning, win_back
from .cohorts import cohorts
from .future import forecast, lifetime
from .moves import bridge, migration
from .reading import reading
from .segments import lifecycle, ranking, rfm
from .shape import concentration, pyramid

if TYPE_CHECKING:
    from zhike.value.study import Study

PARTS = (
    pyramid,
    bridge,
    migration,
    thinning,
    win_back,
    ranking,
    concentration,
    rfm,
    lifecycle,
    cohorts,
    lifetime,
    together,
    forecast,
    reading,
)


def sections(study: Study, voice: Voice) -> list[Section]:
    """Every part; one that could not be computed says why."""
    return [part(study, voice) for part in PARTS]
