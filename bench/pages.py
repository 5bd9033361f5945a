"""List pages of a driven county under load: p95 of 8 people at once, first page beside the last; same run.

AID_VAR=… PORT=… ./start      (in another window, until the county is ready)
python bench/pages.py http://127.0.0.1:8000 [seconds of thinking] [rounds]
"""

import http.cookiejar
import random
import re
import statistics
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections import defaultdict

PASSWORD = "yanshi-2020-chun"  # noqa: S105 - of invented people
PEOPLE = 8
THINK = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5  # seconds that a person looks at a page, on average
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 12  # some 24 looks at each page: p95 is no single unlucky one
WHO = {
    "chushen1": (
        "/", "/students/", "/students/?q=wyj", "/entitlements/", "/rosters/", "/rosters/matrix/",
        "/rosters/returned/", "/rosters/summary/", "/letters/", "/letters/villages/",
        "/archives/", "/archives/?missing=receipt", "/pairing/", "/visits/", "/statistics/school-stage/", "/progress/",
        "/applications/", "/coverage/", "/uploads/", "/closing/",
    ),
    "shuju1": ("/", "/matches/", "/standings/", "/coverage/", "/uploads/", "/students/"),
    "gongshi1": ("/publicity/", "/publicity/calendar/", "/publicity/photos/?ok=yes", "/publicity/calendar/late/", "/objections/"),
    "caiwu1": ("/", "/funds/", "/batches/", "/payments/", "/payments/?state=FAILED", "/accounts/", "/accounts/?verified=shared"),
    "shenji1": ("/audit/", "/users/", "/payments/"),
}  # fmt: skip
DEEP = {"/students/": 200, "/entitlements/": 150, "/letters/": 60, "/archives/": 60, "/payments/": 150, "/audit/": 80}


def enter(base: str, username: str) -> urllib.request.OpenerDirector:
    """An opener that is logged in."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = opener.open(f"{base}/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    given = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token[1] if token else ""}
    opener.open(f"{base}/login/", urllib.parse.urlencode(given).encode())
    return opener


def addresses(username: str) -> list[str]:
    """The person's pages; long lists also at a page far down."""
    first = list(WHO[username])
    return first + [f"{path}?page={DEEP[path]}" for path in first if path in DEEP]


def work(base: str, username: str, seat: int, times: dict[str, list[float]], lock: threading.Lock) -> None:
    """One person goes through his pages again and again, at his own pace: people do not click in step."""
    opener = enter(base, username)
    pace = random.Random(seat)
    for number in range(ROUNDS + 1):
        for path in addresses(username):
            begun = time.perf_counter()
            opener.open(f"{base}{path}").read()
            spent = time.perf_counter() - begun
            time.sleep(pace.uniform(0, 2 * THINK))
            if number:  # the first round warms the caches
                with lock:
                    times[path].append(spent)


def main() -> None:
    """Print median and p95 of every page, in milliseconds, and the worst p95."""
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    times: dict[str, list[float]] = defaultdict(list)
    lock = threading.Lock()
    crew = [
        threading.Thread(target=work, args=(base, name, seat, times, lock))
        for seat, name in enumerate((list(WHO) * (PEOPLE // len(WHO) + 1))[:PEOPLE])
    ]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    worst = 0.0
    for path, spent in sorted(times.items()):
        p95 = statistics.quantiles(spent, n=20)[-1]
        worst = max(worst, p95)
        print(f"{path:40} median {1000 * statistics.median(spent):6.0f} ms   p95 {1000 * p95:6.0f} ms")
    print(
        f"{PEOPLE} people at once, {THINK} s of thinking, {sum(map(len, times.values()))} pages, worst p95 {1000 * worst:.0f} ms"
    )


if __name__ == "__main__":
    main()
