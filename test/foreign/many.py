#!/usr/bin/env python3
"""Runs a verifier over many bundle directories in one process: many.py VERIFIER.py < DIRECTORIES, one a line.

Prints a JSON line for each: {"dir", "exit", "codes"}; exit 1 where the verifier itself broke down. Every directory gets a
fresh copy of the verifier's module.
"""
import contextlib
import io
import json
import re
import runpy
import sys

for folder in sys.stdin.read().split("\n"):
    if not folder:
        continue
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            status = runpy.run_path(sys.argv[1], run_name="verifier")["main"](folder)
        except Exception:  # noqa: BLE001 - a verifier that breaks down has not accepted
            status = 1
    codes = sorted(set(re.findall(r"^([A-Z]+_[A-Z_]+|QUORUM) ", out.getvalue(), re.MULTILINE)))
    print(json.dumps({"dir": folder, "exit": status, "codes": codes}))
