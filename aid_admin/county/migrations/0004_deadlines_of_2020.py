"""The schools' deadlines of the first semester."""

import json
from pathlib import Path

from django.db import migrations

FILE = Path(__file__).resolve().parent.parent / "reference" / "deadlines.json"


def load(apps, _editor):
    deadline, semester = apps.get_model("county", "Deadline"), apps.get_model("county", "Semester")
    ids = dict(semester.objects.values_list("code", "id"))
    for row in json.loads(FILE.read_text(encoding="utf-8")):
        if row["semester"] in ids:
            deadline.objects.get_or_create(
                semester_id=ids[row["semester"]], step=row["step"], defaults={"due_on": row["due_on"]}
            )


class Migration(migrations.Migration):
    dependencies = [("county", "0003_deadlines")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
