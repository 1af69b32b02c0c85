# SPDX-License-Identifier: GPL-3.0-or-later
"""Pickles and zip archives by hand, each byte of which can be made wrong."""
import struct
import zlib

FOLDER = "archive/"


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return b"X" + struct.pack("<I", len(value)) + value


def number(value):
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if -2**31 <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    size = (value.bit_length() + 8) // 8
    return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)


def tuple_(*parts):
    return b"(" + b"".join(parts) + b"t"


def name(module, attribute):
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def storage(key="0", count=6, kind="FloatStorage", view=None):
    parts = [text("storage"), name("torch", kind), text(key), text("cpu"), number(count)]
    if view:
        parts.append(view)
    return tuple_(*parts) + b"Q"


def tensor(key="0", count=6, kind="FloatStorage", offset=0, size=(2, 3), stride=(3, 1), view=None):
    return (name("torch._utils", "_rebuild_tensor_v2")
            + tuple_(storage(key, count, kind, view), number(offset), tuple_(*map(number, size)),
                     tuple_(*map(number, stride)), b"\x89", name("collections", "OrderedDict") + b")R") + b"R")


def dict_(**values):
    return b"}(" + b"".join(text(key) + value for key, value in values.items()) + b"u"


def whole(body, protocol=2):
    return b"\x80" + bytes([protocol]) + body + b"."


FLOATS = struct.pack("<6f", 1, 2, 3, 4, 5, 6)


class Entry:
    """A file in an archive. `local` and `central` change what stands before the data and in the directory."""

    def __init__(self, name, data, local=None, central=None):
        self.name, self.data, self.local, self.central = name, data, local or {}, central or {}

    def facts(self, changes):
        name = self.name.encode() if isinstance(self.name, str) else self.name
        facts = {"name": name, "flags": 0, "method": 0, "crc": zlib.crc32(self.data), "packed": len(self.data),
                 "size": len(self.data), "extra": b"", "made": 20, "disk": 0, "attributes": 0, "sign": None}
        facts.update(changes)
        return facts


def archive(entries, tail=b"", head=b"", end=None, wide=None, between=b""):
    """The bytes of an archive; `end` changes its last record, `wide` adds the 64-bit ones with changes."""
    bytes_, directory = bytearray(head), bytearray()
    for entry in entries:
        here, there = entry.facts(entry.local), entry.facts(entry.central)
        at = there.get("offset", len(bytes_))
        bytes_ += struct.pack("<4s5HIIIHH", here["sign"] or b"PK\3\4", 20, here["flags"], here["method"], 0, 0x21,
                              here["crc"],
                              here["packed"], here["size"], len(here["name"]), len(here["extra"]))
        bytes_ += here["name"] + here["extra"] + entry.data + between
        directory += struct.pack("<4s6HIIIHHHHHII", there["sign"] or b"PK\1\2", there["made"], 20, there["flags"],
                                 there["method"],
                                 0, 0x21, there["crc"], there["packed"], there["size"], len(there["name"]),
                                 len(there["extra"]), 0, there["disk"], 0, there["attributes"], at)
        directory += there["name"] + there["extra"]
    last = {"disk": 0, "start": 0, "here": len(entries), "all": len(entries), "bytes": len(directory),
            "offset": len(bytes_),
            "comment": 0}
    record = b""
    if wide is not None:
        large = {"size": 44, "disk": 0, "start": 0, "here": last["here"], "all": last["all"], "bytes": last["bytes"],
                 "offset": last["offset"], "at": len(bytes_) + len(directory), "disks": 1}
        large.update(wide)
        record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", large["size"], 45, 45, large["disk"], large["start"],
                             large["here"],
                             large["all"], large["bytes"], large["offset"])
        record += struct.pack("<4sIQI", b"PK\6\7", 0, large["at"], large["disks"])
    last.update(end or {})
    ending = struct.pack("<4sHHHHIIH", b"PK\5\6", last["disk"], last["start"], last["here"], last["all"], last["bytes"],
                         last["offset"], last["comment"])
    return bytes(bytes_) + bytes(directory) + record + ending + tail


def entries(pickle=None, data=FLOATS, **changes):
    """The entries of a small good file: one tensor "a" of six numbers."""
    return [Entry(FOLDER + "data.pkl", whole(dict_(a=tensor())) if pickle is None else pickle, **changes),
            Entry(FOLDER + "data/0", data), Entry(FOLDER + "version", b"3\n")]


def legacy(body=None, keys=("0",), data=None, system=None, version=1001):
    """The bytes of a file of PyTorch before 1.6."""
    magic = whole(b"\x8a\x0a" + 0x1950a86a20f9469cfc6c.to_bytes(10, "little"))
    if system is None:
        system = dict_(protocol_version=number(1001), little_endian=b"\x88")
    listed = b"](" + b"".join(map(text, keys)) + b"e"
    return (magic + whole(number(version)) + whole(system) + whole(dict_(a=tensor()) if body is None else body)
            + whole(listed)
            + (struct.pack("<q", 6) + FLOATS if data is None else data))


def array(shape=(3,), kind="f8", data=struct.pack("<3d", 1, 2, 3), order="<", columns=b"\x89"):
    """A NumPy array in protocol 3."""
    dtype = (name("numpy", "dtype") + tuple_(text(kind), b"\x89", b"\x88") + b"R"
             + tuple_(number(3), text(order), b"N", b"N", b"N", number(-1), number(-1), number(0)) + b"b")
    return (name("numpy.core.multiarray", "_reconstruct")
            + tuple_(name("numpy", "ndarray"), tuple_(number(0)), b"C\x01b") + b"R"
            + tuple_(number(1), tuple_(*map(number, shape)), dtype, columns, b"B" + struct.pack("<I", len(data))
                     + data) + b"b")
