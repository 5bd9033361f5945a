"""What the import contracts and ruff cannot say: scope in views, money without float, sizes, plain css."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("students", "eligibility", "disbursement", "archives", "demo")
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 40
MONEY = ("disbursement/", "eligibility/", "aid_admin/lib/money.py", "archives/", "aid_admin/office/report.py")
PURE = re.compile(
    r"^aid_admin/lib/|/rules(\.py|/)|/imports/|^eligibility/(matching|entitlement)/|^disbursement/banks/|^demo/county/"
)
# joined here, so that this file does not name them either
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("unpkg", "com"),
            ("jsdelivr", "net"), ("cdnjs", "cloudflare", "com"), ("proxy", "golang", "org"), ("crates", "io"),
        )
    )
)  # fmt: skip


@cache
def tracked() -> tuple[str, ...]:
    """Files of the project as git has them or would take them."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True, capture_output=True, check=True
    )
    return tuple(name for name in listed.stdout.splitlines() if (ROOT / name).is_file())


def python(*, tests: bool = False) -> Iterator[tuple[str, ast.Module]]:
    """Every Python file but migrations and benchmarks, parsed."""
    for name in tracked():
        if not name.endswith(".py") or "/migrations/" in name or name.startswith(("bench/", "tools/")):
            continue
        if tests or not name.startswith("tests/"):
            yield name, ast.parse((ROOT / name).read_text(encoding="utf-8"))


def nodes(*, only: str = "", tests: bool = False) -> Iterator[tuple[str, ast.AST]]:
    """Every node of the project's code with its place."""
    for name, tree in python(tests=tests):
        if re.search(only, name):
            yield from ((f"{name}:{getattr(node, 'lineno', 0)}", node) for node in ast.walk(tree))


def test_files_were_found() -> None:
    assert len(list(python())) > 250


def test_packages_at_the_root_are_the_known_ones() -> None:
    packages = {name.split("/")[0] for name in tracked() if name.count("/") == 1 and name.endswith("/__init__.py")}
    modules = {name for name in tracked() if name.endswith(".py") and "/" not in name}
    assert packages == {"aid_admin", *APPS, "tests"}
    assert modules == {"manage.py"}
    assert (ROOT / "aid_admin/__init__.py").read_text() == ""


def test_every_module_of_actions_is_loaded_with_its_package() -> None:
    """Else `act` finds its actions or not, by what else was imported before."""
    forgotten = []
    for init in (ROOT / name for name in tracked() if name.endswith("/actions/__init__.py")):
        loaded = set(re.findall(r'"(\w+)"', init.read_text(encoding="utf-8")))
        acting = {path.stem for path in init.parent.glob("*.py") if "\n@action(" in path.read_text(encoding="utf-8")}
        forgotten += [f"{init.parent}: {name}" for name in sorted(acting - loaded)]
    assert forgotten == []


def test_views_reach_rows_only_through_visible_to() -> None:
    wrong = [
        place
        for place, node in nodes(only=r"/views(\.py|/)")
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "objects"
        and node.attr != "visible_to"
    ]
    assert wrong == []


def test_money_knows_no_float() -> None:
    wrong = [
        place
        for place, node in nodes(only="^(" + "|".join(MONEY) + ")")
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]
    assert wrong == []


def test_fen_are_never_divided_into_a_float() -> None:
    def says_fen(node: ast.AST) -> bool:
        return any(
            (isinstance(part, ast.Name) and part.id.endswith("fen"))
            or (isinstance(part, ast.Attribute) and part.attr.endswith("fen"))
            for part in ast.walk(node)
        )

    wrong = [
        place
        for place, node in nodes()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and says_fen(node)
    ]
    assert wrong == []


def test_only_the_outer_walls_of_workers_and_commands_catch_everything() -> None:
    wrong = [
        place
        for place, node in nodes()
        if isinstance(node, ast.ExceptHandler)
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)  # tidies up and raises it again
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
    ]
    assert [place.split(":")[0] for place in wrong] == ["aid_admin/jobs/queue.py", "aid_admin/office/command.py"]


def test_rules_do_not_read_the_clock() -> None:
    wrong = [
        place
        for place, node in nodes(only=PURE.pattern)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("today", "now", "utcnow", "localdate", "localtime")
    ]
    assert wrong == []


def test_states_move_only_through_move() -> None:
    wrong = [
        place
        for place, node in nodes()
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Attribute) and target.attr == "state" for target in node.targets)
    ]
    assert [place.split(":")[0] for place in wrong] == ["aid_admin/accounts/acting.py"]


def test_nothing_hangs_on_signals_or_save() -> None:
    wrong = [
        place
        for place, node in nodes()
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("django")
            and "signals" in (node.module or "")
        )
        or (isinstance(node, ast.FunctionDef) and node.name == "save" and "/models" in place)
    ]
    assert wrong == []


def test_files_and_functions_are_short() -> None:
    long_files = {name: count for name, count in _lengths() if count > MOST_LINES}
    long_functions = {
        f"{place} {node.name}": length
        for place, node in nodes(tests=True)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    }
    assert long_files == {}
    assert long_functions == {}


def _lengths() -> Iterator[tuple[str, int]]:
    for name, _ in python(tests=True):
        yield name, (ROOT / name).read_text(encoding="utf-8").count("\n")


@pytest.mark.parametrize("name", ["static/office/office.css"])
def test_css_is_plain_enough_for_old_browsers(name: str) -> None:
    css = re.sub(r"/\*.*?\*/", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    for word in ("color-mix(", ":has(", "@layer", "@container", "container-type"):
        assert word not in css, word
    depth = 0
    for line, text in enumerate(css.splitlines(), 1):
        for sign in text:
            depth += (sign == "{") - (sign == "}")
            assert depth <= 2, f"nested rule in line {line}"  # a rule, or a rule inside @media
    assert not re.search(r"(^|[{;])\s*&", css)


def test_pages_load_nothing_from_other_hosts() -> None:
    for name in tracked():
        if name.startswith("templates/") and name.endswith(".html"):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert not re.search(r"""(src|href)=["'](https?:)?//""", text), name


def test_no_file_names_a_package_registry() -> None:
    named = []
    for name in tracked():
        data = (ROOT / name).read_bytes()
        if b"\0" not in data and REGISTRIES.search(data.decode("utf-8", errors="replace")):
            named.append(name)
    assert named == []


@pytest.mark.parametrize("module", ["aid_admin.lib.sheets.child", "aid_admin.lib.pdf.child"])
def test_children_start_without_django(module: str) -> None:
    code = f"import sys, {module}; assert not [m for m in sys.modules if m.split('.')[0] in ('django', 'celery', 'psycopg2')]"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
