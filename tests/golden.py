"""What `run` says of every scenario is as it was approved: tests/golden/NAME.txt and NAME.json.

    golden.py KVFOOTPRINT SCENARIOS            compares
    golden.py KVFOOTPRINT SCENARIOS --approve  writes anew; read the difference before a commit
"""

import difflib
import pathlib
import subprocess
import sys
import tempfile

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"


def said(program, scenario, *options):
    """Standard output, without the line that names the file and the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program, "run", scenario, "-o", f"{folder}/run.kvf", *options],
                              capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        sys.exit(f"{scenario.name}: exit {done.returncode}\n{done.stderr}")
    lines = done.stdout.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("written: "))


def main():
    program, scenarios = sys.argv[1:3]
    approve = "--approve" in sys.argv
    failed = False
    known = set()
    for scenario in sorted(pathlib.Path(scenarios).glob("*.yaml")):
        for name, options in [(f"{scenario.stem}.txt", ["--wide"]),
                              (f"{scenario.stem}.json", ["--json"])]:
            known.add(name)
            got = said(program, scenario, *options)
            path = GOLDEN / name
            if approve:
                GOLDEN.mkdir(exist_ok=True)
                path.write_text(got, encoding="utf-8")
                continue
            want = path.read_text(encoding="utf-8") if path.exists() else ""
            if got != want:
                failed = True
                print(*difflib.unified_diff(want.splitlines(), got.splitlines(), f"approved {name}",
                                            "now", lineterm="", n=1), sep="\n")
    for path in GOLDEN.iterdir():
        if path.name not in known:
            failed = True
            print(f"{path.name}: no scenario of that name")
    if failed:
        print("If this was meant: script/approve, and read the difference.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
