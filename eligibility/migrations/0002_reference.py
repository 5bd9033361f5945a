"""Reference data of eligibility: programmes, dated standards, category rules."""

import json
from datetime import date, timedelta
from pathlib import Path

from django.db import migrations
from django.db.backends.postgresql.psycopg_any import DateRange

FOLDER = Path(__file__).resolve().parent.parent / "reference"
DAY = timedelta(days=1)


def read(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def during(row):
    ends_on = row.pop("ends_on")
    upper = date.fromisoformat(ends_on) + DAY if ends_on else None
    return DateRange(date.fromisoformat(row.pop("starts_on")), upper)


def load(apps, _editor):
    programme, standard, rule = (
        apps.get_model("eligibility", name) for name in ("AidProgramme", "AidStandard", "CategoryRule")
    )
    programme.objects.bulk_create(
        programme(
            code=row["code"], name=row["name"], aliases=row["aliases"], payment_mode=row["payment_mode"], position=place
        )
        for place, row in enumerate(read("programmes"), 1)
    )
    ids = dict(programme.objects.values_list("code", "id"))
    for model, name in ((standard, "standards"), (rule, "category_rules")):
        model.objects.bulk_create(
            model(programme_id=ids[row.pop("programme")], during=during(row), **row) for row in read(name)
        )


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
