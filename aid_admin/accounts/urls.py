"""Addresses of login and password."""

from django.urls import path

from aid_admin.accounts import factor, views

app_name = "accounts"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("login/code/", factor.code, name="code"),
    path("login/factor/", factor.set_up, name="factor"),
    path("logout/", views.logout, name="logout"),
    path("password/", views.password, name="password"),
]
