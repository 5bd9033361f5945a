"""States of a letter, kinds of scans, ways of delivery and what a complete dossier holds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from aid_admin.lib.states import Move
from students.rules import Labelled


class LetterState(Labelled):
    """A letter's life."""

    DRAWN_UP = "DRAWN_UP", "待打印"
    PRINTED = "PRINTED", "已打印，待送达"
    DELIVERED = "DELIVERED", "已送达，待回执"
    RECEIPT_SIGNED = "RECEIPT_SIGNED", "回执已收"


LETTER_MOVES: Final = {
    "print": Move(frozenset({LetterState.DRAWN_UP}), LetterState.PRINTED),
    "deliver": Move(frozenset({LetterState.PRINTED}), LetterState.DELIVERED),
    "sign": Move(frozenset({LetterState.DELIVERED}), LetterState.RECEIPT_SIGNED),
    "take_back_delivery": Move(frozenset({LetterState.DELIVERED}), LetterState.PRINTED),
    "take_back_receipt": Move(frozenset({LetterState.RECEIPT_SIGNED}), LetterState.DELIVERED),
}


class DeliveryWay(Labelled):
    """How a letter reached the family."""

    IN_PERSON = "IN_PERSON", "教师当面送达"
    MEETING = "MEETING", "家长会发放"
    PUPIL = "PUPIL", "学生带回"
    VILLAGE = "VILLAGE", "村委会转交"
    POST = "POST", "邮寄"


class VisitMode(Labelled):
    """Where the family was met."""

    HOME = "HOME", "入户走访"
    PHONE = "PHONE", "电话访谈"
    SCHOOL = "SCHOOL", "到校面谈"


class WorkStage(Labelled):
    """The three stages of the work that a dossier is arranged by (county report: 精准识别、精准资助、精准告知)."""

    IDENTIFY = "IDENTIFY", "精准识别"
    AID = "AID", "精准资助"
    INFORM = "INFORM", "精准告知"


class EvidenceKind(Labelled):
    """Papers that are scanned into a dossier."""

    APPLICATION = "APPLICATION", "认定申请表（签字原件）"
    IDENTITY = "IDENTITY", "身份证或户口簿复印件"
    CATEGORY = "CATEGORY", "困难类别证明（手册、低保证、残疾人证、烈士证等）"
    ASSESSMENT = "ASSESSMENT", "民主评议记录"
    FEE_WAIVER = "FEE_WAIVER", "减免费用确认单"
    VISIT = "VISIT", "走访记录原件"
    OTHER = "OTHER", "其他材料"


EVIDENCE_STAGE: Final = {
    EvidenceKind.APPLICATION: WorkStage.IDENTIFY,
    EvidenceKind.IDENTITY: WorkStage.IDENTIFY,
    EvidenceKind.CATEGORY: WorkStage.IDENTIFY,
    EvidenceKind.ASSESSMENT: WorkStage.IDENTIFY,
    EvidenceKind.FEE_WAIVER: WorkStage.AID,
    EvidenceKind.VISIT: WorkStage.INFORM,
    EvidenceKind.OTHER: WorkStage.INFORM,
}


class Need(Labelled):
    """When a piece is required in the dossier of a pupil with a grant."""

    ALWAYS = "always", "所有受助学生"
    BY_REGISTRY = "by_registry", "凭部门名单认定的"
    BY_APPLICATION = "by_application", "凭申请认定的"
    REGISTERED_POOR = "registered_poor", "建档立卡学生"


@dataclass(frozen=True, slots=True)
class Piece:
    """A kind of piece that a dossier should hold: its code, its Chinese title, its stage, when it is required."""

    code: str
    title: str
    stage: WorkStage
    need: Need


PIECES: Final = (
    Piece("comparison", "部门比对结果", WorkStage.IDENTIFY, Need.BY_REGISTRY),
    Piece("application", "认定申请", WorkStage.IDENTIFY, Need.BY_APPLICATION),
    Piece("decision", "资格核定结果", WorkStage.IDENTIFY, Need.ALWAYS),
    Piece("roster_line", "资助发放名册", WorkStage.AID, Need.ALWAYS),
    Piece("publicity", "公示名单", WorkStage.AID, Need.ALWAYS),
    Piece("photo", "公示照片（开始、结束）", WorkStage.AID, Need.ALWAYS),
    Piece("payment", "发放结果", WorkStage.AID, Need.ALWAYS),
    Piece("letter", "温馨告知书", WorkStage.INFORM, Need.ALWAYS),
    Piece("receipt", "告知书回执", WorkStage.INFORM, Need.ALWAYS),
    Piece("visit", "走访记录", WorkStage.INFORM, Need.REGISTERED_POOR),
)
PIECE_TITLES: Final = {piece.code: piece.title for piece in PIECES}


def required_pieces(needs: Collection[str]) -> tuple[Piece, ...]:
    """What the dossier of a pupil with a grant must hold, `needs` naming what holds for the pupil beside ALWAYS.

    Source: the county's report (三个阶段) and the usual contents of an aid dossier.
    """
    return tuple(piece for piece in PIECES if piece.need is Need.ALWAYS or piece.need in needs)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a dossier: which piece, its title, what it says, its day, the page it is on, its stored picture."""

    piece: str
    title: str
    words: str
    day: date | None = None
    link: str = ""
    picture: int | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A semester's entries of one stage of the work."""

    stage: WorkStage
    entries: tuple[Entry, ...]


class Retention(Labelled):
    """保管期限 (精准扶贫档案管理办法, 2018): its code in the 档号 and its words."""

    PERMANENT = "Y", "永久"
    YEARS_30 = "D30", "30 年"
    YEARS_10 = "D10", "10 年"


DOSSIER_RETENTION: Final = Retention.YEARS_30
_FONDS_TO_FILL: Final = "＿＿＿＿"
_ARCHIVE_CLASS: Final = "ZZ"  # 资助


def archive_no(*, fonds: str, term: str, pupil: int, retention: Retention = DOSSIER_RETENTION) -> str:
    """档号: 全宗号-类别-年度(学期)-保管期限-件号, as 0041-ZZ-2020春-D30-000123; `term` is the semester's code.

    The number of the piece is the pupil's own, so that it stays the same however often a dossier is made.
    """
    year = f"{term[:4]}{'春' if term.endswith('spring') else '秋'}"
    return f"{fonds or _FONDS_TO_FILL}-{_ARCHIVE_CLASS}-{year}-{retention}-{pupil:06d}"


@dataclass(frozen=True, slots=True)
class TermDossier:
    """A pupil's dossier of one semester; `missing` are the titles of required pieces that are not there."""

    student: int
    name: str
    id_number: str
    sex: str
    village: str
    semester: str
    school: str
    class_name: str
    chapters: tuple[Chapter, ...]
    missing: tuple[str, ...]
    aided: bool = True
    archive_no: str = ""
    retention: str = DOSSIER_RETENTION.label


MAX_PUPILS_PER_MENTOR: Final = 5
