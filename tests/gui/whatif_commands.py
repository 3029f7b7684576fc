#!/usr/bin/env python3
"""The texts that the what-if panel copies give its figures when they are run.

    whatif_commands.py KVF_WHATIF_COMMANDS KVFOOTPRINT
"""
import json
import os
import subprocess
import sys
import tempfile


def shell(command, program, folder):
    """What a user's shell makes of the line, with the command in its path."""
    path = os.path.dirname(program) + os.pathsep + os.environ["PATH"]
    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, "PATH": path}, check=False)
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


def table(text):
    lines = (line.split("  ", 1) for line in text.splitlines() if "  " in line)
    return {name: value.strip() for name, value in lines}


def check_footprint(case, program, folder):
    said = table(shell(case["command"], program, folder))
    assert said["KV footprint"] == case["footprint"], said
    assert said["peak entries"].startswith(f"{case['peak_entries']:,} ("), said
    assert said["peak entries, layerwise"].startswith(f"{case['layerwise_entries']:,} ("), said
    assert said["peak bytes"] == (
        f"{case['peak_bytes']:,}, layerwise {case['layerwise_bytes']:,}"), said
    assert said["held after prefill"] == f"{case['held_after_prefill']:,} entries", said
    assert said["held after decoding"] == f"{case['held_after_decode']:,} entries", said


def check_scenario(case, program, folder):
    with open(os.path.join(folder, "copied.yaml"), "w", encoding="utf-8") as file:
        file.write(case["yaml"])
    report = json.loads(shell("kvfootprint run copied.yaml --json", program, folder))
    (run,) = report["runs"]
    assert run["peak_entries"] == case["peak_entries"], run
    assert run["peak_layerwise_entries"] == case["layerwise_entries"], run
    assert f"{100 * run['footprint']:.2f} %" == case["footprint"], run
    assert run["peak_bytes"] == case["peak_bytes"], run


def check_plan(case, program, folder):
    plan = json.loads(shell(case["plan"] + " --json", program, folder))
    assert plan["requests"]["mid"] == case["requests"], plan


def main(commands, program):
    lines = subprocess.run([commands], capture_output=True, text=True, check=True).stdout
    cases = [json.loads(line) for line in lines.splitlines()]
    assert len(cases) >= 5
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            check_footprint(case, os.path.abspath(program), folder)
            check_scenario(case, os.path.abspath(program), folder)
            check_plan(case, os.path.abspath(program), folder)
    print(f"what-if: {len(cases)} cases, each as a command, a scenario and a plan")


if __name__ == "__main__":
    main(*sys.argv[1:])
