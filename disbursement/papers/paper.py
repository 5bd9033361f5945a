"""What all papers of this app share: the result, the office that issues them, days and codes as printed."""

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import segno

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Paper(NamedTuple):
    """A file to be handed out."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Office:
    """Who issues the paper; what is not known is left as a line to be filled in by hand."""

    unit: str = "淇县教育体育局学生资助管理中心"
    phone: str = ""
    address: str = ""
    complaint: str = ""

    @property
    def phone_or_line(self) -> str:
        """The phone number, or room to write it."""
        return self.phone or "＿＿＿＿＿＿＿＿＿＿"

    @property
    def address_or_line(self) -> str:
        """The address, or room to write it."""
        return self.address or "＿＿＿＿＿＿＿＿＿＿＿＿"

    @property
    def complaint_or_line(self) -> str:
        """The complaint phone, or room to write it."""
        return self.complaint or "＿＿＿＿＿＿＿＿＿＿"


AID_CENTRE: Final = Office()


def day(value: date | None) -> str:
    """2020年6月15日, or room to write a day."""
    return f"{value.year}年{value.month}月{value.day}日" if value else "＿＿＿＿年＿＿月＿＿日"


def short_code(digest: str) -> str:
    """The first twelve characters of a digest in groups of four, fit to be read aloud."""
    head = digest[:12].upper()
    return "-".join(head[place : place + 4] for place in range(0, len(head), 4))


def qr(text: str) -> str:
    """A QR code as a data: address."""
    return str(segno.make(text, micro=False, error="m").svg_data_uri(border=1, scale=4))
