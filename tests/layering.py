#!/usr/bin/env python3
"""Which folder may include what: the table ROOMS below, as a test.

    tests/layering.py              checks the repository; prints FILE:LINE for each violation
    tests/layering.py --self-test  checks that planted violations are found
"""
import os
import re
import sys
import tempfile

# A room is a folder with its subfolders, less those subfolders that are rooms themselves:
# sim/input/yaml.h is in sim/input, not in sim.
# room: (rooms it may include beside itself, headers of others; "std" goes without saying)
ROOMS = {
    "models": ("", ""),
    "timeline": ("models", "sqlite boost-json fmt posix"),
    "sim/input": ("models", "yaml-cpp boost-json fmt"),
    "sim/alloc": ("models", ""),
    "sim": ("models timeline sim/input sim/alloc", "boost fmt"),
    "profiler/import": ("models timeline", "sqlite zlib simd fmt"),
    "profiler/capture": ("models timeline sim/alloc", "fmt posix cuda"),
    # The option table of both programs.
    "cli/common": ("", "fmt cli11"),
    "gui": ("models timeline sim/input sim profiler/import gui/document gui/view cli/common",
            "qt boost-json fmt cli11"),
    "gui/document": ("models timeline sim/input sim/alloc sim profiler/import", "fmt"),
    "gui/view": ("models timeline sim/input gui/document", "boost-json fmt"),
    "cli": ("models timeline sim/input sim/alloc sim profiler/import profiler/capture cli/common",
            "sqlite yaml-cpp boost fmt cli11 posix"),
    "tests": ("models timeline sim/input sim/alloc sim profiler/import profiler/capture gui "
              "gui/document gui/view cli/common cli",
              "sqlite yaml-cpp boost zlib fmt cli11 posix qt catch2 benchmark eigen cuda"),
}

# Even where "cuda" is allowed, only these files may use it.
CUDA_FILES = (
    "profiler/capture/attention/kernel.cu",
    "profiler/capture/backends/cuda_allocators.cpp",
    "profiler/capture/backends/cuda_allocators.h",
    "profiler/capture/backends/cuda_call.cpp",
    "profiler/capture/backends/cuda_call.h",
    "profiler/capture/backends/cuda_device.cpp",
    "profiler/capture/cupti/api.h",
    "profiler/capture/cupti/layout.h",
    "profiler/capture/cupti/vmm.h",
    "tests/kernel/number_cuda_test.cpp",
)

# The first pattern that matches the whole name tells whose header it is.
HEADERS = (
    ("sqlite", r"sqlite3\.h"),
    ("boost-json", r"boost/json(\.hpp|/.*)"),
    ("boost-iostreams", r"boost/iostreams/.*"),
    ("boost", r"boost/.*"),
    ("yaml-cpp", r"yaml-cpp/.*"),
    ("fmt", r"fmt/.*"),
    ("zlib", r"zlib\.h"),
    ("simd", r"emmintrin\.h"),
    ("cli11", r"CLI/.*"),
    ("catch2", r"catch2/.*"),
    ("benchmark", r"benchmark/.*"),
    ("eigen", r"Eigen/.*"),
    ("cuda", r"(cuda|cupti|nvtx|nvToolsExt|nvml|nvPTX|nvrtc|cooperative_groups|cub/|thrust/).*"),
    ("cuda", r"(vector_types|device_launch_parameters|builtin_types|driver_types)\.h"),
    ("qt", r"(Q[A-Z]\w*|Qt\w*/.*|q[a-z]+\.h|\w+\.moc)"),
    ("posix", r"(unistd|fcntl|dlfcn|link|poll|pthread|sched|signal|dirent|termios)\.h|(sys|linux)/.*\.h"),
    # The standard library has neither slash nor ending (but for C's names of old).
    ("std", r"[a-z_0-9]+"),
    ("std", r"cxxabi\.h"),
    ("std", r"(assert|ctype|errno|float|limits|math|stddef|stdint|stdio|stdlib|string|time)\.h"),
)

SOURCE = (".h", ".hpp", ".cuh", ".inl", ".cpp", ".cc", ".cu")
INCLUDE = re.compile(r"\s*#\s*(?:include|include_next|import)\b\s*(.*)")
TARGET = re.compile(r'<([^>]+)>|"([^"]+)"')


def room_of(path):
    """The longest room whose folder holds `path`, or None."""
    folder = os.path.dirname(path)
    while folder and folder not in ROOMS:
        folder = os.path.dirname(folder)
    return folder or None


def family_of(header):
    for family, pattern in HEADERS:
        if re.fullmatch(pattern, header):
            return family
    return None


def mistake(path, target):
    """What is wrong with the text after #include in `path`, or None."""
    match = TARGET.match(target)
    if not match:
        return f"#include {target}: write the name of the file"
    header = match[1] or match[2]
    room = room_of(path)
    rooms, families = (names.split() for names in ROOMS[room])

    if header.startswith((".", "/")):
        return f"{header}: write it from the root of the repository"
    other = room_of(header)
    if other:
        if match[1]:
            return f"<{header}>: the project's own files are included with quotes"
        if other != room and other not in rooms:
            return f"{room} may not include {other} ({header})"
        return None

    family = family_of(header)
    if family is None or (family == "std" and match[2]):
        return (f"{header}: neither rooted at the repository nor a header that "
                "tests/layering.py knows")
    # Where all of Boost is allowed, so is each part.
    if family != "std" and family not in families and family.split("-")[0] not in families:
        return f"{room} may not include {family} ({header})"
    if family == "cuda" and path not in CUDA_FILES:
        return f"{header}: CUDA only in the files that CUDA_FILES of tests/layering.py names"
    return None


