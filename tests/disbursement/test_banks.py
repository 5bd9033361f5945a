"""Payment and return files, byte for byte against golden files made by iconv from hand-written text."""

import io
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from disbursement.banks import (
    CannotWrite,
    FileHeader,
    FileLine,
    ReturnResult,
    WrongProfile,
    WrongReturnFile,
    example_return,
    load_profiles,
    parse_profile,
    parse_return,
    profile_for,
    return_batch_no,
    unencodable,
    write_payment_file,
    write_return_file,
)
from disbursement.rules.payment import line_reference
from disbursement.rules.returns import ReturnCode, canonical_code

GOLDEN = Path(__file__).parent / "golden"
PROFILES = load_profiles()
CCB, RCC = PROFILES["ccb_txt"], PROFILES["rcc_txt"]
ON = date(2020, 6, 15)
CCB_LINES = (
    FileLine(
        1, line_reference("20201CCB001", 1), "6217001234567890121", "张梓涵", 31250,
        "2020年春生活补助", "中国建设银行淇县支行", "105497200012",
    ),
    FileLine(
        2, line_reference("20201CCB001", 2), "6227009876543210987", "阿依·古丽", 120000, "2020年春助学金",
    ),
    FileLine(3, line_reference("20201CCB001", 3), "4367421111222233334", "䶮𫖯", 50000, "2020年春学前资助"),
)  # fmt: skip
RCC_LINES = (
    FileLine(1, line_reference("20201RCC001", 1), "622991000000000018", "马圪垱", 62500),
    FileLine(2, line_reference("20201RCC001", 2), "623059000000000027", "孟祎", 40000),
)
CCB_HEADER = FileHeader("20201CCB001", ON, 3, 201250)
RCC_HEADER = FileHeader("20201RCC001", ON, 2, 102500)
RETURN = (GOLDEN / "RCC_20201RCC001_20200615_HP.txt").read_bytes()


@pytest.mark.parametrize(("profile", "header", "lines"), [(CCB, CCB_HEADER, CCB_LINES), (RCC, RCC_HEADER, RCC_LINES)])
def test_payment_file_is_the_golden_file(profile, header, lines) -> None:  # type: ignore[no-untyped-def]
    written = write_payment_file(profile, header, lines)

    assert written.data == (GOLDEN / written.name).read_bytes()
    assert written.media_type == "text/plain"


@pytest.mark.parametrize("key", ["ccb_xlsx", "rcc_xlsx"])
def test_workbook_is_all_text_and_the_same_for_ever(key: str) -> None:
    lines, header = (CCB_LINES, CCB_HEADER) if key.startswith("ccb") else (RCC_LINES, RCC_HEADER)

    first = write_payment_file(PROFILES[key], header, lines)
    second = write_payment_file(PROFILES[key], header, lines)

    assert first.data == second.data
    sheet = load_workbook(io.BytesIO(first.data)).active
    cells = list(sheet.iter_rows(values_only=True))
    assert cells[0] == tuple(column.header for column in PROFILES[key].columns)
    assert [row[1] for row in cells[1:]] == [line.account_no for line in lines]
    assert {type(cell) for row in cells for cell in row if cell is not None} == {str}
    assert first.name.endswith(".xlsx")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"count": 2}, "登记2笔"),
        ({"total_fen": 201251}, "2,012.51元"),
    ],
)
def test_sums_must_be_those_of_the_batch(change: dict[str, int], words: str) -> None:
    with pytest.raises(CannotWrite, match=words):
        write_payment_file(CCB, replace(CCB_HEADER, **change), CCB_LINES)  # type: ignore[arg-type]


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(CannotWrite, match="超过银行每个文件2笔的上限"):
        write_payment_file(replace(CCB, max_rows=2), CCB_HEADER, CCB_LINES)


def test_no_lines_are_refused() -> None:
    with pytest.raises(CannotWrite, match="没有明细"):
        write_payment_file(CCB, replace(CCB_HEADER, count=0, total_fen=0), ())


