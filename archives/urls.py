"""Addresses of letters, dossiers, visits and pairings."""

from django.urls import path

from archives.views import activities, closing, dossiers, letters, pairing, papers, visits

app_name = "archives"
urlpatterns = [
    path("letters/", letters.letter_list, name="letters"),
    path("letters/villages/", letters.village_list, name="letter_villages"),
    path("letters/print/", letters.print_group, name="print_group"),
    path("letters/print/<int:pk>/", letters.letter_print, name="letter_print"),
    path("letters/print/<int:pk>/file/", letters.letter_download, name="letter_download"),
    path("letters/<int:pk>/", letters.letter_detail, name="letter"),
    path("letters/<int:pk>/receipt/", letters.receipt, name="receipt"),
    path("visits/", visits.visit_list, name="visits"),
    path("visits/pick/", visits.visit_pick, name="visit_pick"),
    path("visits/export/", visits.visit_export, name="visit_export"),
    path("visits/new/<int:student>/", visits.visit_add, name="visit_add"),
    path("visits/<int:pk>/", visits.visit_detail, name="visit"),
    path("visits/<int:pk>/correct/", visits.visit_correct, name="visit_correct"),
    path("visits/<int:pk>/photo/", visits.visit_photo, name="visit_photo"),
    path("pairing/", pairing.pairing_list, name="pairing"),
    path("pairing/export/", pairing.pairing_export, name="pairing_export"),
    path("pairing/peers/", pairing.peer_list, name="peers"),
    path("pairing/activities/", activities.activity_list, name="activities"),
    path("pairing/activities/<int:pk>/", activities.activity_detail, name="activity"),
    path("pairing/activities/<int:pk>/photo/", activities.activity_photo, name="activity_photo"),
    path("pairing/<int:student>/", pairing.mentor_history, name="mentors"),
    path("archives/", dossiers.dossier_list, name="dossiers"),
    path("archives/villages/", dossiers.dossier_index, {"by": "village"}, name="dossier_villages"),
    path("archives/schools/", dossiers.dossier_index, {"by": "school"}, name="dossier_schools"),
    path("archives/missing/", dossiers.missing_export, name="missing_export"),
    path("archives/packages/", dossiers.package_list, name="packages"),
    path("archives/packages/new/", dossiers.pack, name="pack"),
    path("archives/packages/<int:pk>/file/", dossiers.package_download, name="package_download"),
    path("archives/scans/<int:pk>/", dossiers.scan, name="scan"),
    path("archives/scans/<int:pk>/file/", dossiers.scan_file, name="scan_file"),
    path("archives/<int:student>/", dossiers.dossier_detail, name="dossier"),
    path("closing/", closing.closing, name="closing"),
    path("policy/", papers.policy, name="policy"),
    path("applications/form/", papers.application, name="application_blank"),
    path("applications/<int:pk>/form/", papers.application, name="application_form"),
]
