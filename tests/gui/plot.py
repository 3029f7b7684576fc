"""`kvfootprint plot`: figures as files without a screen, and what it says of what cannot be drawn.

    tests/gui/plot.py KVFOOTPRINT VIEWER SCENARIO CAPTURED_SCENARIO
"""

import csv
import os
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

SCORES = """method,task,footprint,score,full_score
a,recall,0.2,30,100
a,recall,1.0,110,100
b,recall,0.3,95,100
c,rag,0.9,5,50
"""
SVG = "{http://www.w3.org/2000/svg}"


class Check:
    def __init__(self, program, viewer, folder):
        self.program, self.viewer, self.folder, self.bad = program, viewer, folder, []

    def expect(self, holds, text):
        if not holds:
            self.bad.append(text)

    def run(self, *arguments, program=None, **options):
        # A session without a screen, whatever this one has.
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
        environment.update(options.pop("env", {}))
        return subprocess.run([program or self.program, *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=120, check=False, encoding="utf-8",
                              cwd=self.folder, env=environment, **options)

    def drawn(self, name, *arguments):
        done = self.run("plot", "-o", name, *arguments)
        self.expect(done.returncode == 0 and done.stdout == "" and done.stderr == "",
                    f"{arguments}: {done.returncode}, {done.stdout}{done.stderr}")
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return b""
        with open(path, "rb") as file:
            return file.read()

    def texts(self, name, *arguments):
        """The texts of a figure as SVG."""
        data = self.drawn(name, *arguments)
        if not data:
            return []
        root = xml.etree.ElementTree.fromstring(data)
        return ["".join(text.itertext()) for text in root.iter(SVG + "text")]

    def refused(self, words, *arguments, **options):
        """Exit status 2, the words, and nothing left that was not there before."""
        before = sorted(os.listdir(self.folder))
        done = self.run(*arguments, **options)
        self.expect(done.returncode == 2 and words in done.stderr,
                    f"{arguments}: want {words!r}, got {done.returncode}, {done.stderr!r}")
        self.expect(sorted(os.listdir(self.folder)) == before, f"{arguments}: left something")


def critical(check):
    kind = ("--kind", "critical", "scores.csv")
    texts = check.texts("a.svg", *kind)
    for word in ["recall", "rag", "a", "b", "c", "80.0 %", "< 30.0 %", "> 90.0 %"]:
        check.expect(word in texts, f"no text {word!r} in {texts}")
    texts = check.texts("b.svg", *kind, "--task", "recall", "--fraction", "0.5", "--pareto",
                        "--theme", "dark")
    check.expect("recall" in texts and "rag" not in texts and "50 %: 50" in texts, texts)
    # 30 at 0.2, 110 at 1: 50 is a quarter of the way.
    check.expect("40.0 %" in texts, texts)

    png = check.drawn("c.png", *kind, "--width", "640", "--height", "480")
    check.expect(png[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", png[16:24]) == (640, 480),
                 f"PNG: {png[:24]}")
    check.expect(check.drawn("d.png", *kind, "--width", "640", "--height", "480") == png,
                 "the same figure has other bytes")
    fine = check.drawn("fine.png", *kind, "--width", "640", "--height", "480", "--scale", "3")
    check.expect(struct.unpack(">II", fine[16:24]) == (1920, 1440), f"PNG: {fine[:24]}")
    pdf = check.drawn("e.pdf", *kind)
    box = re.search(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", pdf)
    check.expect(pdf[:5] == b"%PDF-" and box and (float(box[1]), float(box[2])) == (1200, 675),
                 f"PDF: {pdf[:8]}, {box}")
    rows = list(csv.DictReader(check.drawn("f.csv", *kind).decode("utf-8").splitlines()))
    check.expect([row["method"] for row in rows] == ["a", "a", "b", "c"] and
                 [row["bound"] for row in rows] == ["=", "=", "<", ">"] and
                 rows[0]["wanted_score"] == "90", rows)
    # Names of files and tasks are no options.
    shutil.copy(os.path.join(check.folder, "scores.csv"), os.path.join(check.folder, "--pareto"))
    check.expect(check.texts("g.svg", "--kind", "critical", "--", "--pareto") != [], "--pareto")


def view(check, scenario):
    done = check.run("run", scenario, "-o", "run.kvf")
    check.expect(done.returncode == 0, done.stderr)
    texts = check.texts("h.svg", "run.kvf")
    rows = list(csv.DictReader(check.drawn("i.csv", "run.kvf").decode("utf-8").splitlines()))
    check.expect(rows and {"lane", "run", "series", "unit", "value"} <= set(rows[0]) and
                 any(int(row["value"]) > 0 for row in rows), rows[:3])
    fine = check.drawn("fine.png", "run.kvf", "--scale", "2")
    check.expect(struct.unpack(">II", fine[16:24]) == (3200, 1800), f"PNG: {fine[:24]}")
    check.expect(check.drawn("j.png", "run.kvf")[:4] == b"\x89PNG" and
                 check.drawn("k.pdf", "run.kvf")[:5] == b"%PDF-", "no PNG or PDF of a view")
    check.expect(any("GiB" in text or "MiB" in text or "entries" in text for text in texts), texts)
    with open(os.path.join(check.folder, "odd.json"), "w", encoding="utf-8") as file:
        file.write('{"kvfootprint-view": 1, "lanes": ['
                   '{"kind": "lines", "runs": ["far/away/run.kvf#1"], "series": "nope"}]}')
    done = check.run("plot", "run.kvf", "--view", "odd.json", "-o", "l.svg")
    check.expect(done.returncode == 0 and "lane 1 does not show run.kvf#1: it has no series 'nope'"
                 in done.stderr, done.stderr)
    # A view that says how, but not what.
    with open(os.path.join(check.folder, "bare.json"), "w", encoding="utf-8") as file:
        file.write('{"kvfootprint-view": 1, "theme": "dark"}')
    check.expect(check.texts("n.svg", "run.kvf", "--view", "bare.json") == texts, "a bare view")
    # By another name it is the same file.
    check.expect(check.texts("o.svg", "run.kvf", "./run.kvf") == texts, "a file named twice")
    check.refused("a width of at least 216 is needed; it is 100", "plot", "run.kvf", "-o", "x.svg",
                  "--width", "100")
    # A figure cannot scroll: it has all lanes, or says what they need.
    lane = '{"kind": "lines", "runs": ["run.kvf#1"], "series": "total"}'
    with open(os.path.join(check.folder, "many.json"), "w", encoding="utf-8") as file:
        file.write('{"kvfootprint-view": 1, "lanes": [%s]}' % ", ".join([lane] * 12))
    texts = check.texts("m.svg", "run.kvf", "--view", "many.json", "--height", "748")
    check.expect(sum(text.startswith("total, entries") for text in texts) == 12, texts)
    check.refused("cannot write x.svg: 12 lanes need a height of at least 748; it is 747", "plot",
                  "run.kvf", "--view", "many.json", "-o", "x.svg", "--height", "747")
    # What could not be predicted is told, though no view would show it.
    with open(os.path.join(check.folder, "nominal.yaml"), "w", encoding="utf-8") as file:
        file.write("kvfootprint-scenario: 1\nmodel: llama-3.1-8b\nprompt_tokens: 100\n"
                   "output_tokens: 1\npolicies:\n  - full\n"
                   "  - {name: head-roles, streaming_heads: 0.7, rounding: nominal}\n")
    done = check.run("plot", "nominal.yaml", "-o", "p.svg")
    check.expect(done.returncode == 0 and done.stderr.count("not predicted: ") == 1, done.stderr)
    check.refused("no.kvf", "plot", "no.kvf", "-o", "x.svg")
    check.refused("no.json", "plot", "run.kvf", "--view", "no.json", "-o", "x.svg")
    with open(os.path.join(check.folder, "view.json"), "w", encoding="utf-8") as file:
        file.write("{")
    check.refused("view.json:1:2: error: ", "plot", "run.kvf", "--view", "view.json", "-o", "x.svg")


def residual(check, captured):
    """What is wrong with a comparison alone is said, and what was not compared is no value."""
    with open(captured, encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(check.folder, "other.yaml"), "w", encoding="utf-8") as file:
        file.write(text.replace("prefill_chunk_tokens: 128", "prefill_chunk_tokens: 64"))
    done = check.run("capture", captured, "--policy", "streaming", "--backend", "host", "-o", "c.kvf")
    check.expect(done.returncode == 0, done.stderr)
    done = check.run("plot", "other.yaml", "c.kvf", "-o", "n.csv")
    check.expect(done.returncode == 0 and "warning: streaming (host) - streaming (predicted): "
                 "passes differ: prefill has 8 expected, 4 found" in done.stderr, done.stderr)
    with open(os.path.join(check.folder, "n.csv"), encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["run"].startswith("residual")]
    check.expect([row["row"] for row in rows if row["value"] == ""] == ["256"], rows[:12])


def refusals(check):
    kind = ("plot", "--kind", "critical", "scores.csv", "-o")
    check.refused("no.csv: error: there is no such file", "plot", "--kind", "critical", "no.csv", "-o", "x.svg")
    check.refused("scores.csv is in no format that is known", "plot", "scores.csv", "-o", "x.svg")
    check.refused("a table of scores: kvfootprint plot --kind critical draws it", "plot",
                  "scores.csv", "-o", "x.svg")
    check.refused("there are no memory events in it", "plot", "empty.json", "-o", "x.svg")
    os.mkfifo(os.path.join(check.folder, "pipe.kvf"))
    check.refused("pipe.kvf: error: is a pipe; expected a file", "plot", "pipe.kvf", "-o", "x.svg")
    check.refused("100 x 900 has no room for 2 plots", *kind, "x.svg", "--width", "100")
    # What has no meaning is not passed over, with a window either.
    for option in [("--pareto",), ("--task", "recall"), ("--fraction", "0.9")]:
        words = f"{option[0]} has no meaning without --kind critical"
        check.refused(words, "plot", "run.kvf", "-o", "x.svg", *option)
        check.refused(words, "run.kvf", *option, program=check.viewer)
    check.refused("--view has no meaning with --kind critical", *kind, "x.svg", "--view", "bare.json")
    for file in ["run.kvf", "scores.csv"]:
        more = ("--kind", "critical") if file == "scores.csv" else ()
        for name in ["x.svg", "x.pdf", "x.csv"]:
            check.refused(f"--scale has no meaning for {name}; expected a .png", "plot", file, *more,
                          "-o", name, "--scale", "2")
    check.refused("--scale has no meaning for a window", "run.kvf", "--scale", "2",
                  program=check.viewer)
    check.refused("--scale", "plot", "run.kvf", "-o", "x.png", "--scale", "9")
    for size in [(5462, 300), (300, 5462)]:
        check.refused("cannot write x.png: %d x %d dots are asked for; expected at most 16384" %
                      (size[0] * 3, size[1] * 3), "plot", "no.kvf", "-o", "x.png", "--width",
                      str(size[0]), "--height", str(size[1]), "--scale", "3")
    check.refused("--kind critical has no meaning for a window", "--kind", "critical", "scores.csv",
                  program=check.viewer)
    check.refused("--kind", "plot", "--kind", "other", "scores.csv", "-o", "x.svg")
    check.refused("--output is required", "plot", "scores.csv")
    check.refused("no scores of task 'recal'; did you mean 'recall'?", *kind, "x.svg", "--task",
                  "recal")
    check.refused("the fraction is 2; expected more than 0", *kind, "x.svg", "--fraction", "2")
    check.refused("its name ends with '.jpg'; expected .png, .svg, .pdf or .csv", *kind, "x.jpg")
    check.refused("cannot write /no/x.svg: No such file or directory", *kind, "/no/x.svg")
    check.refused("bad.csv:1:1: error: unknown column", "plot", "--kind", "critical", "bad.csv",
                  "-o", "x.svg")
    check.refused("are of one table of scores; 2 files", *kind[:-1], "scores.csv", "-o", "x.svg")
    os.symlink("/dev/full", os.path.join(check.folder, "full.svg"))
    check.refused("cannot write full.svg: it is not a regular file", *kind, "full.svg")
    # A disk that is full after 100 bytes: an old figure stays.
    small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    for name in ["a.svg", "c.png", "e.pdf", "f.csv"]:
        path = os.path.join(check.folder, name)
        with open(path, "rb") as file:
            old = file.read()
        check.refused(f"cannot write {name}: File too large", *kind, name, preexec_fn=small,
                      restore_signals=False)
        with open(path, "rb") as file:
            check.expect(file.read() == old, f"{name}: the old figure is gone")


def without_viewer(check, viewer):
    alone = os.path.join(check.folder, "alone")
    os.mkdir(alone)
    shutil.copy(check.program, alone)
    program = os.path.join(alone, "kvfootprint")
    arguments = ("plot", "--kind", "critical", "scores.csv", "-o", "x.svg")
    check.refused("plot needs kvfootprint-viewer", *arguments, program=program,
                  env={"PATH": alone})
    # Then PATH has it.
    done = check.run(*arguments, program=program, env={"PATH": os.path.dirname(viewer)})
    check.expect(done.returncode == 0, done.stderr)


def main(program, viewer, scenario, captured):
    with tempfile.TemporaryDirectory() as folder:
        check = Check(program, viewer, folder)
        with open(os.path.join(folder, "empty.json"), "w", encoding="utf-8") as file:
            file.write("[1, 2")
        with open(os.path.join(folder, "scores.csv"), "w", encoding="utf-8") as file:
            file.write(SCORES)
        with open(os.path.join(folder, "bad.csv"), "w", encoding="utf-8") as file:
            file.write(SCORES.replace("method", "methode"))
        critical(check)
        view(check, scenario)
        residual(check, captured)
        refusals(check)
        without_viewer(check, viewer)
        for text in check.bad:
            print(text)
        print(f"plot: {len(check.bad)} wrong")
        return 1 if check.bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
