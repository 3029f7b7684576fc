#!/usr/bin/env python3
"""What compare and import say of captures and traces that are not as they should be, and which scores
they go by: compare_cli.py KVFOOTPRINT SCENARIO"""

import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SCENARIO = sys.argv[1:3]
CONTRACT = {"peak_error_bytes", "area_error", "worst_pass", "largest_residual_bytes"}
HEAD = """kvfootprint-scenario: 1
model: {layers: 2, kv_heads: 2, query_heads: 4, head_dim: 8, dtype: fp32}
"""


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          check=False)


def memory(ts, address, size, total):
    return {"ph": "i", "cat": "cpu_instant_event", "name": "[memory]", "ts": ts,
            "args": {"Addr": address, "Bytes": size, "Total Allocated": total,
                     "Total Reserved": 4096, "Device Type": 1, "Device Id": 0}}


def span(name, ts, dur):
    return {"ph": "X", "cat": "user_annotation", "name": name, "ts": ts, "dur": dur}


# Nothing was there before; 100 and 84 bytes come and go.
TRACE = [span("prefill", 0, 10), memory(1, 512, 100, 100), memory(2, 1024, 84, 184),
         memory(3, 1024, -84, 100), span("decode 0", 20, 10), memory(21, 2048, 84, 184),
         memory(22, 512, -100, 84), memory(23, 2048, -84, 0)]


class CompareTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def scenario(self, text, name="h.yaml"):
        path = self.folder / name
        path.write_text(HEAD + text)
        return path

    def capture(self, scenario, *options, status=0):
        file = self.folder / "h.kvf"
        done = run("capture", scenario, "--backend", "host", "-o", file, *options)
        self.assertEqual(done.returncode, status, done.stderr)
        return file

    def compare(self, *arguments, status=0):
        done = run("compare", *arguments, "--json")
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        answer = json.loads(done.stdout)
        for track in answer.get("tracks", []):
            self.assertLessEqual(CONTRACT, track.keys())
        return answer

    def trace(self, events, name="trace.json"):
        path = self.folder / name
        path.write_text(json.dumps({"traceEvents": events}))
        return path

    def test_scores_of_a_capture_are_its_own(self):
        body = ("prompt_tokens: 60\noutput_tokens: 12\npolicies: [{name: h2o, ratio: 0.6}]\n"
                "memory: {blocks: {block_tokens: 4, table: head}}\n")
        plain = self.scenario(body)
        seeded = self.scenario(body + "scores: {seed: 5, heavy_hitters: 0.3}\n", "s.yaml")
        for scenario, options in ((plain, ()), (plain, ("--seed", 7)), (seeded, ()),
                                  (seeded, ("--seed", 7))):
            file = self.capture(scenario, *options)
            self.assertEqual(self.compare(scenario, file)["verdict"], "pass", options)
            self.assertEqual(self.compare(file, scenario)["verdict"], "pass", options)
            self.compare(scenario, file, "--seed", 11, status=1)
        with sqlite3.connect(file) as database:
            stored = database.execute("SELECT value FROM meta WHERE key = 'scores'").fetchone()[0]
        database.close()
        self.assertEqual(json.loads(stored), {"seed": 7, "sink_tokens": 4, "half_life_tokens": 256,
                                              "heavy_hitters": 0.3})
        table = self.folder / "scores.tsv"
        table.write_text("".join(f"{(i * 7) % 11}\n" for i in range(72)))
        file = self.capture(plain, "--scores", table)
        self.assertEqual(self.compare(plain, file, "--scores", table)["verdict"], "pass")
        done = run("compare", plain, file)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"--scores {table}", done.stderr)

    def test_a_killed_capture_is_truncated(self):
        file = self.capture(self.scenario("prompt_tokens: 9\noutput_tokens: 3\npolicies: [full]\n"))
        with sqlite3.connect(file) as database:  # as its writer left it before the end
            database.execute("UPDATE meta SET value = 'no' WHERE key = 'complete'")
        database.close()
        done = run("import", file, "--json")
        self.assertEqual((done.returncode, json.loads(done.stdout)["counters"]["truncated"]), (1, 1))
        self.assertIn("(truncated)", run("import", file).stdout)
        self.assertEqual(run("compare", file, file).returncode, 2)

    def test_lost_and_doubled_records_have_a_verdict(self):
        good = self.trace(TRACE)
        self.assertEqual(self.compare(good, good)["verdict"], "pass")
        for index, event in enumerate(TRACE):
            if event["ph"] != "i":
                continue
            for damaged in (TRACE[:index] + TRACE[index + 1:], TRACE[:index] + TRACE[index:index + 1]
                            + TRACE[index:]):
                bad = self.trace(damaged, "bad.json")
                counters = json.loads(run("import", bad, "--json").stdout)["counters"]
                if not any(counters.values()):
                    self.assertIn(index, (1, len(TRACE) - 1))  # a good recording of something else
                    continue
                for sides in ((good, bad), (bad, good)):
                    answer = self.compare(*sides, status=1)
                    self.assertEqual((answer["verdict"], answer["data_lost"], answer["counters"]),
                                     ("fail", True, counters))
                    words = run("compare", *sides).stdout
                    self.assertIn("DATA LOST", words)
                    self.assertIn("FAIL", words)
                    for name, count in counters.items():
                        self.assertEqual(f"{count} {name}\n" in words, count > 0)
                file = self.folder / "bad.kvf"
                done = run("import", bad, "-o", file)
                self.assertEqual(done.returncode, 1, done.stderr)
                shown = json.loads(run("show", file, "--json").stdout)["runs"][0]
                self.assertEqual({name: shown["recorded"][name] for name in counters}, counters)
                file.unlink()

    def test_curves_alone_have_the_keys_of_the_contract(self):
        events = [event for event in TRACE if event["ph"] == "i"]
        trace = self.trace(events)
        self.assertIsNone(self.compare(trace, trace)["tracks"][0]["worst_pass"])
        bad = self.trace(events[:1] + events[2:], "bad.json")
        self.assertGreater(self.compare(bad, trace, status=1)["counters"]["total_mismatch"], 0)

    def test_tracks_of_other_units_have_figures_of_their_own(self):
        scenario = self.scenario("prompt_tokens: 9\noutput_tokens: 3\npolicies: [full]\n")
        for track in self.compare(scenario, self.capture(scenario))["tracks"]:
            unit = track["unit"]
            self.assertEqual((track["peak_error_" + unit], track["largest_residual_" + unit]), (0, 0))
            self.assertEqual(track["peak_error_bytes"], 0 if unit == "bytes" else None)

    def test_nothing_to_capture_and_nothing_to_compare(self):
        for prompt in (0, 1):
            scenario = self.scenario(f"prompt_tokens: {prompt}\noutput_tokens: 0\nimplementation: eval\n"
                                     "policies: [full]\n")
            file = self.folder / "none.kvf"
            done = run("capture", scenario, "--backend", "host", "-o", file)
            self.assertEqual(done.returncode, 2)
            self.assertIn("no pass to capture", done.stderr)
            self.assertFalse(file.exists())
            done = run("compare", scenario, scenario)
            self.assertEqual(done.returncode, 2)
            self.assertIn("no pass", done.stdout)

    def test_a_mistake_without_a_chance_is_refused(self):
        file = self.folder / "none.kvf"
        for policy, plant in (("streaming", "leak@99999"), ("full", "double-free@0")):
            done = run("capture", SCENARIO, "--backend", "host", "--policy", policy, "--plant", plant,
                       "-o", file)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"{plant}, has no chance", done.stderr)
            self.assertFalse(file.exists())

    def test_bytes_that_were_never_freed_are_said(self):
        file = self.capture(SCENARIO, "--policy", "streaming")
        self.assertNotIn("note", json.loads(run("import", file, "--json").stdout))
        lost = self.folder / "lost.kvf"
        shutil.copy(file, lost)
        with sqlite3.connect(lost) as database:
            last, size = database.execute("SELECT rowid, bytes FROM CUDA_GPU_MEMORY_USAGE_EVENTS WHERE "
                                          "memoryOperationType = 1 ORDER BY start DESC").fetchone()
            database.execute("DELETE FROM CUDA_GPU_MEMORY_USAGE_EVENTS WHERE rowid = ?", [last])
        database.close()
        note = json.loads(run("import", lost, "--json").stdout)["note"]
        self.assertIn(f"never freed: {size:,} of cpu", note)
        self.assertIn("never freed", run("import", lost).stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
