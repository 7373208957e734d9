"""The project's own engine, asked through its command line."""

from __future__ import annotations

import json
import subprocess

from . import data

COMMAND = ["cargo", "run", "--release", "--quiet", "--bin", "lambdascope", "--"]


def engine(*arguments: object) -> dict:
    """What a command of the project's command line answers."""
    command = [*COMMAND, *map(str, arguments), "--json"]
    return json.loads(subprocess.run(command, cwd=data.PROJECT, check=True, stdout=subprocess.PIPE, text=True).stdout)
