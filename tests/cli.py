"""The command over temporary files: what it prints, what it writes, and its exit status.

    tests/cli.py KVFOOTPRINT REPOSITORY

Most of it is about one case, small enough to be calculated by hand. Two layers of two KV heads and
four query heads; a prompt of 9 and one output token; snapkv, naive, sparsity 0.5, window 1. The
harness prefills 8 tokens in chunks of 4, keeps int(0.5 * 4) = 2 of each, and decodes once:

  pass    rows   past  held during  held after    footprint of a cell
  0       4      0     4            2             4 * 5 / 2            = 10
  1       4      2     6            4             4 * 2 + 4 * 5 / 2    = 18
  2       1      4     5            5             1 * 4 + 1            =  5    of 9 * 10 / 2 = 45

4 cells: 132 of 180 entry-rows; a peak of 24 entries, of 36. Layer by layer the most is held when
the first layer has evicted, or in the last pass: 2 * 4 + 2 * 6 = 20. Each KV head is stored once
for each of its two query heads, so that a layer holds 4 sets.
"""

import csv
import io
import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile

POLICY = {"name": "snapkv", "sparsity": 0.5, "window_tokens": 1, "eviction": "naive"}
MODEL = {"layers": 2, "kv_heads": 2, "query_heads": 4, "head_dim": 1, "dtype": "fp8"}
CASE = {"prompt_tokens": 9, "output_tokens": 1, "prefill_chunk_tokens": 4, "policy": POLICY,
        "model": MODEL}
FIGURES = {"footprint": 132 / 180, "peak": 24 / 36, "active_entries": 132, "full_entries": 180,
           "peak_entries": 24, "peak_layerwise_entries": 20, "full_peak_entries": 36,
           "active_share": 1}
DETAIL = {"groups": [{"role": "all", "layer": layer, "heads": 4, "active_entries": 33,
                      "peak_entries": 6} for layer in (0, 1)],
          "held_after_prefill": [[16], [16]], "held_after_decode": [[20], [20]]}
TRACE = {"passes": [
    {"rows": 4, "attended": [[4], [4]], "held_during": [[16], [16]], "held_after": [[8], [8]]},
    {"rows": 4, "attended": [[6], [6]], "held_during": [[24], [24]], "held_after": [[16], [16]]},
    {"rows": 1, "attended": [[5], [5]], "held_during": [[20], [20]], "held_after": [[20], [20]]}]}
SCENARIO = ("kvfootprint-scenario: 1\n"
            "model: {layers: 2, kv_heads: 2, query_heads: 4, head_dim: 1, dtype: fp8}\n"
            "prompt_tokens: 9\noutput_tokens: 1\nprefill_chunk_tokens: 4\n"
            "policies: [{name: snapkv, sparsity: 0.5, window_tokens: 1, eviction: naive}]\n")
# phase, first_row, rows, past, held_during, held_after
TRACK = [("prefill", 0, 4, 0, 4, 2), ("prefill", 4, 4, 2, 6, 4), ("decode", 8, 1, 4, 5, 5)]
# The paper counts the whole prompt, and keeps round(0.5 * rows) + 1 of a chunk, at most its rows.
PAPER_TRACK = [("prefill", 0, 4, 0, 4, 3), ("prefill", 4, 4, 3, 7, 6), ("prefill", 8, 1, 6, 7, 7),
               ("decode", 9, 1, 7, 8, 8)]


def times(cells, track):
    return [(*row[:3], *(cells * entries for entries in row[3:])) for row in track]


