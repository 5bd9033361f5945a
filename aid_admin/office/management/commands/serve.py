"""Everything behind ./start: migrate, start web and worker, load the demo, print the address and the logins."""

import hashlib
import http.client
import secrets
import socket
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from aid_admin.accounts.actions import create_user, operator
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import ROLE_NAMES, Role
from aid_admin.county.models import School
from aid_admin.db import cluster
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.lib.seal import SealBroken
from aid_admin.office import doctor
from aid_admin.office.health import demo_state, has_come_to
from aid_admin.office.supervisor import Supervisor, children
from demo.loading import HOPS, LAST_HOP, PRACTICE
from demo.loading.staff import printed_logins
from students.models import EnrolmentRecord


class Command(BaseCommand):
    """serve [--no-demo] [--check] [--scale S] [--until HOP]."""

    help = "启动系统"
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own name and kind

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="不装入演示县，只建立一个系统管理员")
        parser.add_argument("--check", action="store_true", help="检查本机环境后退出")
        parser.add_argument("--scale", default="qixian", help="演示县规模：qixian、small 或人数")
        parser.add_argument("--until", choices=list(HOPS), help="演示县装到哪一步为止，余下的留着自己练习")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["check"]:
            doctor.report(self.say)
            return
        port = settings.PORT
        _refuse_taken_port(port)
        self.say("正在更新数据库结构")
        call_command("migrate", verbosity=0, skip_checks=True)
        _collect_static()
        first_admin = self._first_admin() if options["no_demo"] else None
        crew = Supervisor(children(port), self.say)
        try:
            _refuse_wrong_keys()
            crew.start()
            self._welcome(crew, port, options, first_admin)
            while not crew.stopping:
                crew.tick()
                time.sleep(1)
        finally:
            crew.stop()
            if settings.PRIVATE_CLUSTER is not None:
                cluster.stop(settings.PRIVATE_CLUSTER)

    def say(self, text: str) -> None:
        """One line for whoever watches."""
        self.stdout.write(text)
        self.stdout.flush()

    def _welcome(self, crew: Supervisor, port: int, options: dict[str, Any], first_admin: str | None) -> None:
        while not crew.stopping and not _answers(port):
            crew.tick()
            time.sleep(0.3)
        self.say(f"网站已启动：http://127.0.0.1:{port}/  （局域网内用本机 IP 访问）")
        if first_admin:
            self.say(f"系统管理员：admin  一次性密码：{first_admin}（首次登录须修改）")
        if not options["no_demo"]:
            self._demo(crew, options["scale"], options["until"])

    def _first_admin(self) -> str | None:
        if User.objects.exclude(username="operator").exists():
            return None
        password = secrets.token_urlsafe(9)
        user = create_user(
            by=operator(), username="admin", role=[Role.SYSTEM_ADMIN], name="系统管理员", password=password
        )
        User.objects.filter(pk=user.pk).update(must_change_password=True)
        return password

    def _demo(self, crew: Supervisor, scale: str, until: str | None) -> None:
        state = demo_state()
        if state is None and School.objects.exists():
            self.say("数据库中已有正式数据，不装入演示县。")
            return
        if state != "ready" or (until and not has_come_to(until)):
            job = queue.enqueue("demo.load", "demo", scale, by=None, scale=scale, until=until or LAST_HOP)
            self.say("正在装入演示县（可以先打开网页，首页会显示进度）")
            if not self._watch(crew, job):
                return
        self.say("演示县已就绪。演示账号（密码相同）：")
        for login in printed_logins():
            place = f"（学校 {login['school']}）" if login["school"] else ""
            self.say(f"  {login['username']:<22} {login['password']}  {ROLE_NAMES[Role(str(login['role']))]}{place}")
        if until in PRACTICE:
            folder = Path(settings.AID_VAR) / "demo-county"
            self.say(f"打印的两所学校的名册没有导入，留着练习上传：{folder}/rosters/ 下以学校代码开头的文件。")
        self.say("按 Ctrl+C 停止。")

    def _watch(self, crew: Supervisor, job: Job) -> bool:
        """A line of progress every few seconds; False when loading was cut off or failed."""
        last, said = "", 0.0
        while not crew.stopping:
            crew.tick()
            close_old_connections()
            job.refresh_from_db()
            if not job.is_live:
                done = job.state == "DONE"
                if not done:
                    self.say(job.message)
                return done
            line = f"  {job.message or '排队中'}  {job.done}/{job.total or '?'}"
            if line != last or time.monotonic() - said > 5:
                last, said = line, time.monotonic()
                self.say(line)
            time.sleep(2)
        return False


def _refuse_wrong_keys() -> None:
    """Data that the keys at hand cannot open stay as they are: a new key beside them would make two halves.

    Raises SystemExit.
    """
    sealed, file = EnrolmentRecord.objects.order_by("pk"), Path(settings.KEYRING_FILE)
    advice = "请从备份放回原来的密钥文件；不要原来的数据、想重新开始的，换一个 AID_VAR 再启动。"
    if not file.exists() and sealed.exists():
        raise SystemExit(f"数据库里有加密的数据，密钥文件 {file} 却不在。{advice}")
    try:
        sealed.first()
    except SealBroken:
        raise SystemExit(f"密钥文件 {file} 打不开数据库里的数据，不是原来的密钥。{advice}") from None


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104 - the office's intranet reaches it
        except OSError as problem:
            raise SystemExit(f"端口 {port} 已被占用，请换一个：PORT=8001 ./start（{problem}）") from problem


def _answers(port: int) -> bool:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        link.request("GET", "/healthz")
        return link.getresponse().status in (200, 503)
    except OSError:
        return False
    finally:
        link.close()


def _collect_static() -> None:
    """Collect static files when they changed since the last start."""
    state = hashlib.sha256()
    for path in sorted(Path(settings.BASE_DIR, "static").rglob("*")):
        if path.is_file():
            state.update(f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}".encode())
    marker = Path(settings.STATIC_ROOT) / ".state"
    if not marker.exists() or marker.read_text() != state.hexdigest():
        call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)
        marker.write_text(state.hexdigest())
