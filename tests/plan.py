"""Capacity planning on the command line: ledgers, grids, pools, devices, and what they refuse.

    tests/plan.py KVFOOTPRINT
"""

import csv
import io
import json
import os
import subprocess
import sys
import tempfile

PARTS = ["weights", "activations", "cuda_graphs", "non_torch", "context", "kv_pool", "slack"]
GIB = 2**30
COMMAND = sys.argv[1]


def run(*arguments, status=0, text=None):
    done = subprocess.run([COMMAND, *arguments], input=text, capture_output=True, text=True,
                          check=False)
    assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout if status == 0 else done.stdout + done.stderr


def plan(*arguments):
    return json.loads(run("plan", "--json", *arguments))


LLAMA = ("--model", "llama-3.1-8b", "--gpu", "h100-80gb", "--engine", "vllm@0.19.0")


def ledger():
    answer = plan(*LLAMA, "--gpu-memory-utilization", "0.95", "--max-model-len", "8192")
    # As logged: 14.99 GiB of weights, 1.89 of activations, 58.11 left.
    parts = {part["name"]: part for part in answer["parts"]}
    assert list(parts) == PARTS, list(parts)
    assert abs(parts["weights"]["mid_bytes"] / GIB - 14.99) < 0.005
    assert parts["weights"]["basis"] == "exact"
    assert abs(parts["activations"]["mid_bytes"] / GIB - 1.89) < 0.02
    assert abs(answer["available_kv"]["mid_bytes"] / GIB - 58.11) < 0.1
    # The budget is shared out to the byte.
    inside = sum(parts[name]["mid_bytes"] for name in ("weights", "activations", "non_torch"))
    assert inside + answer["available_kv"]["mid_bytes"] == answer["budget_bytes"]
    outside = sum(parts[name]["mid_bytes"] for name in ("context", "cuda_graphs", "slack"))
    assert outside + answer["budget_bytes"] == answer["total_bytes"]
    for part in answer["parts"]:
        assert part["low_bytes"] <= part["mid_bytes"] <= part["high_bytes"], part
    blocks = answer["blocks"]
    assert blocks["low"] <= blocks["mid"] <= blocks["high"]
    assert blocks["mid"] == answer["available_kv"]["mid_bytes"] // answer["block_bytes"]
    assert answer["block_tokens"] == 16
    assert abs(answer["concurrency"] - blocks["mid"] / 512) < 1e-9
    assert answer["limited_by"].startswith("KV pool: ")


def requests():
    full = plan(*LLAMA, "--prompt", "32K", "--output", "1K", "--price", "2.5")
    streams = plan(*LLAMA, "--prompt", "32K", "--output", "1K", "--policy", "streaming")
    assert full["request"]["footprint"] == 1
    assert full["request"]["peak_bytes"] == 33 * 1024 * 131072  # all tokens, all layers
    assert streams["requests"]["mid"] > 3 * full["requests"]["mid"]
    # A GPU's price, by the share of its pool that is held, for as long as it is.
    share = full["request"]["byte_seconds"] / full["available_kv"]["mid_bytes"]
    assert abs(full["request"]["cost"] - 2.5 / 3600 * share) < 1e-9
    # What the longest prompt needs fits, and one block more does not.
    longest = full["longest_prompt_tokens"]
    assert longest == 131072 - 1024  # the model ends before the memory
    small = plan("--model", "llama-3.1-8b", "--gpu", "24GiB", "--output", "16")
    prompt = str(small["longest_prompt_tokens"])
    again = plan("--model", "llama-3.1-8b", "--gpu", "24GiB", "--output", "16", "--prompt", prompt)
    assert again["requests"]["mid"] == 1, again["requests"]
    assert "compute as of an H100" in small["note"]
    text = run("plan", *LLAMA, "--prompt", "32K", "--requests", "64")
    assert "64 requests at once: " in text


def what_if():
    axes = ("--what-if", "policy=full,snapkv:sparsity=0.5,eviction=naive,streaming",
            "--what-if", "tp=1,2,3", "--prompt", "16K")
    rows = list(csv.DictReader(io.StringIO(run("plan", *LLAMA, *axes, "--csv"))))
    points = json.loads(run("plan", *LLAMA, *axes, "--json"))
    assert len(rows) == len(points) == 9
    assert [row["policy"] for row in rows[::3]] == ["full", "snapkv:sparsity=0.5,eviction=naive",
                                                    "streaming"]
    for row, point in zip(rows, points):
        assert row["policy"] == point["policy"] and row["tp"] == point["tp"]
        if "error" in point:
            assert row["tp"] == "3" and row["error"] == point["error"], point
            continue
        assert int(row["requests_mid"]) == point["requests"]["mid"]
        assert float(row["footprint"]) == point["footprint"]
        assert (row["pareto"] == "1") == point["pareto"]
        one = plan(*LLAMA, "--policy", row["policy"], "--tp", row["tp"], "--prompt", "16K")
        assert one["requests"] == point["requests"], (one["requests"], point)
    assert any(point.get("pareto") for point in points)
    assert sum("error" in point for point in points) == 3
    assert "requests at once" in run("plan", *LLAMA, *axes)