class Check:
    def __init__(self, program, folder):
        self.program, self.folder, self.bad = program, folder, []

    def same(self, what, got, want):
        if got != want:
            self.bad.append(f"{what}: want {want}, got {got}")

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run(self, *arguments, **options):
        return subprocess.run([self.program, *arguments], capture_output=True, text=True,
                              check=False, timeout=120, cwd=self.folder, **options)

    def output(self, *arguments, status=0):
        done = self.run(*arguments)
        self.same(f"{arguments}, exit status ({done.stderr.strip()})", done.returncode, status)
        return done.stdout

    def answers(self, cases, *options, status=0):
        """Of the batch interface: a line each."""
        lines = [case if isinstance(case, str) else json.dumps(case) for case in cases]
        file = self.file("cases.jsonl", "".join(line + "\n" for line in lines))
        output = self.output("footprint", "--cases", file, *options, status=status)
        return [json.loads(line) for line in output.splitlines()]

    def has(self, what, answer, want):
        """The answer has these members; it may have more."""
        for key, value in want.items():
            self.same(f"{what}, {key}", answer.get(key), value)

    def tracks(self, scenario, *options):
        """Plays a scenario of one case; (the run as JSON, {track: (cells, rows of its export)})."""
        run_file = os.path.join(self.folder, "run.kvf")
        report = json.loads(self.output("run", self.file("scenario.yaml", scenario), "--json",
                                        "-o", run_file, *options))
        tracks = {}
        table = self.output("export", run_file, "--format", "csv")
        for row in csv.DictReader(io.StringIO(table)):
            _, rows = tracks.setdefault(row["track"], (int(row["cells"]), []))
            if int(row["pass"]) != len(rows):
                sys.exit(f"{row['track']}: pass {row['pass']} follows {len(rows) - 1}")
            rows.append((row["phase"], *(int(row[name]) for name in (
                "first_row_tokens", "rows_tokens", "past_entries", "held_during_entries",
                "held_after_entries"))))
        (run,) = report["runs"]
        return run, tracks


def footprint(check):
    for method in ("closed", "simulate"):
        (answer,) = check.answers([CASE], "--method", method, "--detail", "--trace")
        check.has(f"footprint, {method}", answer, FIGURES | DETAIL | TRACE)
    (answer,) = check.answers([CASE])
    check.has("footprint without details", answer, FIGURES | {"groups": None, "passes": None})

    one = ("footprint", "--prompt", "9", "--output", "1", "--chunk", "4", "--policy",
           "snapkv:sparsity=0.5,window_tokens=1,eviction=naive")
    check.has("one case", json.loads(check.output(*one, "--json")), {
        "footprint": 33 / 45, "active_entries": 33, "peak_entries": 6, "full_peak_entries": 9})
    # 9 tokens at once, of which 1 + 2 stay: 45 + (3 + 1) of 55 entry-rows.
    # Twice as many entries in a batch of two, and the same share.
    check.has("a batch", json.loads(check.output(*one, "--batch", "2", "--json")), {
        "footprint": 33 / 45, "active_entries": 66, "peak_entries": 12, "full_peak_entries": 18})
    refused = check.output(*one, "--batch", "2", "--detail", status=2)
    check.same("no details of a batch", refused, "")

    text = check.output("footprint", "--prompt", "9", "--output", "1", "--policy",
                        "streaming:sink_tokens=1,window_tokens=2", "--implementation", "kvpress")
    lines = dict(re.split(r"  +", line, maxsplit=1) for line in text.splitlines())
    check.has("one case as text", lines, {
        "KV footprint": "89.09 %", "peak KV": "90.00 %", "peak entries": "9 (pass 0, prefill)",
        "active entries": "49", "held after prefill": "3 entries",
        "held after decoding": "3 entries"})
    lines = dict(re.split(r"  +", line, maxsplit=1) for line in check.output(*one).splitlines())
    check.has("one case as text", lines, {
        "held after prefill": "4 entries", "held after decoding": "5 entries"})


