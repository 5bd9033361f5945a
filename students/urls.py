"""Addresses of students."""

from django.urls import path

from students import views

app_name = "students"
urlpatterns = [
    path("", views.students, name="list"),
    path("late/", views.late_list, name="late_list"),
    path("late/new/", views.late_add, name="late_add"),
    path("late/<int:pk>/", views.late_detail, name="late"),
    path("late/<int:pk>/proof/", views.late_proof, name="late_proof"),
]
