"""`kvfootprint doctor` in every state of a driver, and that programs start without one.

    tests/kernel/doctor.py KVFOOTPRINT KVF_GPU_TESTS FAKE_DRIVER
"""

import json
import os
import subprocess
import sys

PROGRAM, GPU_TESTS, FAKE_DRIVER = sys.argv[1:]


def run(program, *arguments, **fake):
    """Standard output and exit status; `fake`: what the driver answers. Nothing: no fake one."""
    environment = {name: text for name, text in os.environ.items()
                   if not name.startswith("KVF_FAKE") and name != "CUDA_VISIBLE_DEVICES"}
    if fake:
        environment["LD_LIBRARY_PATH"] = os.path.dirname(FAKE_DRIVER)
        environment.update({f"KVF_FAKE_{name.upper()}": str(value) for name, value in fake.items()})
    done = subprocess.run([program, *arguments], env=environment, text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.stderr == "", done.stderr
    return done.stdout, done.returncode


def found(**fake):
    text, status = run(PROGRAM, "doctor", "--json", **fake)
    what = json.loads(text)
    assert status == (0 if what["capture"] == "gpu" else 1), (status, text)
    spoken, status_again = run(PROGRAM, "doctor", **fake)
    assert status_again == status
    # Every piece of advice, and what the driver says, are in the text, too.
    for words in (*what["advice"], what["driver"]["problem"], what["gpu_problem"]):
        assert words in spoken, (words, spoken)
    return what


def nothing_linked():
    for program in (PROGRAM, GPU_TESTS):
        libraries = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True).stdout
        for name in ("libcuda", "libcupti", "libnvidia", "libnvrtc"):
            assert name not in libraries, (program, libraries)


def host():
    backends = {backend["name"]: backend for backend in found()["host_backends"]}
    assert list(backends) == ["host-mmap", "host-reserve", "host-pool"]
    page = os.sysconf("SC_PAGESIZE")
    for name, step in (("host-mmap", page), ("host-reserve", page), ("host-pool", 2 << 20)):
        assert backends[name]["works"] and backends[name]["problem"] == ""
        if not os.environ.get("KVF_SANITIZED"):  # a sanitizer's own memory grows beside
            assert backends[name]["step_bytes"] == step, backends[name]


def drivers():
    stub = found(init=34)
    assert stub["driver"]["state"] == "stub" and stub["capture"] == "host"
    assert any("LD_LIBRARY_PATH" in text for text in stub["advice"])
    assert found(init=100)["driver"]["state"] == "no_gpu"
    assert found(init=999)["driver"]["state"] == "failed"
    built_with = found()["cuda_runtime"]
    if built_with:
        old = found(version=10020)
        assert old["driver"]["state"] == "too_old"
        assert "can run CUDA up to 10.2, this program has" in old["driver"]["problem"]
    # It promises a GPU and has no function to use it: said, and not believed.
    empty = found(version=99000)
    assert empty["driver"]["state"] == "ok" and empty["capture"] == "host"
    gpu = empty["gpus"][0]
    assert gpu["device"] == "cuda:0" and gpu["memory_bytes"] == 85045346304
    assert gpu["compute_capability"] == "9.0" and gpu["bandwidth_source"] == "driver"
    assert (empty["gpu_problem"] != "") == bool(built_with), empty
    # Nor is CUPTI called for it: some versions crash.
    assert empty["cupti"]["version"] == "" and empty["cupti"]["problem"] != "", empty
    assert built_with or any("-DKVF_CUDA=ON" in text for text in empty["advice"])


def gpu_tests():
    text, status = run(GPU_TESTS, init=34)
    assert status == 77 and text.startswith("skipped: "), (status, text)


if __name__ == "__main__":
    for test in (nothing_linked, host, drivers, gpu_tests):
        test()
    print("doctor: says what is there")
