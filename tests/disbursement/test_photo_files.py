"""Files that are sent as photos and are none, or too much of one."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disbursement.models import PublicityEvidence
from tests.disbursement.builders import enter, photo
from tests.disbursement.test_views_publicity import school_of

pytestmark = pytest.mark.usefixtures("pages")


def test_photo_that_is_too_large_is_refused_before_it_is_read(period, monkeypatch):
    monkeypatch.setattr("aid_admin.files.photos.MOST_BYTES", 100)
    code = school_of(period)
    answer = enter(f"jingban-{code}").post(f"/publicity/{period.pk}/photo/{code}/START/", {"file": photo()})
    assert answer.status_code == 422
    assert "照片超过 20 MB" in answer.content.decode()
    assert not PublicityEvidence.objects.exists()


def test_half_a_photo_is_refused_in_words(period):
    code, half = school_of(period), photo().read()[:200]
    file = SimpleUploadedFile("x.jpg", half, "image/jpeg")
    answer = enter(f"jingban-{code}").post(f"/publicity/{period.pk}/photo/{code}/START/", {"file": file})
    assert answer.status_code == 422
    assert "照片已损坏或没有传完" in answer.content.decode()
    assert not PublicityEvidence.objects.exists()
