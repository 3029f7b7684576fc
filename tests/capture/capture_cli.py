#!/usr/bin/env python3
"""capture and compare as a user calls them, on the host: capture_cli.py KVFOOTPRINT SCENARIO"""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

PROGRAM, SCENARIO = sys.argv[1:]
WRONG = []


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          check=False)


def check(what, good, shown=""):
    if not good:
        WRONG.append(what)
        print(f"{what}\n{shown}")


def captures(folder):
    for policy in ("full", "streaming", "prulong", "snapkv", "snapkv patched", "locret",
                   "decoding-press"):
        file = folder / "run.kvf"
        done = run("capture", SCENARIO, "--backend", "host", "--policy", policy, "-o", file)
        check(f"capture of {policy}", done.returncode == 0, done.stderr)
        found = run("compare", SCENARIO, file, "--json")
        answer = json.loads(found.stdout)
        check(f"comparison of {policy}",
              found.returncode == 0 and answer["verdict"] == "pass" and len(answer["tracks"]) == 8
              and all(track["area_error"] == 0 for track in answer["tracks"])
              and [(ledger["ledger"], ledger["minus"]) for ledger in answer["ledgers"]]
              == [("cache", "allocator"), ("allocator", "resident")], found.stdout)
        # Blocks are one page here, so that the system's figure is that of the log.
        check(f"ledgers of {policy}",
              all(ledger["largest_bytes"] == 0 for ledger in answer["ledgers"]), found.stdout)
    # Another policy's prediction does not fit.
    found = run("compare", SCENARIO, file, "--policy", "streaming")
    check("a wrong prediction", found.returncode == 1 and "FAIL" in found.stdout, found.stdout)
    # The same capture against itself, and as a trace: its records have the columns of Nsight.
    check("against itself", run("compare", file, file).returncode == 0)
    seen = run("import", file, "--json")
    devices = json.loads(seen.stdout)["devices"]
    peaks = [device["peak_bytes"] for device in devices]
    tracks = json.loads(run("show", file, "--json").stdout)["runs"][0]["tracks"]
    cache = next(track for track in tracks if track["name"] == "cache")
    check("records of a capture", seen.returncode == 0 and peaks == [cache["peak_bytes"]],
          seen.stdout + seen.stderr)


def faults(folder):
    for plant in ("leak", "double-free", "late-free", "keep-one-more"):
        file = folder / "wrong.kvf"
        done = run("capture", SCENARIO, "--backend", "host", "--policy", "streaming", "--plant",
                   f"{plant}@20", "-o", file)
        check(f"capture with a {plant}", done.returncode == (1 if plant == "double-free" else 0),
              done.stderr)
        found = run("compare", SCENARIO, file, "--json", "-o", folder / "residual.kvf")
        answer = json.loads(found.stdout)
        worst = [track["worst_pass"] for track in answer["tracks"] if not track["within"]]
        check(f"comparison with a {plant}",
              found.returncode == 1 and answer["verdict"] == "fail" and worst
              and all(20 <= pass_ < 40 for pass_ in worst), found.stdout)
        check(f"data lost by a {plant}", answer["data_lost"] == (plant == "double-free"))
        counters = json.loads(run("import", file, "--json").stdout)["counters"]
        check(f"counters of a {plant}",
              counters["unmatched_free"] == (1 if plant == "double-free" else 0), counters)
        runs = json.loads(run("show", folder / "residual.kvf", "--json").stdout)["runs"]
        names = [track["name"] for track in runs[2]["tracks"]]
        check("a file of residuals", len(runs) == 3 and "blocks above" in names, names)


BATCH = """\
kvfootprint-scenario: 1
model: {layers: 2, kv_heads: 2, query_heads: 4, head_dim: 16, dtype: fp16}
prefill_chunk_tokens: 16
tasks:
  - name: unequal
    sequences:
      - {prompt_tokens: 50, output_tokens: 6}
      - {prompt_tokens: 20, output_tokens: 2, count: 2}
policies:
  - {name: streaming, sink_tokens: 4, window_tokens: 12}
memory: {blocks: {block_tokens: 4, table: layer, compaction: true}}
"""


