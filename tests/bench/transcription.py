"""The formulas of the paper's metric, step by step in Python, for a ratio of speeds.

Our own transcription of the formulas in docs/model.md, not the paper's script. Prints the median of
21 runs for 131,072 prompt tokens, chunk 128, 10,000 output tokens; compare with
closed_form_of_two_groups of kvf_bench on the same machine.
"""

import statistics
import time

PROMPT, OUTPUT, CHUNK = 131_072, 10_000, 128
WINDOW, SHARE, KEEP, EXTRA = 128 + 1024, 0.7, 0.3, 64


def triangle(n):
    return n * (n + 1) // 2


def footprint():
    streaming = others = past = 0
    peaks = []
    for begin in range(0, PROMPT, CHUNK):
        rows = min(CHUNK, PROMPT - begin)
        held = min(begin, WINDOW)
        streaming += triangle(rows) + rows * held
        others += triangle(rows) + rows * past
        peaks.append(SHARE * (rows + held) + (1 - SHARE) * (rows + past))
        past += min(round(KEEP * rows) + EXTRA, rows)
    for position in range(PROMPT, PROMPT + OUTPUT):
        streaming += 1 + min(position, WINDOW)
    others += triangle(OUTPUT) + past * OUTPUT
    peaks.append(SHARE * (1 + WINDOW) + (1 - SHARE) * (past + OUTPUT))
    full = triangle(PROMPT + OUTPUT)
    return streaming / full * SHARE + others / full * (1 - SHARE), max(peaks) / (PROMPT + OUTPUT)


def main():
    seconds = []
    for _ in range(21):
        begin = time.perf_counter()
        footprint()
        seconds.append(time.perf_counter() - begin)
    print(f"transcription in Python: {1e9 * statistics.median(seconds):,.0f} ns a case")


if __name__ == "__main__":
    main()
