"""What page tests need."""

import pytest
from django.core.cache import cache

from disbursement.models import PublicityPeriod, Roster
from tests.disbursement.builders import done, enter


@pytest.fixture
def pages(settings, tmp_path):
    """An empty folder of static files, a cold cache."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    cache.clear()


@pytest.fixture
def period(county_at) -> PublicityPeriod:
    """A running period over every roster."""
    county_at("approved")
    officer = enter("gongshi1")
    path = done(officer, "/publicity/plan/", "plan", list(Roster.objects.values_list("pk", flat=True)))
    done(officer, path, "start")
    return PublicityPeriod.objects.get()
