"""Addresses of customers' own pages; lists and cards come from records."""

from django.urls import URLPattern, path

from zhike.customers.handover import views as handover
from zhike.customers.merging import views as merging
from zhike.customers.pool import views as pool
from zhike.customers.territories import views as territories

urlpatterns: list[URLPattern] = [
    path("customers/similar/", merging.similar, name="similar"),
    path("customers/duplicates/", merging.duplicates, name="duplicates"),
    path("customers/duplicates/find/", merging.find, name="duplicates_find"),
    path("customers/duplicates/different/", merging.different, name="duplicates_different"),
    path("customers/duplicates/later/", merging.later, name="duplicates_later"),
    path("customers/<uuid:pk>/merge/", merging.choose, name="merge_choose"),
    path("customers/<uuid:pk>/merge/<uuid:other>/", merging.merge, name="merge"),
    path("customers/merges/<uuid:pk>/undo/", merging.undo, name="merge_undo"),
    path("settings/people/<uuid:person_id>/handover/", handover.handover, name="handover"),
    path("pool/", pool.pool, name="pool"),
    path("pool/count/", pool.count, name="pool_count"),
    path("pool/falling/", pool.falling, name="pool_falling"),
    path("settings/pools/", pool.pools, name="pools"),
    path("settings/pools/new/", pool.new, name="pool_new"),
    path("settings/pools/<uuid:pool_id>/", pool.edit, name="pool_edit"),
    path("settings/pools/<uuid:pool_id>/rehearsal/", pool.rehearsal, name="pool_rehearsal"),
    path("settings/pools/<uuid:pool_id>/switch/", pool.switch, name="pool_switch"),
    path("settings/territories/", territories.rules, name="territories"),
    path("settings/territories/new/", territories.new, name="territory_new"),
    path("settings/territories/anew/", territories.anew, name="territory_anew"),
    path("settings/territories/<uuid:rule_id>/", territories.edit, name="territory_edit"),
    path("settings/territories/<uuid:rule_id>/<slug:verb>/", territories.turn, name="territory_turn"),
]
