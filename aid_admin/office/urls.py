"""Addresses of the roof."""

from django.urls import path

from aid_admin.office.views import (
    audit,
    guidance,
    home,
    overview,
    progress,
    reveal,
    semester,
    statistics,
    student,
    users,
)

app_name = "office"
urlpatterns = [
    path("", home.home, name="home"),
    path("reports/", overview.overview, name="overview"),
    path("reports/export/", overview.export, name="overview_export"),
    path("statistics/", statistics.show, name="statistics"),
    path("statistics/<slug:name>/", statistics.show, name="statistics_table"),
    path("statistics/<slug:name>/export/", statistics.export, name="statistics_export"),
    path("users/", users.user_list, name="users"),
    path("users/new/", users.user_add, name="user_add"),
    path("users/bulk/", users.user_bulk, name="user_bulk"),
    path("users/bulk/passwords/", users.user_passwords, name="user_passwords"),
    path("users/bulk/template/", users.user_template, name="user_template"),
    path("users/<int:pk>/", users.user_detail, name="user"),
    path("audit/", audit.trail, name="audit"),
    path("audit/verify/", audit.verify, name="audit_verify"),
    path("help/", guidance.help_list, name="help"),
    path("manual/", guidance.manual, name="manual"),
    path("help/page/", guidance.help_page, name="help_page"),
    path("help/<slug:slug>/", guidance.help_term, name="help_term"),
    path("office/components/", guidance.components, name="components"),
    path("progress/", progress.show, name="progress"),
    path("semester/", semester.choose, name="semester"),
    path("students/<int:pk>/", student.student, name="student"),
    path("reveal/<str:what>/<int:object_id>/", reveal.reveal, name="reveal"),
]
