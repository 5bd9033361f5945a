"""WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aid_admin.settings")
application = get_wsgi_application()
# Every page is imported once, before the workers fork; what lives as long as they do is then left out of every
# garbage collection, which else holds a page up for a tenth of a second now and then.
get_resolver().check()
gc.collect()
gc.freeze()
