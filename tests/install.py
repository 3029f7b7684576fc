"""Installs the build into a temporary folder: what a package needs is there, the manuals render, shells
complete.

    tests/install.py CMAKE BUILD [--viewer]
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAMS = ["kvfootprint"]
FILES = {
    "kvfootprint": [
        "bin/{0}", "share/man/man1/{0}.1", "share/bash-completion/completions/{0}",
        "share/zsh/site-functions/_{0}", "share/fish/vendor_completions.d/{0}.fish",
    ],
    "desktop": [
        "share/applications/kvfootprint-viewer.desktop", "share/mime/packages/kvfootprint.xml",
        "share/icons/hicolor/scalable/apps/kvfootprint.svg",
    ],
    "documents": [
        "share/doc/kvfootprint/LICENSE", "share/doc/kvfootprint/README.md",
        "share/doc/kvfootprint/docs/run-file.md",
        "share/doc/kvfootprint/scenarios/paper-128k.yaml",
    ],
}


class Check:
    def __init__(self):
        self.bad = []

    def expect(self, holds, text):
        if not holds:
            self.bad.append(text)

    def run(self, *command, **options):
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                              check=False, encoding="utf-8", **options)

    def tool(self, *command, **options):
        """A program that may be missing: what it says, or nothing."""
        if not shutil.which(command[0]):
            print(f"not here, not run: {command[0]}")
            return None
        return self.run(*command, **options)

    def manual(self, path, words):
        with open(path, encoding="utf-8") as file:
            twice = [line for line in file if re.search(r"[^.]\.\.$", line)]
        self.expect(not twice, f"{path}: sentences that end twice: {twice}")
        done = self.tool("groff", "-man", "-Tutf8", "-ww", "-z", path)
        if done:
            self.expect(done.returncode == 0 and done.stderr == "", f"{path}: {done.stderr}")
        done = self.tool("man", "-l", path, env=dict(os.environ, LC_ALL="C.UTF-8", MANWIDTH="100"))
        for word in words if done else []:
            self.expect(word in done.stdout, f"{path}: no {word!r} in the manual")

    def completes(self, path, program, line, wanted):
        """What bash offers for the last word of the line."""
        script = (f"source {path}; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
                  f"_{program.replace('-', '_')}; printf '%s ' \"${{COMPREPLY[@]}}\"")
        done = self.run("bash", "-c", script)
        self.expect(done.stdout.split() == wanted and done.stderr == "",
                    f"{line!r} completes to {done.stdout!r}, not {wanted}; {done.stderr}")


def main(cmake, build, viewer):
    check = Check()
    with tempfile.TemporaryDirectory() as root:
        done = check.run(cmake, "--install", build, "--prefix", "/usr",
                         env=dict(os.environ, DESTDIR=root))
        check.expect(done.returncode == 0, done.stderr)
        # What script/run builds; -n: only whether there is such a target.
        done = check.run(cmake, "--build", build, "--target", "programs", "--", "-n")
        check.expect(done.returncode == 0, done.stdout + done.stderr)
        usr = os.path.join(root, "usr")
        programs = PROGRAMS + (["kvfootprint-viewer"] if viewer else [])
        wanted = [path.format(p) for p in programs for path in FILES["kvfootprint"]]
        wanted += FILES["documents"] + (FILES["desktop"] if viewer else [])
        for path in wanted:
            check.expect(os.path.isfile(os.path.join(usr, path)), f"{path} is not installed")
        if check.bad:
            return check.bad

        manuals = os.path.join(usr, "share/man/man1")
        completions = os.path.join(usr, "share/bash-completion/completions")
        check.manual(f"{manuals}/kvfootprint.1", ["SYNOPSIS", "--accounting", "EXIT STATUS"])
        bash = f"{completions}/kvfootprint"
        check.completes(bash, "kvfootprint", "kvfootprint compa", ["compare"])
        check.completes(bash, "kvfootprint", "kvfootprint plot --par", ["--pareto"])
        check.completes(bash, "kvfootprint", "kvfootprint export --format p", ["perfetto"])
        check.completes(bash, "kvfootprint", "kvfootprint gen", [])
        # Files, which bash itself completes.
        check.completes(bash, "kvfootprint", "kvfootprint run ''", [])
        for shell, path in [("zsh", "share/zsh/site-functions/_kvfootprint"),
                            ("fish", "share/fish/vendor_completions.d/kvfootprint.fish")]:
            done = check.tool(shell, "-n", os.path.join(usr, path))
            if done:
                check.expect(done.returncode == 0 and done.stderr == "", f"{path}: {done.stderr}")

        program = os.path.join(usr, "bin/kvfootprint")
        check.expect(check.run(program, "--version").returncode == 0, "the program does not start")
        if viewer:
            check.manual(f"{manuals}/kvfootprint-viewer.1", ["--export", "KEYS", "MOUSE"])
            check.completes(f"{completions}/kvfootprint-viewer", "kvfootprint-viewer",
                            "kvfootprint-viewer --exp", ["--export"])
            done = check.tool("desktop-file-validate",
                              os.path.join(usr, "share/applications/kvfootprint-viewer.desktop"))
            if done:
                check.expect(done.returncode == 0, done.stdout)
            # Elsewhere it notes that the folder is not searched: that is no error.
            share = os.path.join(usr, "share")
            done = check.tool("update-mime-database", os.path.join(share, "mime"),
                              env=dict(os.environ, XDG_DATA_DIRS=share))
            if done:
                check.expect(done.returncode == 0 and done.stderr == "", done.stderr)
                with open(os.path.join(usr, "share/mime/globs"), encoding="utf-8") as globs:
                    check.expect("application/x-kvfootprint:*.kvf" in globs.read(), "no *.kvf type")
    return check.bad


if __name__ == "__main__":
    BAD = main(sys.argv[1], sys.argv[2], "--viewer" in sys.argv)
    for text in BAD:
        print(text)
    print(f"install: {len(BAD)} wrong")
    sys.exit(1 if BAD else 0)
