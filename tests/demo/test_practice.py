"""A practice county leaves the rosters of the printed schools to whoever tries the pages."""

from aid_admin.intake.models import Upload
from demo.loading import load
from demo.loading.staff import printed_schools
from tests import databases


def test_printed_schools_have_their_rosters_still_to_upload(committed: str) -> None:
    databases.county("imported")  # its files are these, too
    load(databases.county_folder(), until="imported", practice=True)
    rosters = set(Upload.objects.filter(kind="roster").values_list("school__code", flat=True))
    others = set(Upload.objects.filter(kind="accounts").values_list("school__code", flat=True))
    assert len(printed_schools()) == 2
    assert others - rosters == set(printed_schools())
    assert rosters
    assert not Upload.objects.exclude(state="COMMITTED").exists()
