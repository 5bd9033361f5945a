"""What page tests need."""

import pytest
from django.core.cache import cache


@pytest.fixture
def pages(settings, tmp_path):
    """An empty folder of static files, a cold cache."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    cache.clear()