def remarks(check):
    """What a figure leaves out, or why it is what it is, is said beside it."""
    idle = "no layer of the model has full attention"
    for model, policy, said in (("mistral-7b-v0.1", "snapkv:sparsity=0.7", True),
                                ("mistral-7b-v0.1", "full", False),
                                ("llama-3.1-8b", "snapkv:sparsity=0.7", False)):
        text = check.output("footprint", "--model", model, "--prompt", "8K", "--policy", policy)
        check.same(f"{policy} on {model}", idle in text, said)

    os.mkdir(os.path.join(check.folder, "Sparse-1.5-B"))
    model = check.file("Sparse-1.5-B/config.json", '{"model_type": "deepseek_v4"}')
    os.mkdir(os.path.join(check.folder, "Stored-7B"))
    for method, said in (("fp8", "weights are stored as fp8"), ("hqq", "is not known: 'quant_method' 'hqq'")):
        stored = check.file("Stored-7B/config.json", '{"model_type": "llama", "quantization_config": '
                            f'{{"quant_method": "{method}"}}}}')
        check.same(f"weights by {method}", said in check.output("models", stored), True)
    note = "the compressed entries of older tokens come on top"
    title = check.output("models", os.path.dirname(model)).split()[0]
    check.same("the name of a folder", title, "Sparse-1.5-B")
    check.same("a note", note in check.output("footprint", "--model", model, "--prompt", "9"), True)
    (answer,) = check.answers([{"prompt_tokens": 9, "output_tokens": 0, "model": model,
                                "policy": {"name": "full"}}])
    check.same("a note in JSON", note in answer.get("note", ""), True)
    scenario = check.file("noted.yaml", (
        f"kvfootprint-scenario: 1\nmodel: {model}\nprompt_tokens: 9\noutput_tokens: 1\n"
        "policies: [full]\n"))
    report = check.output("run", scenario, "-o", os.path.join(check.folder, "noted.kvf"))
    check.same("a note of a run", note in report, True)

    # An idea has no static cache.
    for accounting, ahead in (("paper", None), ("implementation", 10)):
        (answer,) = check.answers([{"prompt_tokens": 9, "output_tokens": 1, "policy": {"name": "full"},
                                    "accounting": accounting, "implementation": "duo-static"}],
                                  "--detail")
        check.same(f"allocated ahead, {accounting}", answer.get("reserved_entries"), ahead)


def methods(check):
    """A closed form says at once what the simulation, a pass each, would take hours for."""
    def little_time():
        resource.setrlimit(resource.RLIMIT_CPU, (3, 4))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    huge = ("footprint", "--prompt", "1048576M", "--chunk", "1")
    for method, ends in (((), True), (("--method", "closed"), True),
                         (("--method", "simulate"), False)):
        for form in ((), ("--json",)):
            done = check.run(*huge, *form, *method, preexec_fn=little_time)
            check.same(f"{huge + form + method} ends in three seconds of CPU time", done.returncode == 0, ends)
            if ends and str(2 ** 40) not in done.stdout.replace(",", ""):
                check.bad.append(f"{form + method}: the peak of 2^40 entries is missing")
            elif not ends and -done.returncode not in (signal.SIGXCPU, signal.SIGKILL):
                check.bad.append(f"{form + method}: {done.returncode}, {done.stderr}")
    check.output(*huge, "--method", "guess", status=2)


def heads(check):
    """A share of heads is assumed to be spread evenly; a file says which."""
    file = check.file("heads.tsv", "1\t0\n0\t1\n")
    roles = {"name": "head-roles", "sink_tokens": 1, "window_tokens": 2}
    assumed, known = check.answers([CASE | {"policy": roles | {"streaming_heads": 0.5}},
                                    CASE | {"policy": roles | {"heads_file": file}}], "--detail")
    check.same("heads of a share", assumed.get("heads"), "assumed")
    check.same("heads of a file", known.get("heads"), None)
    for answer in (assumed, known):
        # The full head holds 8 tokens after the prefill, the streaming one 1 + 2.
        check.same("roles", [group["role"] for group in answer["groups"]],
                   ["full", "streaming"] * 2)
        check.has("roles", answer, {"held_after_prefill": [[8, 3], [8, 3]],
                                    "held_after_decode": [[9, 3], [9, 3]]})


