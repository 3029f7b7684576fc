"""A run file read without this project's code, as docs/run-file.md says."""

import sqlite3
import struct

NAMES = ["first_row", "rows", "past", "held_during", "held_after"]


def stored(path):
    """{track id: a list a pass, as NAMES}, decoded from the bytes of the file."""
    file = sqlite3.connect(path)
    tracks = {track: [] for (track,) in file.execute("SELECT track_id FROM tracks")}
    for track, *columns in file.execute(f"""SELECT track_id, {', '.join('k.' + n for n in NAMES)}
            FROM chunks JOIN chunk_columns k USING (chunk_id) ORDER BY track_id, first_pass"""):
        decoded = [[first + i * step for passes, first, step in struct.iter_unpack("<3q", column)
                    for i in range(passes)] for column in columns]
        tracks[track].extend(map(list, zip(*decoded)))
    return tracks


def checksum(row):
    """Of a row of texts."""
    hashed = 0xcbf29ce484222325
    for text in row:
        data = text.encode("utf-8")
        for byte in b"t" + struct.pack("<Q", len(data)) + data:
            hashed = (hashed ^ byte) * 0x100000001b3 % 2 ** 64
    return struct.unpack("<q", struct.pack("<Q", hashed))[0]
