"""All addresses."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("aid_admin.office.urls")),
    path("", include("aid_admin.accounts.urls")),
    path("uploads/", include("aid_admin.intake.urls")),
    path("jobs/", include("aid_admin.jobs.urls")),
    path("students/", include("students.urls")),
]
