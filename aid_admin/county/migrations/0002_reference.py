"""Reference data of the county: townships, villages, card BINs, holidays, the first semester."""

import json
from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).resolve().parent.parent / "reference"


def read(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def load(apps, _editor):
    township, village, bank_bin, holiday, semester = (
        apps.get_model("county", name) for name in ("Township", "Village", "BankBin", "Holiday", "Semester")
    )
    township.objects.bulk_create(township(**row) for row in read("townships"))
    ids = dict(township.objects.values_list("code", "id"))
    village.objects.bulk_create(
        village(code=row["code"], name=row["name"], township_id=ids[row["township"]], aliases=row["aliases"])
        for row in read("villages")
    )
    bank_bin.objects.bulk_create(
        bank_bin(prefix=row["prefix"], length=row["length"], bank=row["bank"]) for row in read("bank_bins")
    )
    holiday.objects.bulk_create(holiday(**row) for row in read("holidays"))
    semester.objects.bulk_create(semester(**row) for row in read("semesters"))


class Migration(migrations.Migration):
    dependencies = [("county", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
