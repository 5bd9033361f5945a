"""The contract of every command: --json prints one object and nothing else; exit codes 0, 1, 2, 3."""

import json
import logging
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aid_admin.accounts.models import User
from aid_admin.lib.refusals import BadInput, Refused

DONE, REFUSED, BAD_INPUT, INTERNAL = 0, 1, 2, 3
log = logging.getLogger(__name__)


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
        """As Django's; with --json arguments that cannot be understood are answered in JSON too."""
        if "--json" in argv:
            parser = self.create_parser(argv[0], argv[1])
            parser.called_from_command_line = False  # its errors are raised, not printed
            try:
                parser.parse_args(argv[2:])
            except CommandError as problem:
                sentence = f"命令的写法不对（{str(problem).removeprefix('Error: ')}），可用 --help 查看写法。"
                self.stdout.write(json.dumps({"message": sentence}, ensure_ascii=False))
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
            return {"message": f"读写文件失败：{problem}"}, BAD_INPUT
        except Exception:
            log.exception("command broke off")
            return {"message": "系统内部出错，没有完成。请把这次的命令和时间告诉系统管理员。"}, INTERNAL
        return result, int(result.pop("exit", DONE))

    def show(self, result: dict[str, Any]) -> None:
        """For people: one line per key."""
        for key, value in result.items():
            if isinstance(value, list):
                self.stdout.write(f"{key}：{len(value)} 条")
                for item in value[:50]:
                    self.stdout.write(f"  {json.dumps(item, ensure_ascii=False, default=str)}")
            else:
                self.stdout.write(f"{key}：{json.dumps(value, ensure_ascii=False, default=str)}")

    def user(self, options: dict[str, Any]) -> User:
        """The user named by --as; must exist and be active."""
        found = User.objects.filter(username=options["username"], is_active=True).first()
        if found is None:
            raise BadInput(f"没有在用的用户“{options['username']}”。")
        return found
