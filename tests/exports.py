"""Reads a run file with other programs: what the exports say is what is stored, and what cannot be
done is said with exit status 2.

    tests/exports.py KVFOOTPRINT SCENARIOS
"""

import csv
import io
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from run_file_bytes import NAMES, checksum, stored
from trace_schema import SCHEMA, mistake

WITH_UNITS = ["first_row_tokens", "rows_tokens", "past_entries", "held_during_entries",
              "held_after_entries"]


class Check:
    def __init__(self, program, folder):
        self.program, self.folder, self.bad = program, folder, []

    def expect(self, holds, text):
        if not holds:
            self.bad.append(text)

    def run(self, *arguments, **options):
        options = {"stdout": subprocess.PIPE, "timeout": 120} | options
        return subprocess.run([self.program, *arguments], stderr=subprocess.PIPE, check=False,
                              **options)

    def output(self, *arguments):
        done = self.run(*arguments)
        self.expect(done.returncode == 0, f"{arguments}: {done.returncode}, {done.stderr}")
        return done.stdout.decode("utf-8")

    def refused(self, words, *arguments, **options):
        """Exit status 2, one line of words, and nothing beside what was there before."""
        before = sorted(os.listdir(self.folder))
        done = self.run(*arguments, **options)
        text = done.stderr.decode("utf-8")
        self.expect(done.returncode == 2 and words in text and text.count("\n") == 1,
                    f"{arguments}: want {words!r}, got {done.returncode}, {text!r}")
        self.expect(sorted(os.listdir(self.folder)) == before, f"{arguments}: left something")

    def exports_of(self, path):
        want = stored(path)
        rows = list(csv.DictReader(io.StringIO(self.output("export", path, "--format", "csv"))))
        got = {track: [] for track in want}
        for row in rows:
            got[int(row["track_id"])].append([int(row[name]) for name in WITH_UNITS])
        self.expect(got == want, f"{path}: the CSV has other numbers")

        runs = json.loads(self.output("export", path, "--format", "json"))["runs"]
        got = {}
        for track in (track for run in runs for track in run["tracks"]):
            self.expect(track["columns"] == ["pass", *WITH_UNITS], f"{path}: other columns")
            passes = [row[0] for row in track["data"]]
            self.expect(passes == list(range(track["passes"])), f"{path}: other passes")
            got[track["track_id"]] = [row[1:] for row in track["data"]]
        self.expect(got == want, f"{path}: the JSON has other numbers")

        shown = json.loads(self.output("show", path, "--json"))
        self.expect(shown["complete"] and set(shown["counters"].values()) == {0}, f"{path}: show")
        for track in (track for run in shown["runs"] for track in run["tracks"]):
            during = [row[NAMES.index("held_during")] for row in want[track["track_id"]]]
            self.expect(track["peak_entries"] == max(during) and
                        track["peak_pass"] == during.index(max(during)), f"{path}: peak")
        for axis in ["row", "pass"]:
            self.trace_of(path, axis, want, runs)

    def trace_of(self, path, axis, want, runs):
        trace = json.loads(self.output("export", path, "--format", "perfetto", "--axis", axis))
        reason = mistake(trace, SCHEMA)
        self.expect(reason is None, f"{path}: {reason}")
        counter = next(event for event in trace["traceEvents"] if event["ph"] == "C")
        for key, value in [("ts", -1), ("ts", 0.5), ("args", {}), ("dur", 1), ("ph", "c")]:
            broken = {"traceEvents": [counter | {key: value}]}
            self.expect(mistake(broken, SCHEMA), f"the schema takes {broken}")
        self.expect(trace["otherData"]["time_axis"] == axis, f"{path}: the axis is not said")
        got = {}
        for event in trace["traceEvents"]:
            if event["ph"] == "C":
                (value,) = event["args"].values()
                got.setdefault((event["pid"], event["name"]), []).append((event["ts"], value))
        for run in runs:
            for track in run["tracks"]:
                during, after = [], []
                for number, (first, rows, _, held, stays) in enumerate(want[track["track_id"]]):
                    begin, length = (first, rows) if axis == "row" else (number, 1)
                    during.append((begin, held))
                    after.append((begin + length, stays))
                key = run["run_id"], f"{track['name']} held_during_entries"
                self.expect(got.pop(key, None) == during, f"{path}: {axis}, {key}")
                key = run["run_id"], f"{track['name']} held_after_entries"
                self.expect(got.pop(key, None) == after, f"{path}: {axis}, {key}")
        self.expect(not got, f"{path}: counters of no track: {list(got)}")

    def trace_of_batch(self, path):
        """Its sequences have their passes in common: one clock, which never goes back."""
        trace = json.loads(self.output("export", path, "--format", "perfetto"))
        last = {}
        for event in trace["traceEvents"]:
            if event["ph"] == "C":
                key = event["pid"], event["name"]
                self.expect(event["ts"] > last.get(key, -1), f"{path}: {key} goes back")
                last[key] = event["ts"]
        ends = {}
        for (pid, name), end in last.items():
            ends.setdefault((pid, name.rpartition(" ")[2]), set()).add(end)
        self.expect(ends and all(len(of_run) == 1 for of_run in ends.values()),
                    f"{path}: sequences end at {ends}")

    def refusals(self, path):
        inside = lambda name: os.path.join(self.folder, name)
        with open(path, "rb") as file:
            whole = file.read()
        with open(inside("cut.kvf"), "wb") as file:
            file.write(whole[:len(whole) // 2])
        with open(inside("text.kvf"), "w", encoding="utf-8") as file:
            file.write("no run file")
        with open(inside("secret.kvf"), "wb") as file:
            file.write(whole)
        os.chmod(inside("secret.kvf"), 0)
        os.mkfifo(inside("pipe"))
        for command in (["show"], ["export", "--format", "csv"], ["export", "--format", "perfetto"]):
            self.refused("No such file or directory", *command, inside("none.kvf"))
            self.refused("is a folder, not a run file", *command, self.folder)
            self.refused("is not a regular file", *command, inside("pipe"))
            self.refused("is cut short", *command, inside("cut.kvf"))
            self.refused("is not a kvfootprint run file", *command, inside("text.kvf"))
            # The administrator may read anything, so this is tried as somebody else.
            user = {"user": 65534, "group": 65534} if os.geteuid() == 0 else {}
            os.chmod(self.folder, 0o755)
            self.refused("cannot read", *command, inside("secret.kvf"), **user)
            with open("/dev/full", "wb") as full:
                self.refused("cannot write the output: No space left on device", *command, path,
                             stdout=full)

        with open("/dev/full", "wb") as full:
            self.refused("No space left on device", "show", path, "--json", stdout=full)

        export = ["export", path, "--format", "csv", "-o"]
        self.refused("it is the run file itself", *export, path)
        self.refused("it is a folder", *export, self.folder)
        self.refused("it is not a regular file", *export, "/dev/full")
        self.refused("it is not a regular file", *export, inside("pipe"))
        self.refused("No such file or directory", *export, inside("none/out.csv"))
        with open(inside("out.csv"), "w", encoding="utf-8") as file:
            file.write("old")
        small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        self.refused("File too large", *export, inside("out.csv"), preexec_fn=small,
                     restore_signals=False)  # SIGXFSZ stays ignored
        with open(inside("out.csv"), encoding="utf-8") as file:
            self.expect(file.read() == "old", "an export that failed changed its target")
        self.output(*export, inside("out.csv"))
        with open(inside("out.csv"), encoding="utf-8") as file:
            self.expect(file.read() == self.output("export", path, "--format", "csv"),
                        "an export to a file is not the one to standard output")

    def damage(self, path):
        """A cut or changed file is refused with words, or shows what it did before."""
        with open(path, "rb") as file:
            whole = file.read()
        commands = [["show"], ["export", "--format", "json"]]
        changed_file = os.path.join(self.folder, "changed.kvf")
        want = [self.output(*command, path).replace(path, changed_file) for command in commands]
        chance = random.Random(1)
        for number in range(20):
            changed = bytearray(whole)
            if number % 2:
                del changed[chance.randrange(len(changed)):]
            else:
                for _ in range(20):
                    changed[chance.randrange(len(changed))] = chance.randrange(256)
            with open(changed_file, "wb") as file:
                file.write(changed)
            for command, text in zip(commands, want):
                done = self.run(*command, changed_file)
                refused = done.returncode == 2 and done.stderr.startswith(b"kvfootprint: ")
                self.expect(refused or (done.returncode == 0 and done.stdout.decode() == text),
                            f"damage {number}: {command}: {done.returncode}, {done.stderr}")
        os.remove(changed_file)

    def streams(self, small):
        """A long file is not held in memory: an export takes little more than that of a small one."""
        scenario, path = os.path.join(self.folder, "long.yaml"), os.path.join(self.folder, "big.kvf")
        with open(scenario, "w", encoding="utf-8") as file:
            file.write("kvfootprint-scenario: 1\nmodel: {layers: 1, kv_heads: 2, head_dim: 4}\n"
                       "prompt_tokens: 0\noutput_tokens: 500000\npolicies: [full]\n")
        self.output("run", scenario, "-o", path)

        def peak_kib(path, form):
            child = subprocess.Popen([self.program, "export", path, "--format", form],
                                     stdout=subprocess.DEVNULL,
                                     env=os.environ | {"ASAN_OPTIONS": "quarantine_size_mb=1"})
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            self.expect(child.returncode == 0, f"export of {path}: {child.returncode}")
            return usage.ru_maxrss

        for form in ["csv", "json", "perfetto"]:
            more = peak_kib(path, form) - peak_kib(small, form)
            self.expect(more < 8 << 10, f"{form}: {more} KiB more for 500,000 passes")

    def show(self, old):
        """The table, of a file that never changes; and what is said of a file without its end."""
        want = """\
{}: run file, 2 runs
  producer      kvfootprint 1.0.0
  scenario      one: 1 (1 line)
  run  policy     task      tokens in/out  footprint     peak  passes
    1  streaming  recall           100/10     30.0 %   80.0 %  prefill 4, decode 2
       total: 6 passes of 8 cells, peak 768 entries at pass 2
       layer 1 streaming: 1 pass of 4 cells, peak 2 bytes at pass 0
       long: 5,001 passes of 1 cell, peak 5,100 blocks at pass 5,000
    2                                 0/0        - %      - %  -
next: kvfootprint export {} --format csv|json|perfetto
"""
        text = self.output("show", old)
        self.expect(text == want.format(old, old), f"show: {text}")

        path = os.path.join(self.folder, "unfinished.kvf")
        shutil.copy(old, path)
        file = sqlite3.connect(path)
        with file:
            file.execute("UPDATE meta SET value = 'no', checksum = ? WHERE key = 'complete'",
                         [checksum(["complete", "no"])])
        file.close()
        shown = json.loads(self.output("show", path, "--json"))
        self.expect(not shown["complete"] and shown["counters"]["unfinished"] == 1,
                    f"unfinished: {shown}")
        self.expect("INCOMPLETE" in self.output("show", path), "show says nothing of the end")
        done = self.run("export", path, "--format", "csv")
        self.expect(done.returncode == 0 and b"is incomplete" in done.stderr,
                    f"unfinished: {done.returncode}, {done.stderr}")

    def critical(self):
        table = os.path.join(self.folder, "scores.csv")
        with open(table, "w", encoding="utf-8") as file:
            file.write("method,task,footprint,score,full_score\n"
                       "streaming,rag,0.25,50,100\nstreaming,rag,0.5,80,100\n"
                       "streaming,rag,0.75,100,100\nsnapkv,rag,0.5,95,100\nfull,icl,1,10,60\n")
        want = [{"method": m, "task": t, "critical_footprint": f, "bound": b} for m, t, f, b in
                [("streaming", "rag", 0.625, "="), ("snapkv", "rag", 0.5, "<"),
                 ("full", "icl", 1, ">")]]
        got = json.loads(self.output("critical", table, "--json"))
        self.expect(got == want, f"critical: {got}")
        got = json.loads(self.output("critical", table, "--json", "--pareto"))
        front = [(p["task"], p["method"], p["footprint"], p["score"]) for p in got["pareto"]]
        self.expect(got["critical"] == want and front == [
            ("rag", "streaming", 0.25, 50), ("rag", "snapkv", 0.5, 95),
            ("rag", "streaming", 0.75, 100), ("icl", "full", 1, 10)], f"pareto: {got}")
        half = json.loads(self.output("critical", table, "--json", "--fraction", "0.5"))
        self.expect(half[0]["bound"] == "<", f"critical: {half}")
        text = self.output("critical", table)
        self.expect("0.625" in text and "< 0.5" in text and "> 1" in text, f"critical: {text}")
        for fraction in ["0", "-0.5", "1.01", "nan", "inf"]:
            self.refused("expected more than 0 and at most 1", "critical", table, "--fraction",
                         fraction)
        with open("/dev/full", "wb") as full:
            self.refused("No space left on device", "critical", table, stdout=full)


def main():
    program, scenarios = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        check = Check(program, folder)
        tiny, long = os.path.join(folder, "tiny.kvf"), os.path.join(folder, "long.kvf")
        check.output("run", f"{scenarios}/tiny.yaml", "--tracks", "group", "-o", tiny)
        with open(os.path.join(folder, "long.yaml"), "w", encoding="utf-8") as file:
            file.write("kvfootprint-scenario: 1\nmodel: {layers: 1, kv_heads: 2, head_dim: 4}\n"
                       "prompt_tokens: 1000\noutput_tokens: 9000\nprefill_chunk_tokens: 300\n"
                       "policies: [full, {name: streaming, window_tokens: 100}]\n")
        check.output("run", os.path.join(folder, "long.yaml"), "-o", long)
        check.exports_of(tiny)
        check.exports_of(long)
        batch = os.path.join(folder, "batch.kvf")
        check.output("run", f"{scenarios}/unequal-batch.yaml", "-o", batch)
        check.trace_of_batch(batch)
        check.refusals(tiny)
        check.damage(tiny)
        check.show(os.path.join(os.path.dirname(__file__), "data", "version-1.kvf"))
        check.streams(tiny)
        check.critical()
    print("\n".join(check.bad) or "the exports say what is stored")
    return 1 if check.bad else 0


if __name__ == "__main__":
    sys.exit(main())
