"""The contract of every command: --json prints one object and nothing else; exit codes 0, 1, 2, 3."""

import errno
import json
import logging
import re
import sys
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aid_admin.accounts.models import User
from aid_admin.lib.refusals import BadInput, Refused

DONE, REFUSED, BAD_INPUT, INTERNAL = 0, 1, 2, 3
MOST_SHOWN: Final = 50  # rows of a list that people are shown
log = logging.getLogger(__name__)

# What the parser of command lines says, in Chinese.
_WORDS: Final = (
    (r"the following arguments are required: (.+)", r"缺少 \1"),
    (r"unrecognized arguments: (.+)", r"不认识 \1"),
    (r"argument (.+?): expected .*", r"\1 后面要写一个值"),
    (r"argument (.+?): invalid choice: (.+) \(choose from (.+)\)", r"\1 不能写成 \2，可以写 \3"),
    (r"argument (.+?): invalid \S+ value: (.+)", r"\1 的值 \2 不对"),
    (r"ambiguous option: (.+) could match (.+)", r"\1 可以是 \2，请写全"),
)
_FILE_ERRORS: Final = (
    (FileNotFoundError, "没有找到“{name}”，请核对路径。"),
    (IsADirectoryError, "“{name}”是文件夹，这里要的是文件，请核对路径。"),
    (NotADirectoryError, "“{name}”的路径中有一段不是文件夹，请核对路径。"),
    (PermissionError, "没有权限读写“{name}”，请换一个位置，或请系统管理员放开权限。"),
    (FileExistsError, "“{name}”已经存在，请换一个名字。"),
)


def _in_chinese(problem: CommandError) -> str:
    text = str(problem).removeprefix("Error: ")
    found = ((re.fullmatch(pattern, text), words) for pattern, words in _WORDS)
    return next((match.expand(words) for match, words in found if match), text).replace(", ", "、")


def _file_sentence(problem: OSError) -> str:
    if problem.errno == errno.ENOSPC:
        return "磁盘已满，文件没有写完，请清理后再试。"
    name = problem.filename or "文件"
    usual = f"读写“{name}”没有成功（系统错误号 {problem.errno}），请稍后再试，或告诉系统管理员。"
    return next((text.format(name=name) for kind, text in _FILE_ERRORS if isinstance(problem, kind)), usual)


class OfficeCommand(BaseCommand):
    """A command answers with a dict; what writes takes --as USERNAME and passes the checks of the pages."""

    takes_user = True
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own name and kind

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")
        if self.takes_user:
            parser.add_argument("--as", dest="username", required=self.takes_user is True, help="以哪个用户的身份")
        self.arguments(parser)

    def arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""

    def answer(self, **options: Any) -> dict[str, Any]:
        """Do the work and return what is printed; key "exit" sets another exit code than 0."""
        raise NotImplementedError

    def run_from_argv(self, argv: list[str]) -> None:
        """As Django's; arguments that cannot be understood are answered in Chinese, with --json in JSON."""
        parser = self.create_parser(argv[0], argv[1])
        parser.called_from_command_line = False  # its errors are raised, not printed
        try:
            parser.parse_args(argv[2:])
        except CommandError as problem:
            sentence = f"命令的写法不对：{_in_chinese(problem)}。可用 --help 查看写法。"
            if "--json" in argv:
                self.stdout.write(json.dumps({"message": sentence}, ensure_ascii=False))
            else:
                self.stderr.write(sentence)
            sys.exit(BAD_INPUT)
        super().run_from_argv(argv)

    def handle(self, *_args: Any, **options: Any) -> None:
        result, code = self._run(options)
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False, default=str))
        else:
            self.show(result)
        if code:
            sys.exit(code)

    def _run(self, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        try:
            result = self.answer(**options)
        except BadInput as problem:
            return {"message": problem.message, **problem.facts}, BAD_INPUT
        except Refused as refusal:
            return {"message": refusal.message, **refusal.facts}, REFUSED
        except OSError as problem:
            return {"message": _file_sentence(problem)}, BAD_INPUT
        except Exception:
            log.exception("command broke off")
            return {"message": "系统内部出错，没有完成。请把这次的命令和时间告诉系统管理员。"}, INTERNAL
        return result, int(result.pop("exit", DONE))

    def show(self, result: dict[str, Any]) -> None:
        """For people: one line per key; a sentence as it is."""
        for key, value in result.items():
            if key == "message":
                self.stdout.write(str(value))
            elif isinstance(value, list):
                self.stdout.write(f"{key}：{len(value)} 条")
                for item in value[:MOST_SHOWN]:
                    self.stdout.write(f"  {json.dumps(item, ensure_ascii=False, default=str)}")
                if len(value) > MOST_SHOWN:
                    self.stdout.write(f"  … 还有 {len(value) - MOST_SHOWN} 条没有列出，加 --json 可以看到全部")
            else:
                self.stdout.write(f"{key}：{json.dumps(value, ensure_ascii=False, default=str)}")

    def user(self, options: dict[str, Any]) -> User:
        """The user named by --as; must exist and be active."""
        if not options["username"]:
            raise BadInput("请用 --as 写明以哪个用户的身份执行，例如 --as chushen1。")
        found = User.objects.filter(username=options["username"], is_active=True).first()
        if found is None:
            raise BadInput(f"没有在用的用户“{options['username']}”。")
        return found
