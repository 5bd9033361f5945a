"""All addresses."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from aid_admin.office.views.health import healthz

handler404 = "aid_admin.office.middleware.not_found"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("", include("aid_admin.office.urls")),
    path("", include("aid_admin.accounts.urls")),
    path("uploads/", include("aid_admin.intake.urls")),
    path("jobs/", include("aid_admin.jobs.urls")),
    path("students/", include("students.urls")),
    path("", include("eligibility.urls")),
    path("", include("disbursement.urls")),
    path("", include("archives.urls")),
]