@pytest.mark.parametrize(
    ("name", "characters"),
    [
        ("张\ue000涵", "\ue000"),
        ("张|涵", "|"),
        ("张\n涵", "\n"),
        ("张" * 31, ""),
        (" ", ""),
        ("张\ud800", "\ud800"),
    ],
)
def test_names_that_the_file_cannot_carry_are_listed_and_refused(name: str, characters: str) -> None:
    lines = [replace(CCB_LINES[0], account_name=name), *CCB_LINES[1:]]

    (found,) = unencodable(CCB, lines)

    assert (found.line_no, found.characters) == (1, characters)
    with pytest.raises(CannotWrite):
        write_payment_file(CCB, CCB_HEADER, lines)


def test_rare_names_stand_in_gb18030_but_not_in_gbk() -> None:
    assert unencodable(CCB, CCB_LINES) == []
    assert [one.characters for one in unencodable(replace(CCB, encoding="gbk"), CCB_LINES)] == ["䶮𫖯"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"summary": "补助|二次"}, "含有分隔符"),
        ({"account_no": "62170012A"}, "账号不是数字"),
    ],
)
def test_lines_that_break_the_layout_are_refused(change: dict[str, str], words: str) -> None:
    lines = [replace(CCB_LINES[0], **change), *CCB_LINES[1:]]  # type: ignore[arg-type]
    with pytest.raises(CannotWrite, match=words):
        write_payment_file(CCB, CCB_HEADER, lines)


def test_amounts_can_be_whole_fen() -> None:
    written = write_payment_file(replace(RCC, amount_format="fen"), RCC_HEADER, RCC_LINES)

    assert written.data.decode("gb18030").splitlines()[0].split("|")[2] == "62500"


def test_return_file_is_the_golden_file() -> None:
    results = [ReturnResult(RCC_LINES[0], "0000 成功"), ReturnResult(RCC_LINES[1], "户名不符")]

    written = write_return_file(RCC, RCC_HEADER, results)

    assert (written.name, written.data) == ("RCC_20201RCC001_20200615_HP.txt", RETURN)


def test_return_file_is_read() -> None:
    rows = parse_return(RCC, RETURN)

    assert return_batch_no(RCC, RETURN) == "20201RCC001"
    assert [(row.row, row.account_no, row.account_name, row.amount_fen) for row in rows] == [
        (2, "622991000000000018", "马圪垱", 62500),
        (3, "623059000000000027", "孟祎", 40000),
    ]
    assert [row.line_ref for row in rows] == [line.line_ref for line in RCC_LINES]
    assert [canonical_code(row.bank_text, RCC.return_codes) for row in rows] == ["SUCCESS", "NAME_MISMATCH"]


def test_return_file_may_be_utf8_with_unix_newlines_and_blank_lines() -> None:
    text = RETURN.decode("gb18030").replace("\r\n", "\n").replace("\n", "\n\n")

    rows = parse_return(RCC, text.encode("utf-8-sig"))

    assert [row.row for row in rows] == [3, 5]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("|2|", "|3|", "写明3笔，实际2笔"),
        ("|1025.00", "|1025.01", "1,025.01元，明细合计1,025.00元"),
        ("|1025.00", "", "首行应有3栏"),
        ("|2|", "|二|", "“笔数”不是数字"),
        ("|1025.00", "|很多", "首行的“金额合计”有误"),
        ("|400.00|", "|400.001|", "第3行：“金额”栏有误，金额最多保留两位小数"),
        ("|400.00|", "|", "第3行：应有5栏（账号|户名|金额|摘要|处理结果），实际4栏"),
        ("623059000000000027", "6.23059E+17", "第3行：“账号”栏是科学记数"),
        ("|户名不符", "|", "第3行：“处理结果”栏是空的"),
    ],
)
def test_faulty_return_files_are_refused_whole(old: str, new: str, words: str) -> None:
    text = RETURN.decode("gb18030")
    assert old in text
    with pytest.raises(WrongReturnFile) as refusal:
        parse_return(RCC, text.replace(old, new).encode("gb18030"))

    assert words in refusal.value.message
    assert [one.row for one in refusal.value.problems] == ([3] if "第3行" in words else [])


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"%PDF-1.4 ...", "PDF 文件"), (b"\xff\xd8\xff\xe0", "JPG 图片"), (b"PK\x03\x04 xl/workbook.xml", "Excel 表格")],
)
def test_return_file_that_is_something_else_is_named(data: bytes, name: str) -> None:
    with pytest.raises(WrongReturnFile, match=f"这是{name}.*不是文本文件"):
        parse_return(RCC, data)


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"PK\x03\x04", b"\x00\x01", b"\xff\xff\xff"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(WrongReturnFile, match="回盘文件"):
        parse_return(RCC, data)


