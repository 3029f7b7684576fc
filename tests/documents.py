"""Every command of the documents is run, and what they show of its output is looked for in it.

    tests/documents.py FOLDER_OF_PROGRAMS REPOSITORY DOCUMENT...

A command is an indented line that begins with the name of a program, perhaps behind `$ `; a line that ends
with `\\` goes on. Lines behind `$ ` up to the next empty one are its output: `...` stands for anything.
Files that a user brings are made here. A window would stay open: it is drawn into a file instead. Without
the viewer commands that draw are left out.
"""

import gzip
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

PROGRAMS = ("kvfootprint", "kvfootprint-viewer")
# What a document leaves to the reader, and cannot be run here.
ELSEWHERE = re.compile(r"FILE|--at |small-decode\.yaml --policy streaming -o run\.kvf$")
# What users of the documents have from before, or from another document.
MADE_BEFORE = (
    "run scenarios/paper-128k.yaml", "run scenarios/five-levels.yaml",
    "run scenarios/tiny.yaml -o a.kvf", "run scenarios/tiny.yaml -o b.kvf",
    "run scenarios/tiny.yaml -o before.kvf", "run scenarios/tiny.yaml -o after.kvf",
    "capture scenarios/small-decode.yaml --policy streaming --backend host -o run.kvf")


def commands(text):
    """(line number, command, lines of output) of a document."""
    lines = text.splitlines()
    found, at = [], 0
    while at < len(lines):
        line = lines[at].strip()
        shown = line.startswith("$ ")
        number = at + 1
        at += 1
        if not lines[number - 1].startswith("    "):
            continue
        line = line[2:] if shown else line
        if line.split(" ")[0] not in PROGRAMS:
            continue
        while line.endswith("\\"):
            line = line[:-1] + lines[at].strip()
            at += 1
        output = []
        while shown and at < len(lines) and lines[at].strip():
            output.append(lines[at].strip())
            at += 1
        found.append((number, re.sub(r"\s{2,}#.*", "", line), output))
    return found


def bring(folder, repository):
    """The files that the documents take for granted."""
    (folder / "scenarios").symlink_to(repository / "scenarios")
    (folder / "cases.jsonl").write_text('{"prompt_tokens":9,"output_tokens":1,"policy":{"name":"full"}}\n')
    (folder / "pools.jsonl").write_text(json.dumps({
        "kind": "vllm_uniform", "num_hidden_layers": 32, "num_key_value_heads": 8, "head_dim": 128,
        "kv_dtype_bytes": 2, "available_kv_cache_gib": 51.63, "max_model_len_tokens": 131072}) + "\n")
    (folder / "scores.csv").write_text(
        "method,task,footprint,score,full_score\n"
        "streaming,rag,0.5,85,100\nstreaming,rag,0.7,93,100\n"
        "snapkv,rag,0.5,95,100\nfull,icl,1.0,80,100\n")
    # A cache of 64 bytes a token, in a pass of 4 tokens and two of one.
    (folder / "scenario.yaml").write_text(
        "kvfootprint-scenario: 1\nmodel: {layers: 1, kv_heads: 1, query_heads: 1, head_dim: 8, dtype: fp32}\n"
        "prompt_tokens: 5\noutput_tokens: 2\npolicies: [full]\n")

    def memory(time, address, size, total):
        return {"ph": "i", "cat": "cpu_instant_event", "name": "[memory]", "ts": time,
                "args": {"Addr": address, "Bytes": size, "Total Allocated": total, "Total Reserved": 0,
                         "Device Type": 1, "Device Id": 0}}

    def span(name, start):
        return {"ph": "X", "cat": "user_annotation", "name": name, "ts": start, "dur": 10}

    events = [span("prefill", 0), memory(1, 4096, 320, 320), span("decode 0", 20),
              memory(21, 8192, 384, 704), memory(22, 4096, -320, 384), span("decode 1", 40),
              memory(41, 4096, 448, 832), memory(42, 8192, -384, 448)]
    for name in ("trace.json.gz", "before.json.gz", "after.json.gz"):
        with gzip.open(folder / name, "wt") as file:
            json.dump({"traceEvents": events}, file)


def main():
    bin_folder, repository = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    environment = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}",
                   "QT_QPA_PLATFORM": "offscreen"}
    draws = (bin_folder / "kvfootprint-viewer").exists()
    bad, ran = [], 0
    for document in sys.argv[3:]:
        text = (repository / document).read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            bring(folder, repository)
            for program in MADE_BEFORE:
                subprocess.run([bin_folder / "kvfootprint", *program.split()], cwd=folder, check=True,
                               stdout=subprocess.DEVNULL)
            view = re.search(r'^    (\{"kvfootprint-view".*?\}\]\})$', text, re.M | re.S)
            if view:
                (folder / "view.json").write_text(view.group(1))
            for line, command, output in commands(text):
                words = command.split(" ")
                if ELSEWHERE.search(command) or (not draws and ("viewer" in words[0] or words[1] == "plot")):
                    continue
                if words[0] == "kvfootprint-viewer" and "--export" not in words:
                    command += " --export window.png"
                done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, check=False,
                                      capture_output=True, text=True, timeout=300)
                ran += 1
                # Doctor and compare say 1 where something is not as it should be.
                good = (0, 1) if words[1] in ("doctor", "compare") else (0,)
                if done.returncode not in good:
                    bad.append(f"{document}:{line}: {command}: {done.returncode} {done.stderr}")
                answer = " ".join(done.stdout.split())
                for part in [part for text in output for part in text.split("...")]:
                    part = " ".join(part.split())
                    if part not in answer:
                        bad.append(f"{document}:{line}: {command}: does not say '{part}'")
    for text in bad:
        print(text)
    if not bad:
        print(f"{ran} commands of {len(sys.argv) - 3} documents")
    return 1 if bad or ran < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
