"""Addresses of customers' own pages; lists and cards come from records."""

from django.urls import URLPattern, path

from zhike.customers.pool import views as pool

urlpatterns: list[URLPattern] = [
    path("pool/", pool.pool, name="pool"),
    path("pool/count/", pool.count, name="pool_count"),
    path("pool/falling/", pool.falling, name="pool_falling"),
    path("settings/pools/", pool.pools, name="pools"),
    path("settings/pools/new/", pool.new, name="pool_new"),
    path("settings/pools/<uuid:pool_id>/", pool.edit, name="pool_edit"),
    path("settings/pools/<uuid:pool_id>/rehearsal/", pool.rehearsal, name="pool_rehearsal"),
    path("settings/pools/<uuid:pool_id>/switch/", pool.switch, name="pool_switch"),
]
