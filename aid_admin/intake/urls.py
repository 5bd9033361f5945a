"""Addresses of the import wizard."""

from django.urls import path

from aid_admin.intake.views import checking, sending

app_name = "intake"
urlpatterns = [
    path("", sending.uploads, name="list"),
    path("new/", sending.choose, name="choose"),
    path("new/<slug:code>/", sending.send, name="send"),
    path("new/<slug:code>/template/", sending.blank, name="template"),
    path("<int:pk>/", checking.detail, name="detail"),
    path("<int:pk>/progress/", checking.progress, name="progress"),
    path("<int:pk>/columns/", sending.columns, name="columns"),
    path("<int:pk>/commit/", checking.commit, name="commit"),
    path("<int:pk>/activate/", checking.activate, name="activate"),
    path("<int:pk>/undo/", checking.undo, name="undo"),
    path("<int:pk>/restore/", checking.restore, name="restore"),
    path("<int:pk>/discard/", checking.discard, name="discard"),
    path("<int:pk>/issues/", checking.issues, name="issues"),
    path("<int:pk>/mark/", checking.mark, name="mark"),
    path("<int:pk>/marked/", checking.marked, name="marked"),
    path("<int:pk>/marked/file/", checking.download, name="download"),
]