BANK_TEXTS = {
    "成功": "SUCCESS", "交易成功": "SUCCESS", "入账成功": "SUCCESS", "0000": "SUCCESS",
    "0000 成功": "SUCCESS", "账号不存在": "ACCOUNT_NOT_FOUND", "无此账户": "ACCOUNT_NOT_FOUND",
    "卡号不存在": "ACCOUNT_NOT_FOUND", "账号错误": "ACCOUNT_NOT_FOUND", "户名不符": "NAME_MISMATCH",
    "账号户名不符": "NAME_MISMATCH", "姓名不一致": "NAME_MISMATCH", "销户": "ACCOUNT_CLOSED",
    "已注销": "ACCOUNT_CLOSED", "冻结": "ACCOUNT_FROZEN", "止付": "ACCOUNT_FROZEN",
    "只付不收": "ACCOUNT_FROZEN", "挂失": "CARD_LOST", "未激活": "NOT_ACTIVATED",
    "未启用": "NOT_ACTIVATED", "金融功能未开通": "NOT_ACTIVATED", "睡眠户": "DORMANT",
    "久悬": "DORMANT", "不动户": "DORMANT", "长期不动": "DORMANT", "非柜面限制": "RESTRICTED",
    "身份信息不完整": "RESTRICTED", "证件过期": "RESTRICTED", "中止业务": "RESTRICTED",
    "超限额": "LIMIT_EXCEEDED", "Ⅱ类户限额": "LIMIT_EXCEEDED", "存折不支持": "TYPE_UNSUPPORTED",
    "贷记卡": "TYPE_UNSUPPORTED", "重复": "DUPLICATE", "当日重复": "DUPLICATE",
    "金额错误": "AMOUNT_INVALID", "格式错": "FORMAT_ERROR", "退汇": "RETURNED_LATER",
    "退票": "RETURNED_LATER", "处理中": "UNKNOWN", "超时": "UNKNOWN", "结果未知": "UNKNOWN",
    "其他原因": "OTHER", "": "OTHER",
    # what must not count as paid
    "不成功": "OTHER", "交易未成功": "OTHER", "退汇成功": "RETURNED_LATER",
    "重复，上次成功": "DUPLICATE", "00001": "OTHER", "0000：处理中": "UNKNOWN",
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), BANK_TEXTS.items())
def test_bank_texts_get_their_canonical_code(text: str, code: str) -> None:
    assert canonical_code(text, CCB.return_codes) == code


def test_bank_texts_cover_every_code() -> None:
    assert set(BANK_TEXTS.values()) == set(ReturnCode)