def bad_cases(check):
    """A bad line is answered in its place, and said by the exit status."""
    answers = check.answers(
        [CASE, {"prompt_tokens": 1, "output_tokens": 0}, "nonsense",
         CASE | {"policy": {"name": "knorm", "ratio": 0.5}, "accounting": "paper"}, CASE], status=1)
    check.same("bad cases", len(answers), 5)
    for number in (0, 4):
        check.has(f"good case {number} among bad ones", answers[number], FIGURES)
    for number, words in ((1, "'policy'"), (2, "JSON"), (3, "no accounting in the paper")):
        check.same(f"bad case {number}", list(answers[number]), ["error"])
        if words not in answers[number].get("error", ""):
            check.bad.append(f"bad case {number}: {answers[number]} without {words}")


def run(check):
    for options, track, peak_bytes in (((), TRACK, 24 * 2 * 2),
                                       (("--accounting", "paper"), PAPER_TRACK, 8 * 4 * 2)):
        report, tracks = check.tracks(SCENARIO, *options)
        check.same(f"run {options}, tracks", tracks, {"total": (4, times(4, track))})
        check.has(f"run {options}", report, {"peak_bytes": peak_bytes, "closed_form_agrees": True})
    _, tracks = check.tracks(SCENARIO, "--tracks", "group")
    check.same("tracks of groups", tracks, {
        "total": (4, times(4, TRACK)), "layer 0 all": (2, times(2, TRACK)),
        "layer 1 all": (2, times(2, TRACK))})
    # What is proposed next can be typed as it stands.
    text = check.output("run", check.file("scenario.yaml", SCENARIO))
    folder = os.path.dirname(check.program)
    # From wherever the run file is opened, files that its scenario names are found.
    check.output("run", "scenario.yaml", "-o", "near.kvf")
    with sqlite3.connect(os.path.join(check.folder, "near.kvf")) as database:
        rows = database.execute("SELECT value FROM meta WHERE key = 'scenario_file'").fetchall()
    check.same("scenario_file", rows,
               [(os.path.join(os.path.realpath(check.folder), "scenario.yaml"),)])
    check.same("next", bool(re.search(rf"next: {folder}/kvfootprint\S* (show )?scenario.kvf\n", text)),
               True)


def run_long(check):
    """The peak is where an eviction comes after 600 decode passes: 10 + 600 entries of 2 bytes.
    Later the cache is cut to 2 and grows no further than 602."""
    report, tracks = check.tracks(
        "kvfootprint-scenario: 1\nmodel: {layers: 1, kv_heads: 1, head_dim: 1, dtype: fp8}\n"
        "prompt_tokens: 10\noutput_tokens: 1700\n"
        "policies: [{name: decoding-press, interval_passes: 600, target_tokens: 2}]\n")
    check.has("a long run", report, {"peak_entries": 610, "peak_pass": 600, "peak_bytes": 1220})
    rows = tracks["total"][1]
    check.same("a long run", (len(rows), rows[600], rows[601]), (
        1701, ("decode", 609, 1, 609, 610, 2), ("decode", 610, 1, 2, 3, 3)))


