"""Addresses of the desk: Today, the customer page, its brief, and the sheet to log a touch."""

from django.urls import URLPattern, URLResolver, path

from zhike.desk.views import customer, log, today

urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("done/<uuid:pk>/", today.done, name="task_done"),
    path("later/<uuid:pk>/", today.later, name="task_later"),
    path("guess/", log.guess, name="guess"),
    path("log/", log.sheet, name="log"),
    path("log/customers/", log.customers, name="log_customers"),
    path("log/people/", log.people, name="log_people"),
    path("customers/<uuid:pk>/", customer.page, name="customer"),
    path("customers/<uuid:pk>/drawer/", customer.drawer, name="customer_drawer"),
    path("customers/<uuid:pk>/points/<uuid:point>/", customer.point, name="customer_point"),
    path("customers/<uuid:pk>/timeline/", customer.timeline, name="customer_timeline"),
    path("customers/<uuid:pk>/brief/", customer.brief, name="customer_brief"),
    path("customers/<uuid:pk>/log_touch/", log.entry, name="customer_log"),
]
