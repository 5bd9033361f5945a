"""Addresses of the import wizard."""

from django.urls import path

from aid_admin.intake import views

app_name = "intake"
urlpatterns = [
    path("", views.uploads, name="list"),
    path("new/", views.choose, name="choose"),
    path("new/<slug:code>/", views.send, name="send"),
    path("new/<slug:code>/template/", views.blank, name="template"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/commit/", views.commit, name="commit"),
    path("<int:pk>/activate/", views.activate, name="activate"),
    path("<int:pk>/undo/", views.undo, name="undo"),
    path("<int:pk>/mark/", views.mark, name="mark"),
    path("<int:pk>/marked/", views.marked, name="marked"),
    path("<int:pk>/marked/file/", views.download, name="download"),
]