def run_batch(check):
    """A prefills 4 tokens in two passes and decodes once; B, two of them, prefill 2 tokens, wait
    for a pass, and decode three times. Who has finished holds nothing."""
    scenario = (
        "kvfootprint-scenario: 1\nmodel: {layers: 1, kv_heads: 1, head_dim: 1, dtype: fp8}\n"
        "prefill_chunk_tokens: 2\npolicies: [full]\n"
        "tasks: [{name: two, sequences: [{prompt_tokens: 4, output_tokens: 1}, "
        "{prompt_tokens: 2, output_tokens: 3, count: 2}]}]\n")
    report, tracks = check.tracks(scenario)
    check.same("who waits stays where it is", [row[1] for row in tracks["sequence 2 x2"][1]],
               [0, 2, 2, 3, 4])
    rows = {name: [(row[0], *row[2:]) for row in rows] for name, (_, rows) in tracks.items()}
    check.same("a batch", rows, {
        "total": [("prefill", 2, 0, 6, 6), ("prefill", 2, 6, 8, 8), ("decode", 1, 8, 11, 11),
                  ("decode", 1, 6, 8, 8), ("decode", 1, 8, 10, 10)],
        "sequence 1": [("prefill", 2, 0, 2, 2), ("prefill", 2, 2, 4, 4), ("decode", 1, 4, 5, 5),
                       ("decode", 0, 0, 0, 0), ("decode", 0, 0, 0, 0)],
        "sequence 2 x2": [("prefill", 2, 0, 4, 4), ("prefill", 0, 4, 4, 4), ("decode", 1, 4, 6, 6),
                          ("decode", 1, 6, 8, 8), ("decode", 1, 8, 10, 10)]})
    check.tracks(scenario, "--lifespans")
    lives = check.output("export", "run.kvf", "--format", "csv", "--what", "lifespans")
    got = [tuple(row[name] for name in ("sequence", "first_token", "last_token", "born_pass",
                                        "evicted_pass"))
           for row in csv.DictReader(io.StringIO(lives))]
    check.same("lives of a batch, in its passes", got, [
        ("0", "0", "1", "0", ""), ("0", "2", "3", "1", ""), ("0", "4", "4", "2", ""),
        ("1", "0", "1", "0", ""), ("1", "2", "2", "2", ""), ("1", "3", "3", "3", ""),
        ("1", "4", "4", "4", "")])
    check.has("a batch", report, {"peak_entries": 11, "peak_bytes": 22, "active_entries": 45})


def paging(check):
    """One layer of two heads, of which one keeps tokens 0 and 1, the other 3 and 7. An entry is 4 bytes."""
    text = """\
kvfootprint-scenario: 1
model: {layers: 1, kv_heads: 2, head_dim: 1}
implementation: kvpress
prompt_tokens: 8
output_tokens: 2
memory: {blocks: {block_tokens: 4, table: TABLE}}
policies: [{name: topk, ratio: 0.75}]
"""
    scores = check.file("scores.csv", "9,0\n9,0\n0,0\n0,9\n0,0\n0,0\n0,0\n0,9\n")
    for table, tracks, use in (
            ("sequence", [(0, 2, 2), (2, 3, 3), (3, 3, 3)], (64 / 96, 16 / 96, 1)),
            ("layer", [(0, 2, 2), (2, 3, 3), (3, 3, 3)], (64 / 96, 16 / 96, 1)),
            ("head", [(0, 4, 3), (3, 5, 5), (5, 5, 5)], (48 / 96, 16 / 96, 2))):
        of_table = check.file(f"{table}.yaml", text.replace("TABLE", table))
        run_file = os.path.join(check.folder, "paged.kvf")
        said = check.output("run", of_table, "-o", run_file, "--scores", scores)
        check.same(f"{table}: use in the report", f"block use {100 * use[0]:5.1f} %, token use "
                   f"{100 * use[1]:5.1f} %;" in said, True)
        (run,) = json.loads(check.output("run", of_table, "-o", run_file, "--scores", scores,
                                         "--json"))["runs"]
        after = run["paging"]["after_prefill"]
        check.same(f"{table}: after the prefill", (after["block_use"], after["token_use"],
                                                   after["pinned_blocks"]), use)
        rows = csv.DictReader(io.StringIO(check.output("export", run_file, "--format", "csv")))
        check.same(f"{table}: the track of blocks", [
            tuple(int(row[f"{name}_blocks"]) for name in ("past", "held_during", "held_after"))
            for row in rows if row["track"] == "blocks"], tracks)
        (run,) = json.loads(check.output("run", of_table, "-o", run_file, "--paging",
                                         "--json"))["runs"]
        check.same(f"{table}: sizes and tables", len(run["paging"]["sweep"]), 42)


