"""Addresses of customers' own pages; lists and cards come from records."""

from django.urls import URLPattern, path

from zhike.customers.pool import views as pool
from zhike.customers.territories import views as territories

urlpatterns: list[URLPattern] = [
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
