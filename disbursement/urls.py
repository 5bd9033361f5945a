"""Addresses of rosters, publicity, objections, batches, payments and accounts."""

from django.urls import path

from disbursement.views import accounts, batches, objections, payments, publicity, rosters

app_name = "disbursement"
urlpatterns = [
    path("rosters/", rosters.roster_list, name="rosters"),
    path("rosters/matrix/", rosters.roster_matrix, name="roster_matrix"),
    path("rosters/<int:pk>/", rosters.roster_detail, name="roster"),
    path("publicity/", publicity.period_list, name="periods"),
    path("publicity/plan/", publicity.period_plan, name="plan"),
    path("publicity/photos/", publicity.photo_check, name="photos"),
    path("publicity/photos/<int:pk>/", publicity.photo, name="photo"),
    path("publicity/<int:pk>/", publicity.period_detail, name="period"),
    path("publicity/<int:pk>/list/", publicity.period_lines, name="period_lines"),
    path("publicity/<int:pk>/notice/<str:school>/", publicity.notice, name="notice"),
    path("publicity/<int:pk>/photo/<str:school>/<str:moment>/", publicity.photo_add, name="photo_add"),
    path("objections/", objections.objection_list, name="objections"),
    path("objections/new/<int:line>/", objections.objection_add, name="objection_add"),
    path("objections/<int:pk>/", objections.objection_detail, name="objection"),
    path("batches/", batches.batch_list, name="batches"),
    path("batches/build/", batches.batch_build, name="batch_build"),
    path("batches/<int:pk>/", batches.batch_detail, name="batch"),
    path("batches/<int:pk>/return/", batches.batch_return, name="batch_return"),
    path("batches/<int:pk>/return/<int:upload>/", batches.batch_result, name="batch_result"),
    path("batches/<int:pk>/waivers/<str:school>/", batches.batch_waivers, name="batch_waivers"),
    path("payments/", payments.payment_list, name="payments"),
    path("payments/export/", payments.payment_export, name="payment_export"),
    path("accounts/", accounts.account_list, name="accounts"),
]