def levels(check):
    """Two layers of tensors of 240 bytes a token, of which half stay: layer 0 has evicted when layer 1
    has its 8 tokens twice, and what stays of them."""
    text = """\
kvfootprint-scenario: 1
model: {layers: 2, kv_heads: 3, head_dim: 20, dtype: fp32}
implementation: kvpress
TASK
memory: {MEMORY}
policies: [{name: topk, ratio: 0.5}]
"""
    one = "prompt_tokens: 8\noutput_tokens: 1"
    three = ("tasks: [{name: three, sequences: "
             "[{prompt_tokens: 8, output_tokens: 1, count: 3}]}]")
    tensors = "cache: contiguous, allocator: driver, granularity: "
    held, copies = [(0, 24, 16), (16, 20, 20)], [(0, 32, 16), (16, 24, 20)]
    # The first 4 tokens stay, by synthetic scores: a block of them a layer. The next token takes another.
    blocks = [(0, 24, 16), (16, 32, 32)]
    for memory, task, by, want in (
            (tensors + "1", one, 240, {"held": held, "cache": copies, "reserved": copies}),
            (tensors + "1", three, 720, {"held": held, "cache": copies, "reserved": copies}),
            (tensors + "1000", one, 1000, {"reserved": [(0, 8, 4), (4, 9, 8)]}),
            ("allocator: driver, granularity: 240, blocks: {block_tokens: 4, table: layer}", one, 240,
             {"held": held, "cache": blocks, "reserved": [(32, 32, 32)] * 2})):
        scenario = check.file("levels.yaml", text.replace("TASK", task).replace("MEMORY", memory))
        run_file = os.path.join(check.folder, "levels.kvf")
        said = json.loads(check.output("run", scenario, "-o", run_file, "--json"))
        rows = list(csv.DictReader(io.StringIO(check.output("export", run_file, "--format", "csv"))))
        for track, numbers in want.items():
            check.same(f"{memory}: {track}", [
                tuple(int(row[f"{name}_bytes"]) for name in ("past", "held_during", "held_after"))
                for row in rows if row["track"] == track],
                [tuple(by * number for number in numbers_of_pass) for numbers_of_pass in numbers])
            peak = said["runs"][0]["levels"]["peak"][f"{track}_bytes"]
            check.same(f"{memory}: the peak of {track}", peak, by * max(n[1] for n in numbers))
        check.same(f"{memory}: shown", "reserved: 2 passes" in check.output("show", run_file), True)
    scenario = check.file("gpu.yaml", text.replace("TASK", one).replace(
        "MEMORY", "cache: contiguous, gpu: l4").replace("{layers: 2, kv_heads: 3, head_dim: 20, "
                                                       "dtype: fp32}", "llama-3.1-8b"))
    run_file = os.path.join(check.folder, "gpu.kvf")
    (run,) = json.loads(check.output("run", scenario, "-o", run_file, "--json"))["runs"]
    levels = run["levels"]
    rows = list(csv.DictReader(io.StringIO(check.output("export", run_file, "--format", "csv"))))
    of = {track: [int(row["held_during_bytes"]) for row in rows if row["track"] == track]
          for track in ("reserved", "device")}
    beside = sum(part["mid_bytes"] for part in levels["beside"])
    check.same("the device by pass", of["device"], [beside + r for r in of["reserved"]])
    check.same("the device at its peak", levels["peak"]["device"]["mid_bytes"], max(of["device"]))
    check.same("what is left", levels["left_bytes"],
               levels["gpu_bytes"] - beside - levels["needed_bytes"])
    # A viewer stacks them: reserved and the parts are the device.
    stacked = {}
    for row in rows:
        if row["track"] == "reserved" or row["role"] == "beside":
            for when in ("past_bytes", "held_during_bytes", "held_after_bytes"):
                at = (row["pass"], when)
                stacked[at] = stacked.get(at, 0) + int(row[when])
    check.same("the parts add up", stacked, {
        (row["pass"], when): int(row[when]) for row in rows if row["track"] == "device"
        for when in ("past_bytes", "held_during_bytes", "held_after_bytes")})
    check.same("their names", sorted({row["track"] for row in rows if row["role"] == "beside"}),
               ["activations", "context", "non_torch", "weights"])

    # --paging asks for blocks, too: the levels stay those of the scenario.
    (also_paged,) = json.loads(check.output("run", scenario, "-o", run_file, "--json", "--paging"))["runs"]
    check.same("levels beside --paging", also_paged["levels"], levels)
    check.same("blocks", also_paged["paging"]["block_tokens"], 16)


