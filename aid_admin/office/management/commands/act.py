"""Any action by its name."""

import inspect
import types
import typing
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser

from aid_admin.accounts.acting import ACTIONS, Action, Moved
from aid_admin.jobs.models import Job
from aid_admin.lib.money import yuan_comma
from aid_admin.lib.refusals import BadInput
from aid_admin.office.command import MOST_SHOWN, OfficeCommand
from aid_admin.office.wording import object_name, state_name

_ONLY_ONE: Final = frozenset({"democlock"})  # objects whose number says nothing


class Command(OfficeCommand):
    """act NAME [PARAM=VALUE …] --as U [--out FILE] · act --list."""

    help = "执行一个动作；--list 列出所有动作"
    takes_user = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--as", dest="username", default="", metavar="用户名", help="以哪个用户的身份执行，除 --list 外必须写"
        )
        parser.add_argument("--list", action="store_true", help="列出全部动作和参数")
        parser.add_argument("--out", default="", help="动作给出文件时存到这里")
        parser.add_argument("name", nargs="?", default="")
        parser.add_argument("given", nargs="*", metavar="PARAM=VALUE")

    def show(self, result: dict[str, Any]) -> None:
        """Every action on a line of its own, with its parameters; of what was moved a sentence each."""
        listed = result.pop("items", [])
        if listed and "parameters" in listed[0]:
            self.stdout.write(f"用法：act 动作 参数=值 … --as 用户名。共 {len(listed)} 个动作：")
            for item in listed:
                self.stdout.write(f"  {item['name']:26} {' '.join(item['parameters'])}".rstrip())
            return
        if "message" not in result:
            self.stdout.write(f"已办理，涉及 {len(listed)} 项：" if len(listed) > 1 else "已办理。")
        for item in listed[:MOST_SHOWN]:
            self.stdout.write(f"  {_sentence(item)}" if len(listed) > 1 else _sentence(item))
        if len(listed) > MOST_SHOWN:
            self.stdout.write(f"  … 还有 {len(listed) - MOST_SHOWN} 项没有列出，加 --json 可以看到全部")
        super().show(result)

    def answer(self, **options: Any) -> dict[str, Any]:
        if options["list"]:
            return {"items": [{"name": n, "parameters": list(a.parameters)} for n, a in sorted(ACTIONS.items())]}
        action = ACTIONS.get(options["name"])
        if action is None:
            raise BadInput(f"没有动作“{options['name']}”。用 act --list 查看全部动作。")
        by = self.user(options)
        result = action.call(by=by, **arguments_of(action, options["given"]))
        return {"items": _items(result), **_more(result, options["out"])}


def _items(result: Any) -> list[dict[str, Any]]:
    """The objects that were moved; a job that was queued is one too."""
    if isinstance(result, Job):
        return [_item(Moved("job", result.pk, None, result.state))]
    return [_item(moved) for moved in result if isinstance(moved, Moved)] if isinstance(result, list) else []


def _more(result: Any, out: str) -> dict[str, Any]:
    """What is no object: a word (a one-time password), or a file, which goes to --out."""
    if isinstance(result, str):
        return {"value": result}
    if isinstance(result, tuple) and len(result) == 3 and isinstance(result[2], bytes):
        if not out:
            raise BadInput(f"这个动作给出文件“{result[0]}”，请用 --out 指明存到哪里。")
        Path(out).write_bytes(result[2])
        return {"path": out, "name": result[0]}
    return {}


def _item(moved: Moved) -> dict[str, Any]:
    return {
        "object": moved.object, "id": moved.id, "from": moved.from_state, "to": moved.to_state,
        "persons": moved.persons, "person_times": moved.person_times, "amount_fen": moved.amount_fen,
    }  # fmt: skip


def _sentence(item: dict[str, Any]) -> str:
    """One object that was moved, in words: which, from what to what, how many persons and how much money."""
    kind, before, after = item["object"], item["from"], item["to"]
    named = object_name(kind) if kind in _ONLY_ONE else f"{object_name(kind)} {item['id']}"
    parts = [f"由“{state_name(kind, before)}”改为“{state_name(kind, after)}”" if before else state_name(kind, after)]
    if item["person_times"] is not None:
        parts.append(f"{item['person_times']} 人次")
    if item["amount_fen"] is not None:
        parts.append(f"{yuan_comma(item['amount_fen'])} 元")
    return f"{named}：{'，'.join(part for part in parts if part)}。"


def arguments_of(action: Action, given: list[str]) -> dict[str, Any]:
    """PARAM=VALUE texts as the action's types; raises BadInput for a name or value that does not fit."""
    values: dict[str, Any] = {}
    hints = typing.get_type_hints(inspect.unwrap(action.call))
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or name not in action.parameters:
            raise BadInput(f"动作 {action.name} 的参数是 {'、'.join(action.parameters)}，不认识“{text}”。")
        try:
            values[name] = _value(hints[name], value)
        except ValueError as problem:
            raise BadInput(f"参数 {name} 的值“{value}”不对。") from problem
    missing = [n for n, p in action.parameters.items() if p.default is p.empty and n not in values]
    if missing:
        raise BadInput(f"动作 {action.name} 还缺参数：{'、'.join(missing)}。")
    return values


def _value(hint: Any, text: str) -> Any:
    if isinstance(hint, types.UnionType):
        hint = next(kind for kind in typing.get_args(hint) if kind is not types.NoneType)
    if typing.get_origin(hint) is list:
        (kind,) = typing.get_args(hint)
        return [_value(kind, part) for part in text.split(",") if part]
    if hint is bool:
        return _truth(text)
    if hint is date:
        return date.fromisoformat(text)
    if hint is bytes:
        return Path(text).read_bytes()
    return int(text) if hint is int else text


def _truth(text: str) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if text.lower() not in words:
        raise ValueError(text)
    return words[text.lower()]
