"""Addresses that every record type has. A slug is only ever one of the declared ones."""

from __future__ import annotations

from django.urls import include, path, register_converter

from zhike.kernel.screens import by_slug
from zhike.records.views import cards, changes, lists


class SlugConverter:
    """Matches the address of a declared record type, nothing else."""

    regex = "[a-z][a-z-]{1,39}"

    def to_python(self, value: str) -> str:
        if by_slug(value) is None:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SlugConverter, "records")

of_a_type = [
    path("", lists.record_list, name="record_list"),
    path("count/", lists.count, name="record_count"),
    path("pick/", lists.pick, name="record_pick"),
    path("new/", changes.new, name="record_new"),
    path("bulk/<slug:name>/", changes.bulk, name="record_bulk"),
    path("<uuid:pk>/", cards.card, name="record_card"),
    path("<uuid:pk>/drawer/", cards.drawer, name="record_drawer"),
    path("<uuid:pk>/history/", cards.record_history, name="record_history"),
    path("<uuid:pk>/edit/", changes.edit, name="record_edit"),
    path("<uuid:pk>/cell/<slug:column>/", changes.cell, name="record_cell"),
]
# after everything else below a record: any action by its verb
any_action = [path("<records:slug>/<uuid:pk>/<slug:verb>/", changes.act, name="record_act")]

urlpatterns = [
    path("undo/<uuid:event_id>/", changes.undo, name="undo"),
    path("<records:slug>/", include(of_a_type)),
    *any_action,
]
