"""WSGI entry point."""

import gc
import os
from pathlib import Path

from django import forms
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aid_admin.settings")
application = get_wsgi_application()
# Every page is imported and its template parsed once, before the workers fork; what lives as long as they do is then
# left out of every garbage collection, which else holds a page up for a tenth of a second now and then.
get_resolver().check()
for folder in (settings.BASE_DIR / "templates", Path(forms.__file__).parent / "templates"):
    for path in folder.rglob("*.html"):
        get_template(path.relative_to(folder).as_posix())
gc.collect()
gc.freeze()
