"""Addresses that every record type has. A slug is only ever one of the declared ones."""

from __future__ import annotations

from django.urls import include, path, register_converter

from zhike.kernel.screens import by_slug
from zhike.records.board import views as board_views
from zhike.records.custom import views as field_views
from zhike.records.exporting import views as export_views
from zhike.records.files import views as file_views
from zhike.records.importing import views as import_views
from zhike.records.ledger import views as ledger_views
from zhike.records.notices import views as notice_views
from zhike.records.savedviews import views as view_views
from zhike.records.summary import views as summary_views
from zhike.records.talk import views as talk_views
from zhike.records.views import cards, changes, commands, finding, lists
from zhike.records.work import views as work_views


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
    path("fields/", lists.fields, name="record_fields"),
    path("columns/", lists.columns, name="record_columns"),
    path("pick/", lists.pick, name="record_pick"),
    path("new/", changes.new, name="record_new"),
    path("import/", import_views.upload, name="record_import"),
    path("export/", export_views.export, name="record_export"),
    path("summary/", summary_views.page, name="record_summary"),
    path("board/", board_views.board, name="record_board"),
    path("board/lane/", board_views.lane, name="board_lane"),
    path("board/figures/", board_views.figures, name="board_figures"),
    path("views/", view_views.views, name="record_views"),
    path("views/new/", view_views.new, name="view_new"),
    path("views/order/", view_views.reorder, name="views_order"),
    path("views/<uuid:pk>/", view_views.change, name="view_change"),
    path("views/<uuid:pk>/keep/", view_views.keep, name="view_keep"),
    path("views/<uuid:pk>/delete/", view_views.delete, name="view_delete"),
    path("<uuid:pk>/files/", file_views.files, name="record_files"),
    path("<uuid:pk>/files/<uuid:file>/", file_views.download, name="record_file"),
    path("<uuid:pk>/files/<uuid:file>/remove/", file_views.remove, name="record_file_remove"),
    path("<uuid:pk>/comments/", talk_views.comments, name="record_comments"),
    path("<uuid:pk>/mentionable/", talk_views.mentionable, name="record_mentionable"),
    path("<uuid:pk>/tags/", talk_views.tags, name="record_tags"),
    path("bulk/<slug:name>/", commands.bulk, name="record_bulk"),
    path("<uuid:pk>/", cards.card, name="record_card"),
    path("<uuid:pk>/drawer/", cards.drawer, name="record_drawer"),
    path("<uuid:pk>/panel/<slug:key>/", cards.panel, name="record_panel"),
    path("<uuid:pk>/history/", cards.record_history, name="record_history"),
    path("<uuid:pk>/edit/", changes.edit, name="record_edit"),
    path("<uuid:pk>/cell/<slug:column>/", changes.cell, name="record_cell"),
    path("<uuid:pk>/lane/", board_views.move, name="board_move"),
    path("<uuid:pk>/reveal/<slug:column>/", cards.reveal, name="record_reveal"),
]
# after everything else below a record: any action by its verb
any_action = [path("<records:slug>/<uuid:pk>/<slug:verb>/", commands.act, name="record_act")]

own_pages = [
    path("search/", finding.find, name="search"),
    path("work/", work_views.works, name="works"),
    path("work/<uuid:pk>/", work_views.work, name="work"),
    path("work/<uuid:pk>/part/", work_views.part, name="work_part"),
    path("work/<uuid:pk>/cancel/", work_views.cancel, name="work_cancel"),
    path("imports/<uuid:pk>/", import_views.page, name="import"),
    path("imports/<uuid:pk>/errors.csv", import_views.errors, name="import_errors"),
    path("imports/<uuid:pk>/discard/", import_views.act, {"verb": "discard"}, name="import_discard"),
    path("imports/<uuid:pk>/resume/", import_views.act, {"verb": "resume"}, name="import_resume"),
    path("imports/<uuid:pk>/undo/", import_views.act, {"verb": "undo"}, name="import_undo"),
    path("exports/<uuid:pk>/", export_views.download, name="export_file"),
    path("settings/fields/", field_views.home, name="fields"),
    path("settings/fields/<slug:type_>/", field_views.fields, name="fields_of"),
    path("settings/fields/<slug:type_>/new/", field_views.new, name="field_new"),
    path("settings/fields/<slug:type_>/order/", field_views.order, name="fields_order"),
    path("settings/fields/<slug:type_>/<uuid:pk>/", field_views.change, name="field_change"),
    path("settings/fields/<slug:type_>/<uuid:pk>/<slug:verb>/", field_views.turn, name="field_turn"),
    path("settings/ledger/", ledger_views.ledger, name="ledger"),
    path("settings/ledger/export/", ledger_views.export, name="ledger_export"),
    path("settings/tags/", talk_views.tag_list, name="tag_list"),
    path("settings/tags/<slug:type_>/", talk_views.tag_list, name="tag_list_of"),
    path("settings/tags/<slug:type_>/<uuid:tag>/", talk_views.tag_change, name="tag_change"),
    path("notices/", notice_views.notices, name="notices"),
    path("notices/read/", notice_views.read, name="notices_read"),
    path("notices/unread/", notice_views.unread, name="notices_unread"),
]

urlpatterns = [
    *own_pages,
    path("undo/<uuid:event_id>/", commands.undo, name="undo"),
    path("undo/batch/<uuid:batch_id>/", commands.undo_bulk, name="undo_bulk"),
    path("<records:slug>/", include(of_a_type)),
    *any_action,
]