def check(root):
    """All violations below `root`, as FILE:LINE: text; and the number of files read."""
    violations, files = [], 0
    for folder, subfolders, names in os.walk(root):
        inside = os.path.relpath(folder, root)
        subfolders[:] = sorted(
            name for name in subfolders
            if not name.startswith(".") and not (inside == "." and name.startswith("build")))
        for name in sorted(names):
            if not name.endswith(SOURCE):
                continue
            path = os.path.normpath(os.path.join(inside, name))
            files += 1
            if room_of(path) is None:
                violations.append(f"{path}:1: this folder is not in tests/layering.py")
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    match = INCLUDE.match(line)
                    text = match and mistake(path, match[1].strip())
                    if text:
                        violations.append(f"{path}:{number}: {text}")
    return violations, files


GOOD = {
    "models/policies/snapkv.h": '#include "models/units.h"\n#include <vector>\n',
    "timeline/run_file.cpp": '#include <sqlite3.h>\n#include <boost/json.hpp>\n',
    "sim/input/yaml.cpp": '#include <yaml-cpp/yaml.h>\n  #  include "models/units.h"\n',
    "sim/inputs.cpp": '#include "sim/input/yaml.h"\n#include <boost/container/small_vector.hpp>\n',
    "sim/allocate.cpp": '#include "timeline/track.h"\n',
    "gui/window.cpp": '#include <QWidget>\n#include <QtTest/QTest>\n#include "sim/replay.h"\n',
    "profiler/import/deep/torch.cpp": '#include <emmintrin.h>\n#include <zlib.h>\n',
    "cli/main.cpp": '// #include <QWidget>\n#include <CLI/CLI.hpp>\n#include <unistd.h>\n',
    "tests/bench/replay.cpp": '#include <benchmark/benchmark.h>\n#include "sim/replay.h"\n',
    "build-x/models/generated.cpp": '#include <QWidget>\n',
}
# Each is one violation, in its last line.
BAD = {
    "models/a.cpp": '\n#include <yaml-cpp/yaml.h>\n',
    "models/b.h": '#include "timeline/track.h"\n',
    "models/c.h": '#include <fmt/core.h>\n',
    "models/d.h": '#include "units.h"\n',
    "models/e.h": '#include "../timeline/track.h"\n',
    "models/f.h": '#include <models/units.h>\n',
    "models/g.h": '#include <unistd.h>\n',
    "models/policies/h.h": '#include "sim/replay.h"\n',
    "timeline/a.cpp": '#include "sim/replay.h"\n',
    "timeline/b.cpp": '#include <boost/iostreams/stream.hpp>\n',
    "timeline/c.cpp": '#include <QString>\n',
    # The rooms inside sim are not sim, in both directions.
    "sim/input/a.cpp": '#include "sim/replay.h"\n',
    "sim/input/b.cpp": '#include "timeline/track.h"\n',
    "sim/input/c.cpp": '#include "sim/alloc/blocks.h"\n',
    "sim/alloc/a.cpp": '#include "sim/input/yaml.h"\n',
    "sim/alloc/deep/b.cpp": '#include <fmt/core.h>\n',
    "sim/alloc/c.cpp": '#include "sim/replay.h"\n',
    "sim/a.cpp": '#include <yaml-cpp/yaml.h>\n',
    "sim/b.cpp": '#include <sqlite3.h>\n',
    "sim/c.cpp": '#include "cli/main.h"\n',
    "sim/inputs.h": '#include <yaml-cpp/yaml.h>\n',
    "gui/a.cpp": '#include "cli/command.h"\n',
    "gui/b.cpp": '#include "profiler/capture/cupti.h"\n',
    "profiler/import/a.cpp": '#include <cupti.h>\n',
    "profiler/import/b.cpp": '#include "sim/replay.h"\n',
    "timeline/d.cpp": '#include <zlib.h>\n',
    "models/i.cpp": '#include <emmintrin.h>\n',
    "profiler/capture/a.cpp": '#include <cuda_runtime.h>\n',
    "profiler/capture/b.cpp": '#include "profiler/import/torch.h"\n',
    "cli/a.cpp": '#include "gui/window.h"\n',
    "cli/b.cpp": '#include <QtWidgets/QWidget>\n',
    "cli/c.cpp": '#include "tests/catch.h"\n',
    "cli/d.cpp": '#include <some_library/core.h>\n',
    "cli/e.cpp": '#include HEADER\n',
    "lm/a.cpp": '\n',
    "a.cpp": '\n',
}


def self_test():
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **BAD}.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        violations, _ = check(root)
    found = sorted(text.split(": ")[0] for text in violations)
    wanted = sorted(f"{path}:{text.count(chr(10))}" for path, text in BAD.items())
    for place in set(wanted) - set(found):
        print(f"not found: {place}")
    for place in set(found) - set(wanted):
        print(f"found without cause: {place}")
    return found == wanted


def main(arguments):
    if arguments == ["--self-test"]:
        passed = self_test()
        print(f"layering self-test: {'passed' if passed else 'FAILED'}, {len(BAD)} violations planted")
        return 0 if passed else 1
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    violations, files = check(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    for text in violations:
        print(text)
    print(f"layering: {files} files, {len(violations)} violations")
    return 1 if violations or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
