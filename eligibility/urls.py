"""Addresses of comparison, coverage, entitlement and applications."""

from django.urls import path

from eligibility.views import applications, comparison, coverage, entitlements

app_name = "eligibility"
urlpatterns = [
    path("applications/", applications.application_list, name="applications"),
    path("applications/<int:pk>/", applications.application_detail, name="application"),
    path("matches/", comparison.match_list, name="matches"),
    path("standings/", comparison.standing_list, name="standings"),
    path("coverage/", coverage.coverage_list, name="coverage"),
    path("entitlements/", entitlements.entitlement_list, name="entitlements"),
]