def lifespans(check):
    """Each chunk of 4 keeps its last token and the best of the others: 1 and 4."""
    scores = check.file("scores.csv", "1\n5\n2\n0\n7\n3\n3\n0\n0\n")
    want = [("0", "0", "0", "0"), ("2", "2", "0", "0"), ("5", "6", "1", "1"), ("1", "1", "0", ""),
            ("3", "3", "0", ""), ("4", "4", "1", ""), ("7", "7", "1", ""), ("8", "8", "2", "")]
    run_file = os.path.join(check.folder, "lives.kvf")
    scenario = check.file("scenario.yaml", SCENARIO)
    for cells, option in (([("0", "0")], ()), ([("0", "0"), ("1", "0")], ("group",)),
                          ([(layer, head) for layer in "01" for head in "01"], ("all",))):
        check.output("run", scenario, "-o", run_file, "--scores", scores, "--lifespans", *option)
        table = check.output("export", run_file, "--format", "csv", "--what", "lifespans")
        got = {}
        for row in csv.DictReader(io.StringIO(table)):
            got.setdefault((row["layer"], row["head"]), []).append(tuple(row[name] for name in (
                "first_token", "last_token", "born_pass", "evicted_pass")))
        check.same(f"lifespans {option}", got, {cell: want for cell in cells})
    (shown,) = json.loads(check.output("show", run_file, "--json"))["runs"]
    check.same("lifespans shown", [cell["lives"] for cell in shown["lifespans"]], [8] * 4)

    case = ("footprint", "--prompt", "9", "--output", "1", "--chunk", "4", "--policy",
            "snapkv:sparsity=0.5,window_tokens=1,eviction=naive", "--map")
    rows = check.output(*case, "--scores", scores).splitlines()[2:-2]
    check.same("the map", [row.split("|")[1].rstrip() for row in rows], [
        "#", "##", "###", "####", ".#.##", ".#.###", ".#.####", ".#.#####", ".#.##..##"])
    check.same("seeds differ", len({check.output(
        "footprint", "--prompt", "100", "--output", "1", "--policy", "knorm:ratio=0.5", "--map",
        "--seed", seed) for seed in "1234"}), 4)

    wide = check.file("wide.csv", "1,2,3\n")
    for words, arguments in (("expected 1, or 4", ["run", scenario, "--lifespans", "--scores", wide]),
                             ("without --lifespans", ["run", scenario, "--seed", "2"]),
                             ("excludes", ["run", scenario, "--lifespans", "--scores", scores,
                                           "--seed", "2"]),
                             ("excludes", [*case, "--json"]), ("excludes", [*case, "--trace"]),
                             ("no layer 1", [*case, "--layer", "1"]),
                             ("no head 1", [*case, "--head", "1"]),
                             ("at most 200", ["footprint", "--prompt", "201", "--map"]),
                             ("csv or json", ["export", run_file, "--format", "perfetto", "--what",
                                              "lifespans"])):
        done = check.run(*arguments)
        check.same(f"{arguments}: exit status, words", (done.returncode, words in done.stderr),
                   (2, True))


