"""温馨告知书: pages per second batched, as the job prints them, beside one document for each letter; same run."""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("AID_VAR", tempfile.mkdtemp(prefix="aid-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aid_admin.settings")
os.environ.setdefault("DATABASE_URL", "postgres://nobody@/none?host=/nonexistent")  # nothing is read from it

import django

django.setup()

from aid_admin.lib.money import in_words, yuan_comma  # noqa: E402
from aid_admin.lib.pdf.joining import join, page_count  # noqa: E402
from archives.actions.letters import HANDS, PER_DOCUMENT  # noqa: E402
from archives.papers.letter import PrintedGrant, PrintedLetter, letters_pdf  # noqa: E402
from demo.county.names import adult_name, child_name, surname  # noqa: E402
from disbursement.papers.paper import Office, day  # noqa: E402

BATCHED, SINGLE = 480, 16


def letters(count: int) -> list[PrintedLetter]:
    """Invented letters, all different."""
    rng = Random(20200620)
    made = []
    for pk in range(1, count + 1):
        family = surname(rng)
        fen = rng.choice([25000, 31250, 40000, 62500, 100000])
        grant = PrintedGrant(
            "义务教育家庭经济困难学生生活补助",
            "",
            yuan_comma(fen),
            yuan_comma(fen),
            "农村信用联社　账号尾号0000",
            day(date(2020, 6, 15)),
        )
        made.append(
            PrintedLetter(
                pk=pk, guardian=adult_name(family, "男", rng), pupil=child_name(family, "女", rng), school="某某中心小学",
                class_name="三年级2班", semester="2020年春季学期", village="某某镇某某村", grants=[grant, grant],
                total=yuan_comma(2 * fen), words=in_words(2 * fen), rights="下学期可继续享受生活补助。", school_phone="",
                dated=day(date(2020, 6, 20)), office=Office(),
            )
        )  # fmt: skip
    return made


def main() -> None:
    """Print both speeds and their ratio; every page is counted in the documents that were made."""
    every = letters(BATCHED)
    begun = time.perf_counter()
    with ThreadPoolExecutor(HANDS) as pool:
        data = join(list(pool.map(letters_pdf, [every[i : i + PER_DOCUMENT] for i in range(0, BATCHED, PER_DOCUMENT)])))
    batched = page_count(data) / (time.perf_counter() - begun)
    begun = time.perf_counter()
    with ThreadPoolExecutor(HANDS) as pool:
        pages = sum(map(page_count, pool.map(letters_pdf, [[one] for one in every[:SINGLE]])))
    single = pages / (time.perf_counter() - begun)
    print(f"batched, {PER_DOCUMENT} a document  {batched:7.1f} pages/s  ({len(data) / BATCHED / 1024:.1f} KB a letter)")
    print(f"one document a letter   {single:7.1f} pages/s")
    print(f"ratio                   {batched / single:7.1f}")


if __name__ == "__main__":
    main()
