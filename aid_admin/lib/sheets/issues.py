"""What can be wrong with a file, a sheet, a row: one catalogue, one sentence each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    REPAIR = "repair"


class Entry(NamedTuple):
    level: Level
    template: str


_E, _W, _R = Level.ERROR, Level.WARNING, Level.REPAIR

CATALOGUE: Final[dict[str, Entry]] = {
    # cells
    "MISSING_VALUE": Entry(_E, "没有填写{column}，请补上"),
    "ID_DESTROYED": Entry(_E, "{column}被当作数字保存，后几位已丢失；请在原系统重新导出，把这一列设为文本格式"),
    "NUMBER_DESTROYED": Entry(_E, "{column}被当作数字保存，后几位已丢失；请把这一列设为文本格式后重新填写"),
    "ID_INVALID": Entry(_E, "{column}有误：{reason}；请核对户口本后改正"),
    "NUMBER_MASKED": Entry(
        _E, "{column}是遮盖的号码；请在“下载名册”时勾选显示完整号码重新下载，或填上完整号码，再上传"
    ),
    "ID_MISSING": Entry(_W, "没有{column}，将只能按姓名等线索人工核对"),
    "ID_REPAIRED": Entry(_R, "{column}已按规范写法整理（空格、全角、小写x等）"),
    "ID_FROM_CERTIFICATE": Entry(_R, "{column}填的是残疾人证号，已取前18位作为身份证号"),
    "CERT_INVALID": Entry(_W, "{column}不像有效的证件号，请核对"),
    "CERT_MISMATCH": Entry(_W, "{column}与证号中的类别、等级不一致，请核对"),
    "DATE_INVALID": Entry(_E, "{column}不是日期，请写成 2020-03-01 这样"),
    "DATE_INCOMPLETE": Entry(_R, "{column}只有年月，按当月1日处理"),
    "AMOUNT_INVALID": Entry(_E, "{column}：{reason}"),
    "AMOUNT_ABOVE_STANDARD": Entry(_W, "{column}{amount}元大于本行的资助标准{standard}元，请核对"),
    "INTEGER_INVALID": Entry(_E, "{column}应为整数，请改正"),
    "YES_NO_INVALID": Entry(_W, "{column}应填“是”或“否”，看不懂所填的内容"),
    "PHONE_INVALID": Entry(_W, "{column}不像电话号码，请核对"),
    "TOO_LONG": Entry(_E, "{column}超过{limit}个字，请缩短"),
    "CELL_ERROR": Entry(
        _E, "{column}的单元格是公式算出的错误值，读不出内容；请改正公式，或复制后“选择性粘贴—数值”再上传"
    ),
    "CELL_NO_RESULT": Entry(
        _E, "{column}的单元格只有公式，没有算出的结果；请用 Excel 或 WPS 打开后保存，或复制后“选择性粘贴—数值”再上传"
    ),
    "NAME_REPAIRED": Entry(_R, "{column}中的空格已去掉"),
    "NAME_UNREADABLE": Entry(_W, "{column}里有无法显示的字，请核对原件"),
    "WORD_UNKNOWN": Entry(_E, "{column}“{value}”不在规定的写法之内；可以写：{allowed}"),
    "WORD_UNSURE": Entry(_W, "{column}“{value}”不在规定的写法之内，先按未知处理，请核对"),
    # rows
    "UNKNOWN_SCHOOL": Entry(_E, "没有找到学校“{value}”{hint}，请改成学校标识码或全称"),
    "AMBIGUOUS_SCHOOL": Entry(_E, "学校名称“{value}”对应不止一所学校，请填写学校标识码"),
    "FOREIGN_SCHOOL": Entry(_E, "这一行是“{value}”的，不是本校的，请删去"),
    "SCHOOL_MISMATCH": Entry(_E, "学校标识码与学校名称不是同一所学校，请核对"),
    "STAGE_NOT_TAUGHT": Entry(_W, "“{school}”没有{value}学段，请核对"),
    "WRONG_SEMESTER": Entry(_E, "表中写的是{value}，而本次办理的是{expected}，请换成本学期的表"),
    "UNKNOWN_VILLAGE": Entry(_W, "户口所在地“{value}”不在本县村（居）名单里，请核对"),
    "UNKNOWN_TOWNSHIP": Entry(_E, "没有名为“{value}”的乡镇或街道，请核对"),
    "DUPLICATE_PERSON": Entry(_E, "与第{first}行是同一个人，请删去重复的一行"),
    "DUPLICATE_ROW": Entry(_W, "与第{first}行是同一个人，只算一次"),
    "BIRTH_DATE_MISMATCH": Entry(_W, "出生日期与身份证号中的不一致，请核对"),
    "SEX_MISMATCH": Entry(_W, "性别与身份证号不一致，请核对"),
    "AGE_UNLIKELY": Entry(_W, "按身份证号今年{age}岁，与{stage}不合，请核对是否填成了家长的证件"),
    "GUARDIAN_ID_AS_PUPIL": Entry(_W, "学生的身份证号与家庭成员“{value}”的相同，请核对"),
    "ENROLMENT_NO_INVALID": Entry(_W, "学籍号应为 G、J 或 L 加18位，请核对"),
    "ENROLMENT_NO_DIFFERS": Entry(_W, "学籍号与身份证号不一致（可能更改过证件），请核对"),
    "ACCOUNT_INVALID": Entry(_E, "{column}：{reason}"),
    "ACCOUNT_UNSURE": Entry(_W, "{column}：{reason}"),
    "BANK_MISMATCH": Entry(_W, "开户行写的是“{value}”，与卡号所属银行不同，请核对"),
    "NO_COMMITMENT": Entry(_E, "申请没有承诺，请补签后再报"),
    "NO_REASON": Entry(_W, "不在校就读却没有写原因，请补上"),
    "FAMILY_WITHOUT_APPLICATION": Entry(_E, "家庭成员表中的这名学生不在申请表里，请核对学生身份证号"),
    "PERIOD_INVALID": Entry(_E, "截止日期早于起始日期，请改正"),
    # whole rows and sheets
    "SHEET_IGNORED": Entry(_W, "工作表“{value}”没有找到表头，未读取"),
    "SHEET_HEADER": Entry(_E, "工作表“{value}”的表头缺少：{missing}；这一张没有读取"),
    "SHEET_OTHER_KIND": Entry(_W, "工作表“{value}”的表头像“{kind}”，不是要交的表，未读取"),
    "SHEET_HIDDEN": Entry(_W, "工作表“{value}”是隐藏的，未读取"),
    "DUPLICATE_HEADER": Entry(_E, "有两列都是“{missing}”，请删去或改名其中一列"),
    "WRONG_SHEET": Entry(
        _E, "这不像是要交的表：缺少 {missing}；请用下载的模板，或检查是否传错了文件；只是列名不同的，可以手工对应各列"
    ),
    "OTHER_KIND": Entry(
        _E,
        "表头像“{kind}”，不是这里要交的表；请改选“{kind}”上传，或检查是否传错了文件；确实是要交的表，可以手工对应各列",
    ),
    "MAPPED_MISSING": Entry(_E, "表里没有“{missing}”这一列；请核对列名，或重新对应各列"),
    "NO_ROWS": Entry(_E, "表里没有数据行"),
}


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding; `row` is the spreadsheet's own number, 0 for the whole sheet; `column` a heading."""

    sheet: str
    row: int
    column: str
    level: Level
    code: str
    message: str
    value: str = ""

    @property
    def where(self) -> str:
        """The place in words: 工作表“名册”第12行“身份证号”."""
        sheet = f"工作表“{self.sheet}”" if self.sheet else ""
        row = f"第{self.row}行" if self.row else ""
        return sheet + row + (f"“{self.column}”" if self.column else "")


def make(code: str, *, sheet: str, row: int, column: str = "", value: str = "", **details: object) -> Issue:
    """The issue with its sentence; `level=` among the details overrides the catalogue's level."""
    entry = CATALOGUE[code]
    level = details.pop("level", entry.level)
    message = entry.template.format(column=column or "此处", value=value, **details)
    return Issue(sheet, row, column, Level(str(level)), code, message, value)
