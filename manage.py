#!/usr/bin/env python
"""The command line. Starts the private cluster when a command needs it and it does not run."""

import os
import sys

from django.core.management import execute_from_command_line

from aid_admin.db import cluster
from aid_admin.settings import PRIVATE_CLUSTER

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aid_admin.settings")
    if PRIVATE_CLUSTER is not None and sys.argv[1:2] not in (["check_file"], ["make_county"], ["help"]):
        cluster.ensure(PRIVATE_CLUSTER)
    execute_from_command_line(sys.argv)
