#!/usr/bin/env python3
"""script/gpu-validate with a command that fails in every way: gpu_validate.py SCRIPT"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(sys.argv[1])
# Stands for kvfootprint: how a capture ends is a word of the environment.
COMMAND = '''#!/bin/sh
case "$1 $*" in
  doctor*) echo "all works"; exit 0;;
  *"--policy ?"*) echo "expected one of 'full', 'streaming'" >&2; exit 2;;
  capture*--plant*) [ "$PLANTED" = captured ] || { echo "no room" >&2; exit 2; }; file=plant;;
  capture*) case "$CAPTURE" in refused) echo "no|room" >&2; exit 2;; crashed) kill -9 $$;; esac;;
  compare*planted.kvf) [ -e gpu-validation/planted.kvf ] || exit 2; exit 1;;
  compare*) [ "$COMPARE" = crashed ] && kill -9 $$
     echo '{"verdict":"pass","tracks":[{"unit":"bytes","largest_residual_bytes":0}],"ledgers":[]}'; exit 0;;
esac
for last; do :; done
echo "$file" > "$last"
'''


class GpuValidateTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("script", "build/bin", "gpu-validation"):
            (self.root / name).mkdir(parents=True)
        shutil.copy(SCRIPT, self.root / "script/gpu-validate")
        for name, text in (("script/build", "#!/bin/sh\n"), ("build/bin/kvfootprint", COMMAND)):
            (self.root / name).write_text(text)
            (self.root / name).chmod(0o755)

    def validate(self, **environment):
        done = subprocess.run([sys.executable, self.root / "script/gpu-validate", "--backend", "host"],
                              capture_output=True, text=True, check=False,
                              env={"PATH": "/usr/bin:/bin", **environment})
        self.assertNotIn("Traceback", done.stderr)
        return done.returncode, done.stdout

    def test_all_is_well(self):
        status, page = self.validate(PLANTED="captured")
        self.assertEqual(status, 0, page)
        self.assertEqual(page.count("| pass |"), 6)
        self.assertIn("planted at pass 20 is found.", page)

    def test_an_old_file_is_not_taken_for_a_new_one(self):
        (self.root / "gpu-validation/planted.kvf").write_text("of last week")
        status, page = self.validate(PLANTED="no")
        self.assertEqual(status, 1)
        self.assertIn("planted at pass 20 could not be captured: no room.", page)

    def test_refusals_and_crashes_are_rows(self):
        for environment, words in (({"CAPTURE": "refused"}, "| NOT CAPTURED | no/room |"),
                                   ({"CAPTURE": "crashed"}, "| NOT CAPTURED | exit status -9"),
                                   ({"COMPARE": "crashed"}, "| NOT COMPARED | exit status -9")):
            status, page = self.validate(PLANTED="captured", **environment)
            self.assertEqual(status, 1)
            self.assertEqual(page.count(words), 6, page)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
