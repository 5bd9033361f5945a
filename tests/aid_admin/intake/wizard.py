"""Sheets of attendance and their way through the wizard."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from aid_admin.intake.models import Upload
from aid_admin.jobs import queue
from aid_admin.lib import id_card

HEAD = "学校名称,年级,班级,姓名,身份证号,是否在校就读,不在校原因"


def id_number(place: int) -> str:
    first = f"41062220120301{place:03d}"
    return first + id_card.check_digit(first)


def sheet(*rows: str, name: str = "在校.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([HEAD, *rows]).encode("utf-8-sig"), "text/csv")


def good(place: int, school: str) -> str:
    return f"{school},三年级,1班,王小{place},{id_number(place)},是,"


def send(client: Client, *rows: str, kind: str = "attendance", **more) -> Upload:
    """Upload a sheet and let the worker read it."""
    file = sheet(*rows)
    given = {"file": file, "school": "3141000001"} if kind == "attendance" else {"file": file}
    answer = client.post(f"/uploads/new/{kind}/", given | more)
    assert answer.status_code == 302, answer.content.decode()
    queue.work_all()
    return Upload.objects.get(pk=int(answer.headers["Location"].strip("/").split("/")[-1]))


def half_bad(client: Client) -> Upload:
    """One good row; one of an unknown school (error) with a false number (warning)."""
    return send(client, good(1, "高村镇第一小学"), "没有的学校,三年级,1班,李错,410622201203010010,是,")
