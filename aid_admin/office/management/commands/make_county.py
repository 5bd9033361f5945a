"""Write a synthetic county's source files."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from aid_admin.lib.refusals import BadInput
from aid_admin.office.command import OfficeCommand
from demo.county import make_county


class Command(OfficeCommand):
    """make_county --out DIR [--seed N] [--scale qixian|small|N]."""

    help = "生成一个虚构的县的源文件"
    takes_user = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--seed", type=int, default=20200201)
        parser.add_argument("--scale", default="qixian")

    def answer(self, **options: Any) -> dict[str, Any]:
        try:
            manifest = make_county(options["out"], seed=options["seed"], scale=options["scale"])
        except (ValueError, FileExistsError) as problem:
            raise BadInput(str(problem)) from problem
        return {"county": manifest["county"], "semester": manifest["semester"], "files": len(manifest["files"])}
