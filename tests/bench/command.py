#!/usr/bin/env python3
"""Benchmarks of the command as users run it: command.py KVFOOTPRINT [--json]

Batch interface: cases a second of CPU time, start included, medians of three runs over cases that
all differ. Simulation: CPU time and peak memory of 1,010,000 passes x 256 groups that all differ.
Planning: wall time of a plan and of a grid.
"""
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

BATCHES = [
    ("head-roles", 200_000, {"name": "head-roles", "streaming_heads": 0.7}),
    ("pyramidkv naive", 30_000, {"name": "pyramidkv", "eviction": "naive", "sparsity": 0.7}),
    ("locret", 30_000, {"name": "locret", "sparsity": 0.7}),
]


def cpu_seconds_of(command):
    """CPU seconds of a command, its output thrown away."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def batch(program, folder, policy, count):
    """Cases a CPU second: Llama-3.1-8B, chunk 8,192, lengths drawn with a fixed seed."""
    draw = random.Random(1)
    path = os.path.join(folder, "cases.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(count):
            case = {
                "prompt_tokens": draw.randrange(1_000, 131_073),
                "output_tokens": draw.randrange(1, 2_000),
                "prefill_chunk_tokens": 8_192,
                "policy": policy,
                "model": "llama-3.1-8b",
            }
            file.write(json.dumps(case) + "\n")
    command = [program, "footprint", "--cases", path]
    return count / statistics.median(cpu_seconds_of(command) for _ in range(3))


def million(program, folder):
    """CPU seconds and peak bytes of the simulation that is promised to be small."""
    case = {
        "prompt_tokens": 1_000_000,
        "output_tokens": 10_000,
        "prefill_chunk_tokens": 1,
        "policy": {"name": "topk", "ratio": [layer / 1000 for layer in range(256)]},
        "model": {"layers": 256, "kv_heads": 1},
    }
    path = os.path.join(folder, "million.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(case) + "\n")
    command = [program, "footprint", "--cases", path, "--method", "simulate"]
    seconds = statistics.median(cpu_seconds_of(command) for _ in range(3))
    # A process of its own, so that the largest child is this one.
    measure = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)"
    )
    peak = subprocess.run(
        [sys.executable, "-c", measure, *command], check=True, capture_output=True, text=True
    ).stdout
    return seconds, int(peak)


PLAN = ["plan", "--model", "llama-3.1-8b", "--gpu", "h100-80gb"]
POLICIES = ["full", "streaming", "snapkv:sparsity=0.5", "prulong:streaming_heads=0.7",
            "topk:ratio=0.5", "locret:sparsity=0.5", "pyramidkv:sparsity=0.5", "h2o:ratio=0.3",
            "tova:ratio=0.4", "knorm:ratio=0.5"]


def plans(program):
    """Wall seconds of a plan, and of a grid of 100,000 points: prompts, outputs, policies, chunks."""
    one = [program, *PLAN, "--prompt", "128K", "--output", "1K", "--policy", POLICIES[3]]
    grid = [program, *PLAN, "--csv",
            "--what-if", "prompt=" + ",".join(str(n) for n in range(1000, 101000, 1000)),
            "--what-if", "output=" + ",".join(str(n) for n in range(100, 1100, 100)),
            "--what-if", "policy=" + ",".join(POLICIES),
            "--what-if", "chunk=512,1K,2K,4K,8K,16K,32K,64K,128K,256K"]

    def seconds_of(command):
        before = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - before

    return [statistics.median(seconds_of(command) for _ in range(5)) for command in (one, grid)]


def main(arguments):
    program = arguments[0]
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, count, policy in BATCHES:
            figures[f"batch {name}: cases per CPU second"] = round(
                batch(program, folder, policy, count)
            )
        seconds, peak = million(program, folder)
    figures["1,010,000 passes x 256 groups: CPU seconds"] = round(seconds, 2)
    figures["1,010,000 passes x 256 groups: peak bytes"] = peak
    plan, grid = plans(program)
    figures["plan: milliseconds"] = round(1000 * plan, 1)
    figures["grid of 100,000 points: seconds"] = round(grid, 2)
    if "--json" in arguments:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(f"{name:46} {value:>14,}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
