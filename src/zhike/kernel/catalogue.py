"""Sample data of the living catalogue: invented customers of an appliance maker, in Chinese and English."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.kernel import assets

SAMPLES = Path(__file__).parent / "templates/zhike/catalogue"
TONES = [
    *["bg", "surface", "sunken", "line", "line-2", "ink", "ink-2", "ink-3", "accent", "accent-soft"],
    *["danger", "danger-soft", "warn", "warn-soft", "ok", "ok-soft"],
]
MONTHS = [30, 28, 34, 27, 31, 30, 24, 26, 20, 16, 12, 3]
FILTER = {
    "all": [
        {"field": "region", "op": "is", "value": "east"},
        {"any": [{"field": "stage", "op": "in", "value": ["4"]}, {"field": "risk", "op": "gte", "value": 2}]},
    ]
}


class SampleForm(forms.Form):
    """One field of each sort, one of them wrong."""

    name = forms.CharField(label=_("Name"), help_text=_("Only the name is needed; everything else can follow."))
    level = forms.ChoiceField(label=_("Level"), choices=[("A", "A"), ("B", "B")])
    touched = forms.DateField(label=_("Last touch"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self) -> None:
        super().__init__({"name": "", "level": "A"})


def sample(language: str, now: datetime | None = None) -> dict[str, Any]:
    """Everything the catalogue's templates show; dates lie around `now`."""
    now = now or timezone.now()
    data = json.loads((SAMPLES / f"sample.{'zh' if language.startswith('zh') else 'en'}.json").read_text("utf-8"))
    for number, row in enumerate(data["rows"]):
        row |= {"id": str(number), "touched": (now - timedelta(row["days"])).date(), "down": row["stage"] > 3}
        row["months"] = [
            (12 - month if row["down"] else 9 + month % 4) + (number * 7 + month * 5) % 4 for month in range(12)
        ]
    words = data.pop("words")
    return {
        **data,
        "w": words,
        "tags": [{"label": words["unanswered"], "tone": "red"}],
        "now": now,
        "today": now.date(),
        "months": MONTHS,
        "tones": TONES,
        "icons": assets.icon_names(),
        "filter_json": json.dumps(FILTER),
        "options": {
            "xAxis": {"type": "category", "data": [str(month) for month in range(1, 13)]},
            "yAxis": {"type": "value"},
            "series": [{"type": "bar", "data": MONTHS, "barMaxWidth": 28}],
        },
    }