def test_a_profiles_own_codes_come_first() -> None:
    path = Path(__file__).resolve().parents[2] / "disbursement/banks/profiles/rcc_txt.toml"
    source = path.read_text(encoding="utf-8")
    own = source + '\n[[codes]]\ncode = "CARD_LOST"\npattern = "9999"\n'

    profile = parse_profile("own", own, CCB.return_codes)

    assert canonical_code("9999 成功", profile.return_codes) == "CARD_LOST"
    assert canonical_code("9999 成功", CCB.return_codes) == "SUCCESS"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('field = "amount"', 'field = "sum"', "不认识的栏目：sum"),
        ('{ header = "金额", field = "amount" },', "", "缺少栏目：amount"),
        ('medium = "txt"', 'medium = "xls"', "不支持"),
        ('amount_format = "yuan"', 'amount_format = "jiao"', "金额格式"),
        ("version = 1", "", "不完整"),
        ("version = 1", "version = ", "不完整"),
    ],
)
def test_faulty_layouts_are_refused(old: str, new: str, words: str) -> None:
    source = (Path(__file__).resolve().parents[2] / "disbursement/banks/profiles/rcc_txt.toml").read_text("utf-8")
    assert old in source
    with pytest.raises(WrongProfile, match=words):
        parse_profile("faulty", source.replace(old, new))


def test_profiles_are_found_by_bank_and_medium() -> None:
    assert profile_for("CCB").key == "ccb_txt"
    assert profile_for("RCC", "xlsx").key == "rcc_xlsx"
    with pytest.raises(WrongProfile, match="ABC"):
        profile_for("ABC")


names = st.text(st.sampled_from("张王李赵孟䶮𫖯𰰩·祎马圪垱"), min_size=1, max_size=8)
lines = st.lists(
    st.tuples(st.text("0123456789", min_size=12, max_size=19), names, st.integers(1, 10**9)),
    min_size=1,
    max_size=20,
)


@settings(max_examples=80, deadline=None)
@given(lines, st.sampled_from(["ccb_txt", "rcc_txt"]))
def test_what_is_written_is_read_back(rows: list[tuple[str, str, int]], key: str) -> None:
    profile = PROFILES[key]
    batch_no = f"20201{profile.bank}001"
    written = [
        FileLine(place, line_reference(batch_no, place), account, name, fen)
        for place, (account, name, fen) in enumerate(rows, 1)
    ]
    header = FileHeader(batch_no, ON, len(written), sum(fen for _, _, fen in rows))
    assert write_payment_file(profile, header, written).data.count(b"\r\n") == len(written)

    data = write_return_file(profile, header, [ReturnResult(line, "交易成功") for line in written]).data
    read = parse_return(profile, data)

    assert Counter((row.line_ref, row.account_no, row.account_name, row.amount_fen) for row in read) == Counter(
        (line.line_ref, line.account_no, line.account_name, line.amount_fen) for line in written
    )


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("|2|", "|3|", True),
        ("|1025.00", "|1025.01", True),
        ("|400.00|", "|", True),
        ("|400.00|", "|四百|", False),
        ("623059000000000027", "6.23059E+17", False),
        ("|户名不符", "|", False),
    ],
)
def test_bank_is_asked_again_only_for_a_file_whose_structure_is_broken(old: str, new: str, again: bool) -> None:
    with pytest.raises(WrongReturnFile) as refusal:
        parse_return(RCC, RETURN.decode("gb18030").replace(old, new).encode("gb18030"))

    assert ("请向银行重新索取" in refusal.value.message) is again


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_example_return_is_read_by_its_own_layout(profile) -> None:  # type: ignore[no-untyped-def]
    lines = example_return(profile, f"20201{profile.bank}001")

    data = "\r\n".join(lines).encode(profile.returns.encoding)
    assert [row.bank_text for row in parse_return(profile, data)] == ["交易成功", "户名不符"]
    assert return_batch_no(profile, data) == f"20201{profile.bank}999"


def test_columns_of_the_return_file_have_the_names_of_the_banks_own_file() -> None:
    assert RCC.return_titles == ("账号", "户名", "金额", "摘要", "处理结果")
    assert CCB.return_titles == ("序号", "账号", "户名", "金额", "备注", "处理结果")
    assert RCC.head_titles == ("批次号", "笔数", "金额合计")
    assert (RCC.return_title("line_ref"), RCC.return_title("line_no"), RCC.return_title("")) == ("摘要", "", "")
