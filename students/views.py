"""The list of students: search, filters, where each of them is this semester."""

from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpResponse
from django.shortcuts import render

from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import BUSINESS_ROLES
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from students.forms import StudentFilter
from students.models import Placement, Student


@needs_role(*sorted(BUSINESS_ROLES))
def students(request: StaffRequest) -> HttpResponse:
    """Students by name, pinyin initials or the last four of the ID number; filters on this semester's place."""
    term = calendar.chosen(request.session)
    places = Placement.objects.visible_to(request.user).of(term)
    rows = Student.objects.visible_to(request.user)
    form = StudentFilter(request.GET or None, user=request.user)
    if form.is_valid():
        wanted = form.cleaned_data
        paths = {"school": "school__code", "stage": "stage", "standing": "standing"}
        chosen = {path: wanted[name] for name, path in paths.items() if wanted[name]}
        if chosen:
            rows = rows.filter(Exists(places.filter(student=OuterRef("pk"), **chosen)))
        rows = rows.search(wanted["q"])
    here = Prefetch("placement_set", places.select_related("school"), to_attr="places")
    page = page_of(rows.prefetch_related(here).order_by("name_key", "pk"), request.GET.get("page"))
    return render(request, "students/student_list.html", {"form": form, "page": page})
