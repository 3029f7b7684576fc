"""What the command refuses, and what it says of a run beside the figures.

    cli_refusals.py KVFOOTPRINT
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile

HEAD = "kvfootprint-scenario: 1\n"
TINY = HEAD + ("model: {layers: 1, kv_heads: 2, head_dim: 4}\nprompt_tokens: 6\noutput_tokens: 2\n"
               "prefill_chunk_tokens: 3\npolicies: [full]\n")


class Check:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.bad = []

    def run(self, *arguments, stdout=subprocess.PIPE):
        # The limit is against a pipe that is waited for.
        return subprocess.run([self.program, *arguments], cwd=self.folder, stdout=stdout,
                              stderr=subprocess.PIPE, text=True, check=False, timeout=60)

    def file(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        return name

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8",
                  errors="replace") as file:
            return file.read()

    def same(self, what, got, want):
        if got != want:
            self.bad.append(f"{what}: want {want}, got {got}")

    def refused(self, words, *arguments):
        done = self.run(*arguments)
        said = done.stdout + done.stderr
        if done.returncode != 2 or words not in said:
            self.bad.append(f"{arguments}: want exit 2 and '{words}', got {done.returncode}, {said}")

    def runs(self, scenario, *options):
        done = self.run("run", self.file("scenario.yaml", scenario), "--json", "-o", "run.kvf",
                        *options)
        if done.returncode:
            sys.exit(f"{scenario}\nexit {done.returncode}\n{done.stderr}")
        return json.loads(done.stdout)["runs"]


def outputs(check):
    """No file of the user's is replaced but a run file, and nothing is left behind."""
    check.file("tiny.yaml", TINY)
    check.refused("no run file", "run", "tiny.yaml", "-o", "tiny.yaml")
    check.same("the scenario", check.read("tiny.yaml"), TINY)
    check.refused("a name is needed", "run", "tiny.yaml", "-o", "")
    for _ in range(2):  # a run file is replaced
        check.same("a run file", check.run("run", "tiny.yaml", "-o", "tiny.kvf").returncode, 0)
    long = TINY.replace("prompt_tokens: 6", "prompt_tokens: 1073741824M").replace(": 3\n", ": 1\n")
    check.file("long.yaml", long)
    check.refused("too many to be played", "run", "long.yaml")
    check.same("files", sorted(os.listdir(check.folder)), ["long.yaml", "tiny.kvf", "tiny.yaml"])