def policies(check):
    defaults = {
        "streaming": {"sink_tokens": "128", "window_tokens": "1024", "variant": "duo"},
        "snapkv": {"sparsity": "", "window_tokens": "64", "eviction": "post-fill",
                   "kv": "query-head"},
        "duoattention": {"rounding": "duo", "sink_tokens": "128"},
        "locret": {"sparsity": "0.7", "local_tokens": "100", "stabilizer_tokens": "2500"},
        "decoding-press": {"interval_passes": "512"}}
    for name, want in defaults.items():
        explained = json.loads(check.output("policies", name, "--json"))
        check.has(f"policies {name}", {p["name"]: p["default"] for p in explained["parameters"]},
                  want)
        lines = [line.split() for line in check.output("policies", name).splitlines()]
        said = {line[0]: line[line.index("default") + 1] if "default" in line[:-1] else ""
                for line in lines if line}
        check.has(f"policies {name} as text", said, want)
    listed = [policy["name"] for policy in json.loads(check.output("policies", "--json"))]
    check.same("policies has all of them", set(defaults) <= set(listed), True)


def refusals(check):
    """Wrong usage and wrong input: 2, words, and nothing written."""
    wrong = check.file("wrong.yaml", SCENARIO + "chunk: 4\n")
    alone = SCENARIO.replace("policies: [", "policies: [{name: knorm, ratio: 0.5}, ")
    no_paper = check.file("no-paper.yaml", alone)
    before = sorted(os.listdir(check.folder))
    for arguments in (["run", "none.yaml"], ["run", wrong], ["run"], ["guess"], [],
                      ["run", no_paper, "--accounting", "paper"],
                      ["run", no_paper, "--accounting", "guess"],
                      ["run", no_paper, "--tracks", "all"],
                      ["run", no_paper, "-o", "none/run.kvf"], ["footprint"],
                      ["footprint", "--prompt", "many"],
                      ["footprint", "--prompt", "1", "--policy", "guess"],
                      ["footprint", "--prompt", "1", "--policy", "streaming:window_tokens=-1"],
                      ["footprint", "--prompt", "1", "--model", "guess"],
                      ["footprint", "--cases", "none.jsonl"], ["policies", "guess"],
                      ["show", "none.kvf"], ["export", "none.kvf", "--format", "csv"]):
        done = check.run(*arguments)
        check.same(f"{arguments}: exit status, words", (done.returncode, bool(done.stderr)),
                   (2, True))
    check.same("files left by refusals", sorted(os.listdir(check.folder)), before)
    for command in ([], ["run"], ["footprint"], ["policies"]):
        check.same(f"{command} --help", "Usage" in check.output(*command, "--help"), True)


def documentation(check, repository):
    """The examples of docs/scenario.md: the scenario runs, the cases are answered as it says."""
    with open(os.path.join(repository, "docs", "scenario.md"), encoding="utf-8") as file:
        page = file.read()
    (scenario,), (cases,), (answers,) = (
        re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        for language in ("yaml", "jsonl", "json"))
    report = json.loads(check.output("run", check.file("page.yaml", scenario), "--json"))
    check.same("the scenario of the page", len(report["runs"]), 4 * 2)
    got = check.output("footprint", "--cases", check.file("page.jsonl", cases), status=1)
    check.same("the answers of the page", got, answers)


def main():
    program, repository = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        check = Check(os.path.abspath(program), folder)
        for test in (footprint, remarks, methods, heads, bad_cases, run, run_long, run_batch,
                     paging, levels, lifespans, policies, refusals):
            test(check)
        documentation(check, repository)
    print("\n".join(check.bad) or "the command says what was calculated by hand")
    return 1 if check.bad else 0


if __name__ == "__main__":
    sys.exit(main())
