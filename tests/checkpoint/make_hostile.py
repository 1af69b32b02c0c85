#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checklist of what a reader of weights must refuse or survive, as files: containers (C1 to C29), pickles (P1 to
P23), tensors (T1 to T10), safetensors (S) and the crafted files that other readers were seen to fall for (R).

    make_hostile.py FOLDER

hostile.json says of each file whether it must be refused, and a word of the sentence, or read.
"""
import io
import json
import pathlib
import struct
import sys
import tarfile
import zipfile
import zlib

from crafting import *

expected = {}


def write(case, bytes_, word):
    """`word` None: it must be read, as one tensor "a"."""
    assert case not in expected, case
    (folder / case).write_bytes(bytes_)
    expected[case] = word


def containers():
    good = archive(entries())
    write("C0 good", good, None)
    write("C1 empty", b"", "empty")
    for size in (1, 4, 21):
        write(f"C2 {size} bytes", good[:size], "" if size < 4 else "22 bytes")
    for i in range(1, 16):
        write(f"C3 zip cut at {i} of 16", good[:len(good) * i // 16], "")
        old = legacy()
        write(f"C3 legacy cut at {i} of 16", old[:len(old) * i // 16], "")
    write("C4 wrong magic", b"PX\3\4" + good[4:], "begins with none of the marks")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for entry in ("storages", "tensors", "pickle"):
            tar.addfile(tarfile.TarInfo(entry))
    write("C5 tar", buffer.getvalue(), "tar archive")
    for inside in ("constants.pkl", "code/__torch__.py"):
        write(f"C6 TorchScript {inside[:4]}", archive(entries() + [Entry(FOLDER + inside, b"x")]), "TorchScript")
    for kind, bytes_, word in (("7z", b"7z\xbc\xaf\x27\x1c\0\4", "7z archive"), ("gz", b"\x1f\x8b\x08\0", "gzip"),
                               ("png", b"\x89PNG\r\n\x1a\n", "PNG"), ("jpeg", b"\xff\xd8\xff\xe0", "JPEG"),
                               ("html", b"\xef\xbb\xbf\n <!DOCTYPE HTML>\n<html>", "web page"),
                               ("bare html", b"<html>", "web page"),
                               ("lfs", b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS"),
                               ("xml", b"<?xml version='1.0'?><Error/>", "web page"),
                               ("json", b'{"error": "not found"}', "none of the marks")):
        write(f"C7 {kind}", bytes_ * 10, word)
    write("C8 no entries", archive([]), "without entries")
    write("C9 too many entries",
          archive(entries(), end={"here": 0xFFFF, "all": 0xFFFF}, wide={"here": 100001, "all": 100001}),
          "100001 entries")
    many = [Entry(f"{FOLDER}data/{i}", b"") for i in range(60000)]
    write("C9 many entries", archive(many), "data.pkl")
    write("C10 two of one name", archive(entries() + entries()[:1]), "two entries")
    write("C11 two folders", archive(entries() + [Entry("other/data/1", b"")]), "second folder")
    write("C12 no data.pkl", archive(entries()[1:]), "data.pkl")
    write("C12 data.pkl without a folder", archive([Entry("data.pkl", b"x")]), "no folder")
    for bad in ("/archive/x", "archive/../x", "..", "archive\\x", "C:x", "archive/\0", "", "archive/" + "x" * 600,
                "archive/\n"):
        write(f"C13 name {len(expected)}", archive(entries() + [Entry(bad, b"")]), "" if bad else "named")
    squeezed = zlib.compress(FLOATS * 100)[2:-4]
    packed = Entry(FOLDER + "data/0", squeezed, *[{"method": 8, "size": 2400, "crc": zlib.crc32(FLOATS * 100)}] * 2)
    write("C14 deflated data", archive([entries()[0], packed]), "compressed")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zip_:
        for entry in entries():
            zip_.writestr(entry.name, entry.data)
    write("C14 all deflated", buffer.getvalue(), "compressed")
    for flag, word in ((0x1, "encrypted"), (0x20, "unknown flags"), (0x40, "encrypted"), (0x2000, "encrypted"),
                       (0x10, "unknown flags")):
        write(f"C15 flag {flag:#x}", archive(entries(local={"flags": flag}, central={"flags": flag})), word)
        write(f"C15 flag {flag:#x} in front", archive(entries(local={"flags": flag})), "two ways")
    write("C16 two names", archive(entries(local={"name": b"archive/dota.pkl"})), "two ways")
    write("C17 two sizes", archive(entries(local={"size": 7})), "two ways")
    write("C17 two checksums", archive(entries(local={"crc": 7})), "two ways")
    write("C17 two methods", archive(entries(local={"method": 8})), "two ways")
    write("C17 stored in another size", archive(entries(local={"size": 7}, central={"size": 7})), "two sizes")
    first, second, third = entries()
    second.central = {"offset": 0}
    write("C18 overlap", archive([first, second, third]), "")
    inner = Entry(FOLDER + "data/0", archive([Entry(FOLDER + "data/1", FLOATS)])[:-60])
    hidden = Entry(FOLDER + "data/1", b"", {}, {"offset": 0})
    write("C18 inside another", archive([entries()[0], inner, hidden]), "")
    for offset in (10**6, 2**32 - 2):
        third.central = {"offset": offset}
        write(f"C19 outside {offset}", archive([entries()[0], entries()[1], third]), "outside")
    third = Entry(FOLDER + "version", b"3\n", {"packed": 5000, "size": 5000}, {"packed": 5000, "size": 5000})
    write("C19 too long", archive([entries()[0], entries()[1], third]), "outside")
    write("C20 two ends", good + good[-22:], "")
    write("C20 comment", archive(entries(), end={"comment": 5}, tail=b"hello"), "appended")
    write("C20 end in a comment", archive(entries(), end={"comment": 22}, tail=good[-22:]), "")
    write("C21 wide", archive(entries(), wide={}), None)
    write("C21 wide and full", archive(entries(), end={"here": 0xFFFF, "all": 0xFFFF, "bytes": 2**32 - 1,
                                                       "offset": 2**32 - 1}, wide={}), None)
    for field, value in (("size", 45), ("here", 2), ("all", 2), ("bytes", 2**63), ("offset", 2**64 - 1), ("at", 2**63),
                         ("at", 0),
                         ("disks", 2), ("disk", 1), ("start", 1)):
        write(f"C21 wide {field} {value}", archive(entries(), wide={field: value}), "")
    large = {"packed": 2**32 - 1, "size": 2**32 - 1}
    for size in (7, 8, 16, 24):
        extra = struct.pack("<HH", 1, size) + struct.pack("<QQQ", 24, 24, 24)[:size]
        made = Entry(FOLDER + "data/0", FLOATS, {}, {**large, "extra": extra})
        write(f"C21 wide entry {size}", archive([entries()[0], made, entries()[2]]), None
              if size == 16 else "large entry")
    overflow = Entry(FOLDER + "data/0", FLOATS, {},
                     {**large, "extra": struct.pack("<HHQQ", 1, 16, 2**64 - 1, 2**64 - 1)})
    write("C21 wide entry overflows", archive([entries()[0], overflow, entries()[2]]), "")
    write("C22 in front", archive(entries(), head=b"GIF89a" * 4), "GIF")
    write("C22 zip in front", good + archive(entries()), "")
    write("C22 between", archive(entries(), between=b"MZ"), "between")
    write("C22 behind", good + b"x", "appended")
    write("C23 data.pkl", archive(entries(local={"crc": 1}, central={"crc": 1})), "checksum")
    wrong = Entry(FOLDER + "data/0", FLOATS, *[{"crc": 1}] * 2)
    write("C23 data", archive([entries()[0], wrong, entries()[2]]), "checksum")
    none = [Entry(entry.name, entry.data, {"crc": 0}, {"crc": 0}) for entry in entries()]
    write("C23 none", archive(none), None)
    write("C24 link", archive(entries(central={"made": 3 << 8 | 20, "attributes": 0o120777 << 16})), "no plain file")
    write("C24 folder", archive(entries() + [Entry(FOLDER + "data/", b"")]), "no plain file")
    write("C24 folder of DOS", archive(entries(central={"attributes": 0x10})), "no plain file")
    for field in ("disk", "start"):
        write(f"C25 {field}", archive(entries(), end={field: 1}), "several")
    write("C25 entries elsewhere", archive(entries(), end={"here": 2}), "several")
    write("C25 entry on disk 1", archive(entries(central={"disk": 1})), "no plain file")
    for order, word in ((b"little", None), (b"big", "byte order"), (b"middle", "byte order"), (b"", "byte order")):
        write(f"C26 {order.decode()}", archive(entries() + [Entry(FOLDER + "byteorder", order)]), word)
    for version, word in ((b"10", None), (b"11", "version"), (b"three", "version"), (b"-1", "version"),
                          (b"99999999999", "version"), (b"", "version")):
        write(f"C27 {version.decode()}", archive(entries()[:2] + [Entry(FOLDER + "version", version)]), word)


def sparse():
    """C28: a terabyte of holes, in front of which the sizes agree."""
    hole = 1 << 40
    for case, data, word in (("C28 sparse pickle", b"\x80\x04B" + struct.pack("<I", 2**32 - 1), ""),
                             ("C28 sparse text", b"\x80\x04\x8d" + struct.pack("<Q", hole), ""),
                             ("C28 sparse legacy", legacy(dict_(a=tensor(count=10**9, size=(10**9,), stride=(1,))),
                                                          data=struct.pack("<q", 10**9)), ""),
                             ("C28 sparse safetensors", struct.pack("<Q", 10**8) + b'{"a', "100000000 bytes")):
        with open(folder / case, "wb") as file:
            file.write(data)
            file.truncate(hole)
        expected[case] = word
    with open(folder / "T8 more than there is", "wb") as file:
        count = 1 << 31
        bytes_ = count * 8
        tensors = {}
        for i in range(60):
            tensors[f"t{i}"] = tensor(str(i), count, "DoubleStorage", 0, (count,), (1,))
        body = whole(dict_(**tensors))
        file.write(legacy_head(body, 60))
        for i in range(60):
            file.write(struct.pack("<q", count))
            file.seek(bytes_, 1)
        file.truncate()
    expected["T8 more than there is"] = "memory"


def legacy_head(body, count):
    whole_file = legacy(b"N", [str(i) for i in range(count)], b"")
    return whole_file.replace(whole(b"N"), body, 1)


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    from hostile_pickles import pickles, tensors, seen_elsewhere, safetensors
    containers()
    sparse()
    for more in (pickles, tensors, seen_elsewhere, safetensors):
        more(write)
    (folder / "hostile.json").write_text(json.dumps(expected))
