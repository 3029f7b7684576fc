#!/usr/bin/env python3
"""kvfootprint import over small files made here: tests/import/import_cli.py KVFOOTPRINT"""

import gzip
import json
import os
import pickle
import sqlite3
import subprocess
import sys
import tempfile
import unittest

PROGRAM = None
COUNTERS = ["unmatched_free", "double_allocation", "out_of_order", "total_mismatch", "truncated",
            "old_schema", "dropped", "unknown"]


def memory(ts, address, size, total, device=(1, 0)):
    return {"ph": "i", "cat": "cpu_instant_event", "name": "[memory]", "ts": ts,
            "args": {"Addr": address, "Bytes": size, "Total Allocated": total,
                     "Total Reserved": 4096, "Device Type": device[0], "Device Id": device[1]}}


def span(name, ts, dur, cat="user_annotation"):
    return {"ph": "X", "cat": cat, "name": name, "ts": ts, "dur": dur}


EVENTS = [
    span("prefill", 10, 10), span("decode 0", 30, 5), span("decode 1", 40, 5),
    span("aten::mm", 12, 1, "cpu_op"), span("aten::mm", 31, 1, "cpu_op"), span("aten::mm", 41, 1, "cpu_op"),
    memory(11, 512, 100, 1100), memory(13, 1024, 50, 1150), memory(14, 512, -100, 1050),
    memory(32, 2048, 7, 1057), memory(42, 4096, 7, 1064), memory(50, 1024, -50, 1014),
]


class ImportTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, content, name="trace"):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def trace(self, events):
        return self.file(json.dumps({"traceEvents": events}).encode())

    def run_import(self, path, *options):
        done = subprocess.run([PROGRAM, "import", path, *options], capture_output=True, timeout=60)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def json_of(self, path, *options, status=0):
        code, out, error = self.run_import(path, "--json", *options)
        self.assertEqual(code, status, error)
        return json.loads(out)

    def test_json(self):
        for content in (json.dumps({"traceEvents": EVENTS}).encode(),
                        gzip.compress(json.dumps(EVENTS, indent=1).encode())):
            result = self.json_of(self.file(content))
            self.assertEqual(result["format"], "kineto")
            self.assertEqual(result["devices"], [
                {"device": "cuda:0", "events": 6, "peak_bytes": 1150, "peak_time_ns": 3000,
                 "final_bytes": 1014, "base_bytes": 1000, "untraced_bytes": 0, "untraced_frees": 0,
                 "reserved_peak_bytes": 4096}])
            self.assertEqual(list(result["counters"].items()), [(name, 0) for name in COUNTERS])
            self.assertEqual([(p["name"], p["devices"][0]["before_bytes"],
                               p["devices"][0]["peak_bytes"], p["devices"][0]["after_bytes"])
                              for p in result["passes"]],
                             [("prefill", 1000, 1150, 1050), ("decode 0", 1050, 1057, 1057),
                              ("decode 1", 1057, 1064, 1064)])
            self.assertNotIn("at", result)

    def test_at(self):
        path = self.trace(EVENTS)
        at = self.json_of(path, "--at", "aten::mm")["at"]
        self.assertEqual(at["devices"], [{"device": "cuda:0", "live_bytes": [1100, 1050, 1057],
                                          "steps": [{"bytes": -50, "times": 1},
                                                    {"bytes": 7, "times": 1}]}])
        self.assertEqual(at["start_ns"], [2000, 21000, 31000])
        self.assertEqual(self.json_of(path, "--at", "decode 1")["at"]["devices"][0]["live_bytes"],
                         [1057])
        code, out, error = self.run_import(path, "--at", "aten::\x1bmm", "--json")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("no annotation or operator of the recording is called 'aten::?mm'", error)
        code, out, _ = self.run_import(path, "--at", "aten::mm")
        self.assertEqual(code, 0)
        self.assertIn("aten::mm on cuda:0", out)
        self.assertIn("+7 (1 times)", out)

    def test_passes(self):
        path = self.trace(EVENTS)
        self.assertEqual([p["name"] for p in self.json_of(path, "--passes", "1$")["passes"]],
                         ["decode 1"])
        self.assertEqual(self.run_import(path, "--passes", "(")[0], 2)

    def test_text(self):
        code, out, error = self.run_import(self.trace(EVENTS))
        self.assertEqual((code, error), (0, ""))
        for words in ("trace of PyTorch's profiler (Kineto), 3 annotations", "cuda:0", "1,150",
                      "0.003 ms", "passes on cuda:0", "decode 1"):
            self.assertIn(words, out)
        self.assertNotIn("wrong:", out)

    def test_run_file(self):
        """-o: bytes over time from what was there before, and pass by pass."""
        run_file = os.path.join(self.folder.name, "run.kvf")
        self.assertEqual(self.run_import(self.trace(EVENTS), "-o", run_file)[0], 0)

        def rows_of(what):
            text = subprocess.run([PROGRAM, "export", run_file, "--what", what, "--format", "csv"],
                                  capture_output=True, timeout=60, check=True).stdout.decode()
            return [line.split(",") for line in text.splitlines()[1:]]

        curves = {}
        for row in rows_of("curves"):
            curves.setdefault(row[4], []).append((int(row[7]), int(row[8])))
        self.assertEqual(curves, {
            "live": [(1000, 1000), (1000, 1100), (3000, 1150), (4000, 1050), (22000, 1057),
                     (32000, 1064), (40000, 1014)],
            "reserved": [(1000, 4096)],
            "passes": [(0, 1), (20000, 2), (30000, 3)]})
        self.assertEqual([(row[10], *map(int, row[14:])) for row in rows_of("tracks")],
                         [("prefill", 1000, 1150, 1050), ("decode", 1050, 1057, 1057),
                          ("decode", 1057, 1064, 1064)])

    def test_damage_has_status_1(self):
        for events, name in ((EVENTS[:6] + EVENTS[7:], None),
                             (EVENTS[:8] + EVENTS[9:], "total_mismatch"),
                             (EVENTS[:6] + EVENTS[:5:-1], "out_of_order"),
                             (EVENTS + [memory(60, 4096, 7, 1021)], "double_allocation"),
                             (EVENTS + [memory(60, 2048, -7, 1007), memory(61, 2048, -7, 1000)],
                              "unmatched_free"),
                             (EVENTS + [memory(60, 1, 1, 1, (99, 0))], "unknown")):
            path = self.trace(events)
            if name is None:  # begins one event later
                self.json_of(path)
                continue
            self.assertGreater(self.json_of(path, status=1)["counters"][name], 0)
            code, out, _ = self.run_import(path)
            self.assertEqual(code, 1)
            self.assertIn("NOT WHOLE", out)
            self.assertRegex(out, rf"wrong: \d+ .*\({name}\)")

    def test_truncated(self):
        text = json.dumps({"traceEvents": EVENTS}).encode()
        for content in (text[:-5], gzip.compress(text)[:-5]):
            result = self.json_of(self.file(content), status=1)
            self.assertEqual(result["counters"]["truncated"], 1)

    def test_refused(self):
        old = {"ph": "i", "name": "[memory]", "ts": 1, "args": {"Device Type": 0, "Device Id": -1,
                                                               "Bytes": 4}}
        path = self.trace([old])
        result = self.json_of(path, status=2)
        self.assertEqual(result["counters"]["old_schema"], 1)
        self.assertIn("Total Allocated", result["error"])
        for content in (b"", b"nothing", b"\x80\x04cos\nsystem\n.", b"SQLite format 3\0"):
            path = self.file(content)
            code, out, error = self.run_import(path)
            self.assertEqual((code, out), (2, ""), content)
            self.assertTrue(error.startswith(f"kvfootprint: {path} "), error)
        self.assertEqual(self.run_import(os.path.join(self.folder.name, "not here"))[0], 2)
        self.assertEqual(self.run_import(self.folder.name)[0], 2)

    def test_nothing_to_replay(self):
        code, out, _ = self.run_import(self.trace([span("prefill", 1, 1)]))
        self.assertEqual(code, 0)
        self.assertIn("no memory events in it: record with torch.profiler.profile(profile_memory=True)",
                      out)
        path = os.path.join(self.folder.name, "export.sqlite")
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE StringIds (id INTEGER, value TEXT)")
        database.close()
        result = self.json_of(path)
        self.assertEqual((result["format"], result["devices"]), ("nsight-systems", []))
        self.assertIn("--cuda-memory-usage=true", result["note"])

    def test_snapshot(self):
        def entry(action, address, size, time):
            return {"action": action, "addr": address, "size": size, "stream": 0, "time_us": time,
                    "frames": [{"name": "f", "filename": "x.py", "line": 3}] * 3}
        snapshot = {
            "segments": [{"device": 0, "address": 4096, "total_size": 4096, "allocated_size": 1024,
                          "active_size": 1024, "requested_size": 700, "blocks": [
                              {"address": 4096, "size": 1024, "requested_size": 700,
                               "state": "active_allocated"},
                              {"address": 5120, "size": 3072, "requested_size": 0,
                               "state": "inactive"}]}],
            "device_traces": [[entry("alloc", 5120, 99, 1), entry("free_requested", 5120, 99, 2),
                               entry("free_completed", 5120, 99, 3)]]}
        for protocol in range(6):
            path = self.file(pickle.dumps(snapshot, protocol))
            result = self.json_of(path)
            self.assertEqual(result["format"], "pytorch-snapshot")
            self.assertEqual(result["devices"], [
                {"device": "cuda:0", "events": 2, "peak_bytes": 99, "peak_time_ns": 0,
                 "final_bytes": 0, "base_bytes": 0, "untraced_bytes": 700, "untraced_frees": 0,
                 "reserved_peak_bytes": 4096}])
        self.assertIn("700 bytes that were allocated before", self.run_import(path)[1])

    def test_hostile_names(self):
        name = "decode \x1b[31m\u202e\x07 \ud800"
        text = json.dumps({"traceEvents": [span(name, 1, 1), memory(1.5, 64, 64, 64)]}).encode()
        text = text.replace(b"decode", b"decode \xff")
        path = self.file(text)
        code, out, _ = self.run_import(path, "--at", "x")
        self.assertEqual(code, 2)
        code, out, _ = self.run_import(path)
        self.assertEqual(code, 0)
        self.assertNotIn("\x1b", out)
        self.assertNotIn("\x07", out)
        self.assertTrue(self.json_of(path)["passes"][0]["name"].startswith("decode \ufffd"))


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
