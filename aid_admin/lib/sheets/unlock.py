"""The process that takes the password (given on stdin) off a workbook: PATH TARGET LIMITS PARENT."""

import json
import sys
from pathlib import Path

from msoffcrypto import OfficeFile
from msoffcrypto.exceptions import (
    DecryptionError,
    FileFormatError,
    InvalidKeyError,
    ParseError,
)

from aid_admin.lib.confinement import restrict


def main(arguments: list[str]) -> int:
    """Exit codes: 0 done, 3 wrong password, 4 damaged."""
    path, target, limits_text, parent = arguments
    limits = json.loads(limits_text)
    restrict(limits["memory_bytes"], limits["cpu_seconds"], int(parent))
    try:
        with Path(path).open("rb") as source, Path(target).open("wb") as plain:
            office = OfficeFile(source)
            office.load_key(password=sys.stdin.read())
            office.decrypt(plain)
    except (InvalidKeyError, DecryptionError):
        return 3
    except (FileFormatError, ParseError, OSError, ValueError, KeyError, IndexError):
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
