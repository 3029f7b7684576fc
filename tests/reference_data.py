"""Runs reference_check on the full reference files; skipped (77) where there are none.

No row may differ.
"""

import os
import subprocess
import sys

FILES = [
    "paper_footprint.json",
    "policy_budgets.json",
    "kvpress_real.json",
    "engine_logs.json",
    "paper_tables.json",
    "training_reference.json",
    "transformers_caches.json",
    "parameter_counts.json",
    "nonkv_parts.json",
]


def main():
    program = sys.argv[1]
    folder = os.environ.get("KVF_REFERENCE_DATA")
    if not folder:
        print("SKIPPED: KVF_REFERENCE_DATA does not name the folder of the reference files")
        return 77
    failed = False
    for name in FILES:
        done = subprocess.run(
            [program, os.path.join(folder, name)], capture_output=True, text=True, check=False
        )
        last = done.stdout.splitlines()[-1] if done.stdout else done.stderr
        print(f"{name}: {last}")
        failed |= done.returncode != 0 or ", 0 different," not in last
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