def full_disk(check):
    """Output that cannot be written is an error, whatever the command and however much it is."""
    case = '{"prompt_tokens":1,"output_tokens":0,"policy":{"name":"full"}}\n'
    check.file("one.jsonl", case)
    check.file("many.jsonl", case * 2000)
    for arguments in (["--help"], ["policies"], ["models"], ["run", "tiny.yaml"],
                      ["footprint", "--prompt", "9"], ["footprint", "--cases", "one.jsonl"],
                      ["footprint", "--cases", "many.jsonl"]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            check.same(f"{arguments} on a full disk", check.run(*arguments, stdout=full).returncode,
                       2)


def usage(check):
    check.refused("unknown command 'frob'", "frob")
    check.refused("did you mean 'footprint'", "footprnt")
    check.refused("did you mean 'snapkv'", "policies", "snapvk")
    check.refused("--prompt is required", "footprint")
    for more in (["--prompt", "1"], ["--policy", "full"], ["--json"], ["--model", "gpt2"]):
        check.refused("excludes", "footprint", "--cases", "one.jsonl", *more)
    version = check.run("--version")
    check.same("--version", (version.returncode, version.stdout.split()[0]), (0, "kvfootprint"))


def cases(check):
    """A pipe is not waited for; a line that is too long is answered, and the next one too."""
    os.mkfifo(os.path.join(check.folder, "pipe"))
    check.refused("is a pipe", "footprint", "--cases", "pipe")
    good = '{"prompt_tokens":2,"output_tokens":0,"policy":{"name":"full"}}\n'
    check.file("long.jsonl", good + "x" * ((16 << 20) + 1) + "\n" + good)
    done = check.run("footprint", "--cases", "long.jsonl")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    check.same("exit with a bad case", done.returncode, 1)
    check.same("answers around a long line", [sorted(a)[0] for a in answers],
               ["active_entries", "error", "active_entries"])


def beside_the_figures(check):
    # One cell; 3 of a streaming head are allocated ahead, all tokens of all turns of a full one.
    turns = HEAD + ("model: {layers: 1, kv_heads: 1}\nimplementation: duo-static\ntasks:\n"
                    "  - {name: a, turns: [{prompt_tokens: 4, output_tokens: 2}, "
                    "{prompt_tokens: 3, output_tokens: 1}]}\n"
                    "policies: [full, {name: streaming, sink_tokens: 1, window_tokens: 2}]\n")
    check.same("allocated ahead", [run["reserved_entries"] for run in check.runs(turns)], [10, 3])

    # The tracks of a nominal share are of whole cells, so that they carry their shares.
    nominal = TINY.replace("[full]", "[{name: head-roles, streaming_heads: 0.7, rounding: nominal}]")
    check.runs(nominal, "--tracks", "group")
    with sqlite3.connect(os.path.join(check.folder, "run.kvf")) as database:
        weights = dict(database.execute("SELECT role, weight FROM tracks WHERE role != ''"))
    check.same("weights", {role: round(weight, 9) for role, weight in weights.items()},
               {"full": 0.3, "streaming": 0.7})

    # Copies make the first pass the largest in bytes: 2 layers of 1 streaming head and of 1 head
    # with 4 copies, 99 tokens in one pass, 512 bytes an entry. In entries the last pass is.
    mixed = HEAD + ("model: {layers: 2, kv_heads: 2, query_heads: 8}\nprompt_tokens: 100\n"
                    "output_tokens: 60\npolicies:\n  - {name: head-roles, streaming_heads: 0.5, "
                    "sink_tokens: 1000, window_tokens: 0, other_heads: {name: snapkv, "
                    "capacity_tokens: 8, window_tokens: 2}}\n")
    (run,) = check.runs(mixed)
    check.same("peak in entries", (run["peak_entries"], run["peak_pass"]),
               (2 * (99 + 60) + 2 * (8 + 60), 60))
    check.same("peak in bytes", (run["peak_bytes"], run["peak_bytes_pass"]),
               (512 * 2 * (99 + 4 * 99), 0))
    # Layer by layer it is the last pass again: in the first, layer 0 has cut its 99 to 8 when layer 1
    # attends.
    check.same("layerwise", run["peak_layerwise_bytes"], 512 * 2 * (159 + 4 * 68))


def memory(check):
    """What no reader can tell: a static cache that should evict, and figures of a GPU that are unknown."""
    llama = TINY.replace("{layers: 1, kv_heads: 2, head_dim: 4}", "llama-3.1-8b")
    for scenario, memory_of, words in (
            (TINY.replace("[full]", "[full, {name: streaming, sink_tokens: 0, window_tokens: 1}]"), "cache: static",
             "scenario.yaml:6:18: error: policy 'streaming': a static cache does not evict; expected "
             "'cache: contiguous' or 'paged'"),
            (TINY, "cache: static, gpu: l4",
             "scenario.yaml:7:30: error: the parameters of this model are not known"),
            (llama, "cache: contiguous, gpu: l4, tp: 3",
             "scenario.yaml:7:42: error: "),
            (llama, "cache: paged, gpu: l4, engine: vllm@0.5.0, tp: 2",
             "scenario.yaml:7:41: error: vLLM 0.5.0 is not modelled: its memory is known for 0.6 to 0.19")):
        name = check.file("scenario.yaml", scenario + f"memory: {{{memory_of}}}\n")
        check.refused(words, "run", name, "-o", "refused.kvf")
        check.same(f"{memory_of}: what is left behind",
                   os.path.exists(os.path.join(check.folder, "refused.kvf")), False)


def main():
    with tempfile.TemporaryDirectory() as folder:
        check = Check(os.path.abspath(sys.argv[1]), folder)
        for part in (outputs, full_disk, usage, cases, beside_the_figures, memory):
            part(check)
    print("\n".join(check.bad) or "the command refuses what it should")
    return 1 if check.bad else 0


if __name__ == "__main__":
    sys.exit(main())
