"""The files themselves: layout, columns, order, the same bytes each time."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from demo.county import make_county
from demo.county.plan import PLANTS
from tests.demo.conftest import SEED

KINDS = [
    "schools",
    "fees",
    "roll",
    "poverty",
    "low_income",
    "extreme_poverty",
    "orphans",
    "unattended",
    "disability",
    "martyrs",
    "attendance",
    "applications",
    "accounts",
    "roster",
]
COLUMNS = {
    "schools.xlsx": "学校标识码 学校名称 学段 所属乡镇 是否普惠 学校地址 负责人 联系电话",
    "fees.xlsx": "学校标识码 学段 专业代码 收费标准 起始日期 截止日期 批准文号",
    "rolls/学前学籍.xlsx": "学校标识码 学校名称 学段 年级 班级 姓名 性别 出生日期 民族 身份证件类型"
    " 身份证件号 户口性质"
    " 户口所在地 就读方式 学籍状态 入学年月 曾用名 成员1姓名 成员1关系 成员1是否监护人 成员1身份证件号"
    " 成员1联系电话"
    " 成员2姓名 成员2关系 成员2是否监护人 成员2身份证件号 成员2联系电话",
    "registries/poverty.xlsx": "省 市 县(市、区、旗) 乡(镇) 行政村 自然村 户编号 人编号 姓名 证件号码"
    " 人数 与户主关系 民族"
    " 文化程度 在校生状况 健康状况 劳动技能 务工状况 务工时间（月） 是否参加大病医疗 脱贫属性 脱贫年度"
    " 贫困户属性"
    " 主要致贫原因 危房户 是否解决安全饮用水 人均纯收入 联系电话 首次识别时间 贫困人员识别时间",
    "registries/low_income.xlsx": "序号 乡镇(街道) 村(居) 低保证号 户主姓名 户主身份证号 成员姓名"
    " 成员身份证号 与户主关系"
    " 性别 出生日期 保障类别 救助类别 家庭人口 保障人口 是否保障对象 月保障金额 致贫原因 开户银行 开户人"
    " 开户人身份证"
    " 银行账号 救助起始年月 状态",
    "registries/disability.xlsx": "序号 姓名 性别 民族 身份证号 残疾人证号 残疾类别 残疾等级 证件状态"
    " 发证日期 有效期至"
    " 户籍地址 现住址 户口性质 联系电话 监护人姓名 监护人关系 监护人电话 致残原因",
    "registries/orphans.xlsx": "姓名 性别 身份证号 类别 福利证号 监护人姓名 关系 监护人身份证号 电话"
    " 开户人 账号 纳入时间",
    "registries/unattended.xlsx": "姓名 性别 身份证号 类别 福利证号 监护人姓名 关系 监护人身份证号 电话"
    " 开户人 账号 纳入时间"
    " 父亲情形 母亲情形",
    "registries/martyrs.xlsx": "序号 学生姓名 身份证号 学校 年级 烈士姓名 与烈士关系 烈士证明书编号 备注",
    "attendance": "学校名称 年级 班级 姓名 身份证号 是否在校就读 不在校原因 备注",
    "accounts": "序号 学校名称 年级 班级 学生姓名 学生身份证号 开户行 账户户名 与学生关系 持卡人身份证号"
    " 银行账号 联系电话",
    "applications": "序号 学校名称 年级 班级 学生姓名 身份证号 学籍号 户口性质 家庭人口 家庭住址"
    " 监护人姓名 与学生关系"
    " 监护人身份证号 联系电话 困难类别 证件号码 人均年收入 影响因素 推荐档次 推荐理由 是否承诺 申请日期",
    "rosters": "序号 学校名称 学段 年级 班级 学生姓名 性别 身份证号 学籍号 是否寄宿 家庭住址(乡镇/村)"
    " 困难类别"
    " 户编号/证件号 监护人姓名 与学生关系 监护人身份证号 联系电话 开户行 账户户名 银行账号 资助项目"
    " 资助标准 资助金额 备注",
}


def _grid(path: Path, sheet: int = 0) -> list[list[Any]]:
    rows: list[list[Any]] = (
        CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python(skip_empty_area=False)
    )
    return rows


@pytest.mark.parametrize("name", list(COLUMNS))
def test_file_has_the_columns_that_its_sender_uses(small_folder: Path, name: str) -> None:
    wanted = COLUMNS[name].split()
    paths = [small_folder / name] if name.endswith(".xlsx") else sorted((small_folder / name).iterdir())
    assert paths
    for path in paths:
        assert wanted in _grid(path)[:3]


def test_other_rolls_add_the_roll_number_and_the_major(small_folder: Path) -> None:
    kindergarten = set(_grid(small_folder / "rolls/学前学籍.xlsx")[0])
    assert set(_grid(small_folder / "rolls/中小学学籍.xlsx")[0]) - kindergarten == {"学籍号"}
    assert set(_grid(small_folder / "rolls/中职学籍.xlsx")[0]) - kindergarten == {
        "学籍号",
        "专业代码",
        "专业名称",
    }


def test_one_register_is_a_csv_in_gb18030_and_titles_stand_above_the_others(small_folder: Path) -> None:
    raw = (small_folder / "registries/extreme_poverty.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert raw.decode("gb18030").startswith(
        "姓名,身份证号,供养方式,供养机构,特困供养证号,照料护理等级,起始年月,状态\r\n"
    )
    assert "淇县" in _grid(small_folder / "registries/poverty.xlsx")[0][0]


def test_manifest_lists_every_file_in_the_order_of_loading(small_folder: Path, small_manifest: dict[str, Any]) -> None:
    files = small_manifest["files"]
    assert small_manifest["county"] == f"qixian-{SEED}-small"
    assert (small_manifest["semester"], small_manifest["scale"], small_manifest["seed"]) == (
        "2020-spring",
        "small",
        SEED,
    )
    places = [KINDS.index(entry["kind"]) for entry in files]
    assert places == sorted(places)
    assert set(places) == set(range(len(KINDS)))
    on_disk = {str(path.relative_to(small_folder)) for path in small_folder.rglob("*") if path.is_file()}
    assert on_disk == {entry["path"] for entry in files} | {"manifest.json", "truth.json", "decisions.json"}
    for entry in files:
        assert hashlib.sha256((small_folder / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
        per_school = entry["kind"] in ("attendance", "applications", "accounts", "roster")
        assert bool(entry["school"]) == per_school
        assert bool(entry["programme"]) == (entry["kind"] == "roster")


def test_same_seed_gives_the_same_bytes_in_another_process(small_folder: Path, tmp_path: Path) -> None:
    call = "make_county(Path(sys.argv[1]), scale='small')"
    code = f"import sys; from pathlib import Path; from demo.county import make_county; {call}"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/Lima"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, env=environment)
    first = {str(p.relative_to(small_folder)): p.read_bytes() for p in small_folder.rglob("*") if p.is_file()}
    again = tmp_path / "again"
    assert first == {str(p.relative_to(again)): p.read_bytes() for p in again.rglob("*") if p.is_file()}


def test_another_seed_gives_other_files(small_manifest: dict[str, Any], tmp_path: Path) -> None:
    other = make_county(tmp_path / "other", seed=SEED + 1, scale="small")
    shas = {entry["sha256"] for entry in small_manifest["files"]}
    assert not shas & {entry["sha256"] for entry in other["files"] if entry["kind"] != "fees"}


def test_folder_with_files_is_refused_in_chinese(small_folder: Path) -> None:
    with pytest.raises(FileExistsError, match="空目录"):
        make_county(small_folder, scale="small")


def test_progress_counts_to_the_last_file(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    manifest = make_county(tmp_path, scale="200", progress=lambda done, total, path: seen.append((done, total, path)))
    assert [path for *_, path in seen] == [entry["path"] for entry in manifest["files"]]
    assert seen[-1][:2] == (len(seen), len(seen))


def test_roster_has_title_unit_total_and_signatures(small_folder: Path) -> None:
    for path in (small_folder / "rosters").iterdir():
        grid = _grid(path)
        amount = grid[2].index("资助金额")
        assert grid[0][0].startswith("淇县2020年春季学期")
        assert grid[0][0].endswith("资助发放名册")
        assert grid[1][0].startswith("填报学校(盖章)：")
        data = grid[3:-2]
        assert [row[0] for row in data] == list(range(1, len(data) + 1))
        assert grid[-2][0] == "合计"
        assert grid[-2][amount] == sum(row[amount] for row in data)
        assert grid[-1][0].startswith("校长签字")


def test_attendance_holds_the_whole_roll_but_the_planted_ones(small_folder: Path, small_truth: dict[str, Any]) -> None:
    rolls = [_grid(path) for path in (small_folder / "rolls").iterdir()]
    on_roll = {(row[0], row[grid[0].index("身份证件号")]) for grid in rolls for row in grid[1:]}
    sheets = {path.stem: _grid(path)[1:] for path in (small_folder / "attendance").iterdir()}
    on_sheet = {(code, row[4]) for code, rows in sheets.items() for row in rows}
    left_off = {f["pupil_id"] for f in small_truth["faults"] if f["kind"] == "not_confirmed"}
    assert {number for _, number in on_roll - on_sheet} == left_off
    without_roll = {number for _, number in on_sheet} - {number for _, number in on_roll}
    assert without_roll == {f["pupil_id"] for f in small_truth["faults"] if f["kind"] == "attending_not_enrolled"}


def test_decisions_answer_everything_that_is_open(
    small_truth: dict[str, Any], small_decisions: dict[str, Any], small_folder: Path
) -> None:
    answers = {(a["pupil_id"], a["programme"], a["kind"]) for a in small_decisions["roster_answers"]}
    assert answers == {(d["pupil_id"], d["programme"], d["kind"]) for d in small_truth["roster_differences"]}
    assert {a["answer"] for a in small_decisions["roster_answers"] if a["kind"] == "MISSING"} == {"KEEP"}
    settled = {(c["registry"], c["id_number"]) for c in small_decisions["coverage"]}
    open_ = {(c["registry"], c["id_number"]) for c in small_truth["coverage"] if c["outcome"] == "UNKNOWN"}
    assert settled
    assert open_
    assert not settled & open_
    reasons = {c["reason_code"] for c in small_decisions["coverage"]}
    assert len(reasons) == 11
    forms = sum(len(_grid(path)) - 2 for path in (small_folder / "applications").iterdir())
    assert len(small_decisions["applications"]) == forms
    assert {a["decision"] for a in small_decisions["applications"]} == {"RECOGNISED", "REJECTED"}
    assert {o["decision"] for o in small_decisions["objections"]} == {"DISMISSED"}
    assert all(r["corrected"]["account_no"] != r["account_no"] for r in small_decisions["refusals"])


def test_truth_names_every_planted_kind(small_truth: dict[str, Any]) -> None:
    kinds = {fault["kind"] for fault in small_truth["faults"]}
    assert kinds == {plant.kind for plant in PLANTS} | {"name_variant", "two_categories"}