def paper():
    """Policies that need a share take the paper's 70 % when they are named alone."""
    points = plan(*LLAMA, "--prompt", "16K", "--what-if", "policy=full,streaming,snapkv,prulong")
    assert [point["policy"] for point in points] == ["full", "streaming", "snapkv", "prulong"]
    named = plan(*LLAMA, "--prompt", "16K", "--policy", "snapkv:sparsity=0.7")
    assert named["request"]["footprint"] == points[2]["footprint"]
    answer = plan(*LLAMA, "--prompt", "8K", "--requests", "500")
    found = answer["gpus_for_requests"]
    each = plan(*LLAMA, "--prompt", "8K", "--tp", str(found["tp"]))["requests"]["mid"]
    assert found["replicas"] == -(-500 // each) and found["gpus"] == found["replicas"] * found["tp"]
    assert found["gpus"] <= -(-500 // answer["requests"]["mid"])


def refusals():
    def refused(words, *arguments):
        text = run(*arguments, status=2)
        assert words in text, text

    refused("--model is required", "plan", "--gpu", "t4")
    refused("--gpu is required", "plan", "--model", "llama-3.1-8b")
    refused("did you mean 'h100-80gb'?", "plan", "--model", "llama-3.1-8b", "--gpu", "h100-81gb")
    refused("a100-40gb, a100-80gb", "plan", "--model", "llama-3.1-8b", "--gpu", "A100")
    refused("--requests is of one plan", "plan", *LLAMA, "--requests", "3", "--what-if", "tp=1,2")
    for price in ("inf", "nan", "-1", "abc"):
        run("plan", *LLAMA, "--price", price, status=2)
    refused("--tp is '1.5'; expected a whole number", "plan", *LLAMA, "--tp", "1.5")
    refused("longer than max_model_len", "plan", *LLAMA, "--prompt", "9K", "--max-model-len", "8K")
    # As JSON too, whatever is wrong.
    for wrong in (("--tp", "3"), ("--kv-dtype", "foo"), ("--dtype", "fp8")):
        text = run("plan", *LLAMA, *wrong, "--json", status=2)
        assert set(json.loads(text)) == {"error", "reason"}, text
    refused("--engine is 'sglang'", "plan", *LLAMA[:4], "--engine", "sglang")
    refused("32 heads cannot be shared by 3 ranks", "plan", *LLAMA, "--tp", "3")
    refused("--gpu-memory-utilization is '2'", "plan", *LLAMA, "--gpu-memory-utilization", "2")
    refused("unknown policy", "plan", *LLAMA, "--policy", "strreaming")
    refused("--what-if of 'chunks'; did you mean 'chunk'?", "plan", *LLAMA, "--what-if", "chunks=1")
    refused("expected KEY=VALUE", "plan", *LLAMA, "--what-if", "chunk")
    # What is not modelled says so, also as JSON.
    answer = run("plan", *LLAMA[:4], "--engine", "vllm@0.3.0", "--json", status=2)
    assert "0.3.0 is not modelled" in json.loads(answer)["reason"], answer
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "config.json")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"model_type": "qwen3_next"}, file)
        answer = run("plan", "--model", config, "--gpu", "h200", "--json", status=2)
    assert "recurrent" in json.loads(answer)["reason"], answer


def pools():
    good = {"kind": "vllm_uniform", "num_hidden_layers": 32, "num_key_value_heads": 8,
            "head_dim": 128, "kv_dtype_bytes": 2, "available_kv_cache_gib": 51.63}
    lines = [json.dumps(good), "{", json.dumps(good | {"layers": 1}), json.dumps(good)]
    answers = [json.loads(line) for line in
               run("pool", "--cases", "-", status=1, text="\n".join(lines) + "\n").splitlines()]
    assert answers[0] == answers[3]
    assert answers[0]["num_gpu_blocks"]["low"] < answers[0]["num_gpu_blocks"]["high"]
    assert answers[0]["block_bytes"] == 2 * 32 * 8 * 128 * 2 * 16
    assert "error" in answers[1] and "unknown key 'layers'" in answers[2]["error"]


def devices():
    listed = json.loads(run("devices", "--json"))
    assert len(listed) >= 20
    assert all(device["source"] and device["memory_bytes"] > 2**32 for device in listed)
    assert "as the driver reports" in run("devices", "RTX 4090")
    assert "unknown GPU 'rtx-4099'" in run("devices", "rtx-4099", status=2)


def main():
    for test in (ledger, requests, what_if, paper, refusals, pools, devices):
        test()
    print("plans, grids, pools and devices: as they should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
