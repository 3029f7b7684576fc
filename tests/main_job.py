"""Runs the main job and checks its figures.

The percentages are those of the paper's script for the means of each task family's lengths
(arXiv 2506.17121, table 4), typed as facts: footprint / peak, in percent, per policy and task.
"""

import json
import subprocess
import sys
import tempfile

TASKS = ["recall", "rag", "rerank", "icl", "longqa", "summ", "html_to_tsv", "travel"]
WANT = {
    "full": ["100.0/100.0"] * 8,
    "quest": ["100.0/100.0"] * 8,
    "streaming": ["31.6/32.6", "27.2/28.5", "36.5/39.8", "30.6/31.9", "29.1/30.7", "30.2/31.7",
                  "72.0/84.1", "53.0/66.7"],
    "head-roles 70 %": ["52.1/51.2", "49.0/44.7", "55.5/50.9", "51.4/50.1", "50.3/48.2",
                        "51.1/49.7", "80.4/84.1", "67.1/66.7"],
    "snapkv post-fill": ["99.9/99.9", "100.0/100.0", "99.7/99.8", "100.0/100.0", "100.0/100.0",
                         "99.2/99.4", "81.3/84.1", "69.4/66.7"],
    "snapkv patched": ["51.2/50.5", "48.2/44.2", "54.5/50.1", "50.5/49.5", "49.5/47.6",
                       "50.2/49.1", "81.3/84.1", "69.4/66.7"],
}
ACTIVE_SHARE = ["3.9", "3.4", "4.8", "3.9", "3.7", "3.8", "15.2", "54.6"]


def main():
    program, scenarios = sys.argv[1:]
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        for accounting in ["paper", "implementation"]:
            done = subprocess.run(
                [program, "run", f"{scenarios}/paper-128k.yaml", "--json", "--accounting",
                 accounting, "-o", f"{folder}/run.kvf"],
                capture_output=True, text=True, check=True)
            runs = json.loads(done.stdout)["runs"]
            if len(runs) != 88 or not all(run["closed_form_agrees"] for run in runs):
                bad.append(f"{accounting}: the two methods differ")
            if accounting == "paper":
                got = {(run["policy"], run["task"]): run for run in runs}
    for policy, figures in WANT.items():
        for task, want in zip(TASKS, figures):
            run = got[policy, task]
            shown = f"{100 * run['footprint']:.1f}/{100 * run['peak']:.1f}"
            if shown != want:
                bad.append(f"{policy}, {task}: want {want}, got {shown}")
    for task, want in zip(TASKS, ACTIVE_SHARE):
        shown = f"{100 * got['quest', task]['active_share']:.1f}"
        if shown != want:
            bad.append(f"quest, {task}: want an active share of {want}, got {shown}")
    # 131,072 tokens on Llama-3-70B: 42.9e9 bytes, as the paper says.
    done = subprocess.run(
        [program, "footprint", "--model", "llama-3-70b", "--prompt", "131072", "--json"],
        capture_output=True, text=True, check=True)
    if json.loads(done.stdout)["peak_entries"] * 2 * 128 * 2 != 42_949_672_960:
        bad.append("Llama-3-70B does not hold 42.9e9 bytes at 131,072 tokens")
    # Only the other heads of a mixed policy are stored once per query head: 100 tokens, one byte a
    # number, keys and values: 2 x 100 for the streaming head, 4 x 2 x 100 for the other.
    mixed = (
        "kvfootprint-scenario: 1\n"
        "model: {layers: 1, kv_heads: 2, query_heads: 8, head_dim: 1, dtype: fp8}\n"
        "prompt_tokens: 101\noutput_tokens: 0\npolicies:\n"
        "  - {name: head-roles, streaming_heads: 0.5, sink_tokens: 0, window_tokens: 10, "
        "other_heads: {name: snapkv, sparsity: 0.5, eviction: naive}}\n")
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/mixed.yaml", "w", encoding="utf-8") as file:
            file.write(mixed)
        done = subprocess.run(
            [program, "run", f"{folder}/mixed.yaml", "--json", "-o", f"{folder}/mixed.kvf"],
            capture_output=True, text=True, check=True)
    peak = json.loads(done.stdout)["runs"][0]["peak_bytes"]
    if peak != 1000:
        bad.append(f"a mixed policy: want a peak of 1000 bytes, got {peak}")
    print("\n".join(bad) or "the main job's figures are the paper's")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