def batch(folder):
    scenario, file = folder / "batch.yaml", folder / "batch.kvf"
    scenario.write_text(BATCH)
    done = run("capture", scenario, "--backend", "host", "-o", file)
    check("capture of a batch", done.returncode == 0, done.stderr)
    done = run("compare", scenario, file)
    check("comparison of a batch", done.returncode == 0, done.stdout)
    with sqlite3.connect(file) as database:
        sequences = database.execute("SELECT DISTINCT sequence FROM KVF_APPLICATION_EVENTS "
                                     "ORDER BY sequence").fetchall()
        read_from = database.execute("SELECT value FROM meta "
                                     "WHERE key = 'scenario_file'").fetchall()
    check("sequences of a batch", sequences == [(0,), (1,), (2,)], sequences)
    check("where the scenario was read", read_from == [(str(scenario.absolute()),)], read_from)


def refusals(folder):
    file = folder / "none.kvf"
    for words, arguments in (
            ("expected --policy with one of 'full'", ["--backend", "host"]),
            ("expected one of 'full'", ["--backend", "host", "--policy", "fulll"]),
            ("expected KIND@PASS", ["--backend", "host", "--policy", "full", "--plant", "leak"]),
            ("expected KIND@PASS", ["--backend", "host", "--policy", "full", "--plant", "x@3"]),
            ("other", ["--backend", "host", "--policy", "full", "--allocator", "other"])):
        done = run("capture", SCENARIO, *arguments, "-o", file)
        check(f"refusal: {words}", done.returncode == 2 and words in done.stderr and
              not file.exists(), done.stderr)
    if run("doctor").returncode != 0:
        done = run("capture", SCENARIO, "--policy", "full", "-o", file)
        check("no GPU", done.returncode == 2 and "--backend host" in done.stderr, done.stderr)
    text = folder / "text.kvf"
    text.write_text("a user's file")
    done = run("capture", SCENARIO, "--backend", "host", "--policy", "full", "-o", text)
    check("a user's file", done.returncode == 2 and text.read_text() == "a user's file")
    for arguments in ((SCENARIO, file), (text, SCENARIO), (SCENARIO, text)):
        done = run("compare", *arguments)
        check(f"comparison of {arguments}", done.returncode == 2 and done.stderr, done.stderr)
    done = run("compare", SCENARIO, SCENARIO, "--policy", "full", "--tolerance", "a lot")
    check("tolerance", done.returncode == 2 and "--tolerance" in done.stderr, done.stderr)


def killed(folder):
    """What was recorded before the kill can be read."""
    target = folder / "killed.kvf"
    with subprocess.Popen([PROGRAM, "capture", SCENARIO, "--backend", "host", "--policy", "full",
                           "-o", target]) as process:
        for _ in range(200):
            time.sleep(0.02)
            partial = list(folder.glob("killed.kvf.partial-*[0-9]"))
            if partial and rows(partial[0]) > 10:
                break
        process.send_signal(signal.SIGKILL)
    partial = list(folder.glob("killed.kvf.partial-*[0-9]"))
    check("a killed capture", not target.exists() and len(partial) == 1, os.listdir(folder))
    if partial:
        check("records of a killed capture", rows(partial[0]) > 0)
        check("a killed capture is said to be one",
              json.loads(run("show", partial[0], "--json").stdout)["complete"] is False)


def rows(file):
    try:
        with sqlite3.connect(file) as database:
            return database.execute("SELECT count(*) FROM KVF_APPLICATION_EVENTS").fetchone()[0]
    except sqlite3.Error:
        return 0


with tempfile.TemporaryDirectory() as name:
    for part in (captures, faults, batch, refusals, killed):
        part(pathlib.Path(name))
sys.exit(f"{len(WRONG)} wrong" if WRONG else 0)
