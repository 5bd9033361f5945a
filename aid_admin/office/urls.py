"""Addresses of the roof."""

from django.urls import path

from aid_admin.office.views import home, reveal, semester

app_name = "office"
urlpatterns = [
    path("", home.home, name="home"),
    path("semester/", semester.choose, name="semester"),
    path("reveal/<str:what>/<int:object_id>/", reveal.reveal, name="reveal"),
]
