"""What every table has."""

from django.db import models
from django.db.models.functions import Now


class Row(models.Model):
    """An id and the moment of writing, both given by the database so that COPY needs neither."""

    created_at = models.DateTimeField("写入时间", db_default=Now(), editable=False)

    class Meta:
        abstract = True
