"""The departments' registries: typed rows, written once."""

from datetime import date
from typing import Any

from aid_admin.audit.rules import digest
from aid_admin.county.models import Village
from aid_admin.db import bulk
from aid_admin.intake.models import Upload
from aid_admin.lib import id_card, names
from aid_admin.lib.sheets.table import TableRow
from eligibility.models import RegistryRecord

_FIELDS = (
    "upload_id", "sheet", "row", "registry", "name", "name_key", "id_number", "id_text", "cert_no", "birth_date",
    "sex", "household_no", "member_no", "relation", "village_id", "category", "variant", "policy_status",
    "proof_state", "valid_to", "is_covered_member", "extra", "row_digest",
)  # fmt: skip


def store_registry(upload: Upload, rows: list[TableRow]) -> None:
    """Write a chunk of one registry."""
    villages = dict(Village.objects.values_list("code", "id"))
    bulk.copy(RegistryRecord, _FIELDS, (_record(upload, row, villages) for row in rows))


def _told_by(text: str | None) -> date | None:
    """The birth date that a faulty number still tells: a child must not fall out of the coverage check."""
    digits = id_card.normalise(text or "")[6:14]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if len(digits) == 8 else None
    except ValueError:
        return None


def _record(upload: Upload, row: TableRow, villages: dict[str, int]) -> tuple[Any, ...]:
    v = row.values
    id_number = v.get("id_number")
    born = v.get("birth_date") or (id_card.birth_date(id_number) if id_number else _told_by(v.get("id_number_text")))
    facts = (
        v["name"], id_number, born, v.get("household_no") or "", v["category"], v.get("variant") or "",
        v.get("policy_status") or "", v.get("proof_state") or "", v.get("valid_to"), v.get("is_covered_member"),
    )  # fmt: skip
    return (
        upload.pk, row.sheet, row.row, upload.kind, v["name"], names.key(v["name"]), id_number,
        v.get("id_number_text") or None, v.get("cert_no") or None, born,
        v.get("sex") or (id_card.sex(id_number) if id_number else ""), v.get("household_no") or "",
        v.get("member_no") or "", v.get("relation") or "", villages.get(v.get("village") or ""), v["category"],
        v.get("variant") or "", v.get("policy_status") or "", v.get("proof_state") or "", v.get("valid_to"),
        v.get("is_covered_member"), v.get("extra") or {}, digest(facts),
    )  # fmt: skip
