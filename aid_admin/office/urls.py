"""Addresses of the roof."""

from django.urls import path

from aid_admin.office.views import home, overview, reveal, semester, student

app_name = "office"
urlpatterns = [
    path("", home.home, name="home"),
    path("reports/", overview.overview, name="overview"),
    path("reports/export/", overview.export, name="overview_export"),
    path("semester/", semester.choose, name="semester"),
    path("students/<int:pk>/", student.student, name="student"),
    path("reveal/<str:what>/<int:object_id>/", reveal.reveal, name="reveal"),
]
