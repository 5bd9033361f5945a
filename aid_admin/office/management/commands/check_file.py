"""The gate and the sandbox alone."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from aid_admin.lib import images
from aid_admin.lib.sheets import gate, reading
from aid_admin.office.command import REFUSED, OfficeCommand


class Command(OfficeCommand):
    """check_file FILE --for sheet|photo|scan."""

    help = "只检查文件能否安全读取"
    takes_user = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--for", dest="purpose", choices=["sheet", "photo", "scan"], required=True)

    def answer(self, **options: Any) -> dict[str, Any]:
        path, purpose = options["file"], options["purpose"]
        path.open("rb").close()
        verdict = gate.check(path, purpose=purpose, file_name=path.name)
        if not verdict.ok:
            return {"ok": False, "code": verdict.code, "message": verdict.message, "exit": REFUSED}
        try:
            if purpose == "sheet":
                for _ in reading.read_rows(path, media=verdict.media):
                    pass
            elif purpose == "photo":
                images.clean_photo(path.read_bytes())
        except reading.Unreadable as problem:
            return {"ok": False, "code": problem.code, "message": problem.message, "exit": REFUSED}
        except images.BadPhoto as problem:
            return {"ok": False, "code": "BAD_PHOTO", "message": str(problem), "exit": REFUSED}
        return {"ok": True, "code": verdict.code, "message": verdict.message or "文件可以读取。"}
