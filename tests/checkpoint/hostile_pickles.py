# SPDX-License-Identifier: GPL-3.0-or-later
"""The pickles, tensors and safetensors files of make_hostile.py."""
import json
import struct

from crafting import *

NAMED = {  # instructions that are refused by name, with operands as they would stand in a file
    "FLOAT": b"F1.5\n", "INT": b"I1\n", "LONG": b"L1L\n", "PERSID": b"P1\n", "STRING": b"S'a'\n", "UNICODE": b"Va\n",
    "DICT": b"(d", "GET": b"g0\n", "INST": b"(i__builtin__\nlist\n", "LIST": b"(l", "OBJ": b"(c__builtin__\nlist\no",
    "PUT": b"Np1\n", "EXT1": b"\x82\1", "EXT2": b"\x83\1\0", "EXT4": b"\x84\1\0\0\0", "NEXT_BUFFER": b"\x97",
    "READONLY_BUFFER": b"\x98"}

TAKEN = {  # instructions that files of weights use, each leaving one value
    "NONE": b"N", "NEWTRUE": b"\x88", "NEWFALSE": b"\x89", "BININT": number(-5), "BININT1": b"K\5", "BININT2": b"M\5\1",
    "LONG1": b"\x8a\1\5", "LONG1 empty": b"\x8a\0", "LONG4": b"\x8b\2\0\0\0\5\1",
         "BINFLOAT": b"G" + struct.pack(">d", 0.5),
    "BINSTRING": b"T\1\0\0\0a", "SHORT_BINSTRING": b"U\1a", "BINUNICODE": text("a"), "SHORT_BINUNICODE": b"\x8c\1a",
    "BINUNICODE8": b"\x8d" + struct.pack("<Q", 1) + b"a", "BINBYTES": b"B\1\0\0\0a", "SHORT_BINBYTES": b"C\1a",
    "BINBYTES8": b"\x8e" + struct.pack("<Q", 1) + b"a", "BYTEARRAY8": b"\x96" + struct.pack("<Q", 1) + b"a",
    "EMPTY_TUPLE": b")", "TUPLE": b"(NNNNt", "TUPLE1": b"N\x85", "TUPLE2": b"NN\x86", "TUPLE3": b"NNN\x87",
    "EMPTY_LIST": b"]", "APPEND": b"]Na", "APPENDS": b"](NNe", "EMPTY_DICT": b"}", "SETITEM": b"}" + text("k") + b"Ns",
    "SETITEMS": b"}(" + text("k") + b"Nu", "EMPTY_SET": b"\x8f", "ADDITEMS": b"\x8f(NN\x90", "FROZENSET": b"(NN\x91",
    "POP": b"NN0", "POP_MARK": b"N(NN1", "DUP": b"N20", "MEMOIZE": b"N\x94", "BINPUT, BINGET": b"Nq\x090h\x09",
    "LONG_BINPUT, LONG_BINGET": b"Nr\x09\0\0\x000j\x09\0\0\0", "GLOBAL": name("os", "system"),
         "STACK_GLOBAL": text("os") + text("system") + b"\x93",
    "REDUCE": name("os", "system") + b")R", "NEWOBJ": name("os", "popen") + b")\x81", "NEWOBJ_EX": name("os", "popen")
         + b")}\x92",
    "BUILD": name("os", "popen") + b")\x81}b", "BINPERSID": storage(), "FRAME": b"\x95" + struct.pack("<Q", 2) + b"NN0"}

POPPING = {"STOP": b".", "POP": b"0", "POP_MARK": b"1", "DUP": b"2", "BINPERSID": b"Q", "REDUCE": b"R",
           "APPEND": b"a", "BUILD": b"b",
           "APPENDS": b"e", "BINPUT": b"q\0", "LONG_BINPUT": b"r\0\0\0\0", "SETITEM": b"s", "TUPLE": b"t",
           "SETITEMS": b"u",
           "NEWOBJ": b"\x81", "TUPLE1": b"\x85", "TUPLE2": b"\x86", "TUPLE3": b"\x87", "ADDITEMS": b"\x90",
           "FROZENSET": b"\x91",
           "NEWOBJ_EX": b"\x92", "STACK_GLOBAL": b"\x93", "MEMOIZE": b"\x94"}


def beside(snippet, protocol=4):
    """A good file with one tensor and something else under another key."""
    return archive(entries(whole(b"}(" + text("a") + tensor() + text("x") + snippet + b"u", protocol)))


def pickles(write):
    for opcode, bytes_ in NAMED.items():
        write(f"P1 {opcode}", beside(bytes_), f"the instruction {opcode} ")
    for opcode, bytes_ in TAKEN.items():
        write(f"P1 {opcode}", beside(bytes_), None)
    known = {entry[0]
             for entry in list(NAMED.values())
             + list(TAKEN.values())} | set(b"(t}ua.sebqrhjR0120Q") | set(b"\x90\x81\x85\x86\x87\x91\x92\x93\x94\x80")
    for byte in set(range(256)) - known - set(b"opil") - {0x80}:
        if chr(byte) not in "FILPSVdgo":
            write(f"P1 byte {byte:#x}", beside(bytes([byte])), "no instruction")
    for protocol in range(8):
        body = dict_(a=tensor())
        write(f"P2 protocol {protocol}", archive(entries(whole(body, protocol))), None
              if 2 <= protocol <= 5 else "protocol")
        write(f"P2 plain protocol {protocol}", whole(dict_(a=array()), protocol), None if 2 <= protocol <= 5 else "")
    write("P2 twice", archive(entries(b"\x80\2" + whole(dict_(a=tensor())))), "begins twice")
    write("P3 no PROTO", archive(entries(dict_(a=tensor()) + b".")), "does not begin")
    write("P3 plain", dict_(a=array()) + b".", "")
    write("P4 no STOP", archive(entries(whole(dict_(a=tensor()))[:-1])), "")
    write("P5 behind STOP", archive(entries(whole(dict_(a=tensor())) + b"N.")), "follow")
    write("P5 plain", whole(dict_(a=array())) + b"\0", "follow")
    for opcode, bytes_ in POPPING.items():
        write(f"P6 {opcode}", archive(entries(b"\x80\4" + bytes_ + b".")), "")
        write(f"P6 {opcode} below a list", archive(entries(b"\x80\4N(" + bytes_ + b".")), "")
    for opcode, bytes_ in (("TUPLE", b"t"), ("APPENDS", b"e"), ("SETITEMS", b"u"), ("POP_MARK", b"1"),
                           ("ADDITEMS", b"\x90"),
                           ("FROZENSET", b"\x91")):
        write(f"P7 {opcode}", archive(entries(b"\x80\4]NN" + bytes_ + b".")), "never opened")
    write("P7 never closed", archive(entries(b"\x80\4(" + dict_(a=tensor()) + b".")), "ends with")
    for index in (0, 200):
        write(f"P8 {index}", beside(b"h" + bytes([index])), "never remembered")
    write("P8 long", beside(b"j\xff\xff\xff\xff"), "never remembered")
    for index in (1 << 20, 0x0FFFFFFF, 0xFFFFFFFF, 100000):
        write(f"P9 {index}", beside(b"Nr" + struct.pack("<I", index)), "under the number")
    for depth, word in ((200, None), (300, "deep"), (2_000_000, "")):
        write(f"P10 lists {depth}", beside(b"]" * depth + b"a" * (depth - 1)), word)
    for depth, word in ((200, None), (300, "deep"), (3_000_000, "objects")):
        write(f"P10 tuples {depth}", beside(b")" + b"\x85" * depth), word)
    write("P11", beside(b"N" + b"20" * 5_000_001), "instructions")
    for opcode, size in ((b"X", "<I"), (b"\x8c", "<B"), (b"\x8d", "<Q"), (b"T", "<I"), (b"U", "<B"), (b"B", "<I"),
                         (b"C", "<B"), (b"\x8e", "<Q"), (b"\x96", "<Q")):
        most = 2 ** (8 * struct.calcsize(size)) - 1
        for length in sorted({200, most, most // 2 + 1000}):
            if length <= most:
                write(f"P12 {opcode} {length}",
                      archive(entries(b"\x80\4" + opcode + struct.pack(size, length) + b"ab")), "")
    write("P13 LONG1 of 10", beside(b"\x8a\x0a" + b"\1" * 10), None)
    write("P13 LONG1 cut", archive(entries(b"\x80\2\x8a\xff\1")), "")
    write("P13 LONG4 of 256", beside(b"\x8b\0\1\0\0" + b"\1" * 256), "256 bytes")
    write("P13 LONG4 of 2^31", beside(b"\x8b\xff\xff\xff\xff"), "4294967295 bytes")
    laughs = b"]q\x10" + b"".join(b"](" + b"h" + bytes([0x10 + i]) + (b"h" + bytes([0x10 + i])) * 9 + b"eq"
                                  + bytes([0x11 + i]) for i in range(9))
    write("P14 laughs", beside(b"(" + laughs + b"t"), "unfolds")
    write("P14 tuples", beside(b")" + b"2\x86" * 100), "unfolds")
    write("P14 one list a million times", beside(b"](" + b"N" + b"2" * 200_000 + b"e"), None)
    write("P14 references", beside((b"](" + b"N" + b"2" * 200_000 + b"e") * 6), "")
    write("P15 list", beside(b"]q\x10h\x10a"), "itself")
    write("P15 dictionary", beside(b"}q\x10" + text("k") + b"h\x10s"), "itself")
    write("P15 through a tuple", beside(b"]q\x10h\x10\x85a"), "itself")
    write("P15 array", beside(name("numpy.core.multiarray", "_reconstruct") + tuple_(name("numpy", "ndarray"), b"))")
                              + b"Rq\x10h\x10\x85b"), "itself")
    write("P16 no newline", archive(entries(b"\x80\2cos")), "")
    write("P16 long", beside(b"c" + b"a" * 257 + b"\nb\n"), "odd or in more")
    write("P16 256", beside(b"c" + b"a" * 256 + b"\nb\n"), None)
    for odd in (b"\xc3\xa9", b"a b", b"\0"):
        write(f"P16 {odd}", beside(b"cos\n" + odd + b"\n"), "odd")
    write("P17 numbers", beside(b"K\1K\2\x93"), "no short text")
    write("P17 long", beside(text("a" * 300) + text("b") + b"\x93"), "no short text")
    write("P17 odd", beside(text("ä") + text("b") + b"\x93"), "odd")
    write("P18 persistent text", beside(text("0") + b"Q"), "outside")
    write("P18 persistent module", beside(tuple_(text("module"), name("a", "B"), text("a.py"), text("")) + b"Q"), None)
    write("P18 persistent other", beside(tuple_(text("buffer"), text("0")) + b"Q"), "outside")
    write("P19 unknown", beside(name("os", "system") + tuple_(text("touch /tmp/x")) + b"R"), None)
    for opcode, bytes_ in (("REDUCE", b")R"), ("NEWOBJ", b")\x81"), ("NEWOBJ_EX", b")}\x92"), ("BUILD", b"}b")):
        for what, value in (("a tensor", tensor()), ("a number", b"K\1"), ("a list", b"]"), ("a text", text("x"))):
            write(f"P19 {opcode} of {what}", beside(value + bytes_), "its pickle")
    write("P19 arguments that are none", beside(name("os", "system") + b"]R"), "without a tuple")
    write("P20 SETITEM of a list", beside(b"]" + text("k") + b"Ns"), "no dictionary")
    write("P20 SETITEM of a tensor", beside(tensor() + text("k") + b"Ns"), "no dictionary")
    write("P20 APPEND to a dictionary", beside(b"}Na"), "no list")
    write("P20 APPENDS to a number", beside(b"K\1(Ne"), "no list")
    write("P20 ADDITEMS to a list", beside(b"](N\x90"), "no list")
    write("P20 key without a value", beside(b"}(Nu"), "without a value")
    for odd in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3", b"a" * 4095 + b"\xc3a"):
        write(f"P21 {odd[-4:]} {len(odd)}", beside(text(odd)), "UTF-8")
    write("P21 across a window", beside(text(b"a" * 4095 + "ä".encode())), None)
    twice = b"}(" + (text("a") + tensor()) * 2 + b"u"
    write("P22", archive(entries(whole(twice))), "two tensors")
    write("P23 number", archive(entries(whole(b"}(K\1" + tensor() + b"u"))), "no name")
    write("P23 tuple", archive(entries(whole(b"}()" + tensor() + b"u"))), "no name")
    write("P23 beside", archive(entries(whole(b"}(K\1N" + text("a") + tensor() + b"u"))), None)


def tensors(write):
    def one(case, word, data=FLOATS, **changes):
        write(case, archive(entries(whole(dict_(a=tensor(**changes))), data)), word)

    one("T1 count -1", "described", count=-1)
    one("T1 count 2^62", "elements", count=2**62)
    one("T1 count 2^80", "described", count=2**80)
    one("T2 short record", "the whole file", count=50_000_000)
    one("T2 long record", "should have", count=5, size=(5,), stride=(1,))
    one("T2 doubles", "should have", kind="DoubleStorage")
    one("T3 offset -1", "described", offset=-1)
    one("T3 offset 7", "begins outside", offset=7)
    one("T3 offset 1", "needs element", offset=1)
    one("T3 offset 2^62", "begins outside", offset=2**62)
    one("T4 lengths", "2 sizes and 1 strides", stride=(1,))
    one("T4 negative size", "natural", size=(-2, 3))
    one("T4 negative stride", "natural", stride=(-3, 1))
    one("T4 overflow", "elements", size=(2**31, 2**31, 2**31), stride=(0, 0, 0))
    one("T4 huge stride", "reaches outside", stride=(2**62, 1))
    one("T4 huge stride of one", "reaches outside", size=(1, 3), stride=(2**62, 1))
    for kind, bytes_ in (("FloatStorage", 4), ("DoubleStorage", 8), ("HalfStorage", 2), ("BFloat16Storage", 2),
                         ("LongStorage", 8),
                         ("IntStorage", 4), ("ShortStorage", 2), ("CharStorage", 1), ("ByteStorage", 1),
                         ("BoolStorage", 1),
                         ("ComplexFloatStorage", 8), ("ComplexDoubleStorage", 16)):
        one(f"T5 {kind}", "needs element", bytes(6 * bytes_), kind=kind, size=(2, 4))
        one(f"T5 {kind} fits", None, bytes(6 * bytes_), kind=kind)
    one("T5 unknown", "has the type", kind="QInt8Storage")
    one("T6 rank 9", "dimensions", size=(1,) * 9, stride=(1,) * 9)
    one("T6 rank 8", None, size=(1,) * 7 + (6,), stride=(1,) * 8)
    one("T6 elements", "elements", size=(2**31 + 1,), stride=(0,))
    for what, other in (("types", tensor(kind="IntStorage")), ("sizes", tensor(count=5, size=(5,), stride=(1,)))):
        write(f"T7 {what}", archive(entries(whole(dict_(a=tensor(), b=other)))), "two types or two sizes")
    one("T9 expanded a little", None, size=(1000, 6), stride=(0, 1))
    one("T9 expanded", "repeats", size=(10**9,), stride=(0,))
    write("T9 in small steps",
          archive(entries(whole(dict_(**{f"t{i}": tensor(size=(10**6,), stride=(0,)) for i in range(40)})))), "repeats")
    # T10, shapes that are not the network's: core/fcos/checkpoint/codebase tests, where a network is known.
    write("T10 legacy", legacy(), None)
    write("T10 legacy another count", legacy(data=struct.pack("<q", 7) + FLOATS), "should have 6 elements")
    write("T10 legacy negative count", legacy(data=struct.pack("<q", -6) + FLOATS), "should have 6 elements")
    write("T10 legacy missing key", legacy(keys=()), "other storages")
    write("T10 legacy extra key", legacy(keys=("0", "1")), "other storages")
    write("T10 legacy another key", legacy(keys=("1",)), "other storages")
    write("T10 legacy key twice", legacy(dict_(a=tensor(), b=tensor("1")), keys=("0", "0"),
                                         data=(struct.pack("<q", 6) + FLOATS) * 2), "twice")
    write("T10 legacy behind", legacy() + b"x", "follow")
    write("T10 legacy big-endian", legacy(system=dict_(little_endian=b"\x89")), "little-endian")
    write("T10 legacy version", legacy(version=1000), "1001")
    for begin, size, word in ((0, 6, None), (0, 7, "smaller"), (7, 0, "smaller"), (2**62, 2**62, "smaller"),
                              (-1, 6, "described"), (3, 3, "needs element")):
        view = tuple_(text("v"), number(begin), number(size))
        write(f"T10 legacy view {begin} {size}", legacy(dict_(a=tensor(view=view))), word)
    for case, word, changes in (("fits", None, {}), ("short", "needs", {"data": b"\0" * 16}),
                                ("long", "needs", {"shape": (2,)}),
                                ("negative", "natural", {"shape": (-3,)}),
                                ("large", "elements", {"shape": (2**40,)}),
                                ("rank", "dimensions", {"shape": (1,) * 9}),
                                ("big-endian", "big-endian", {"order": ">"}),
                                ("columns", None, {"shape": (3, 1), "columns": b"\x88"}),
                                ("order", "described", {"columns": b"N"})):
        write(f"T array {case}", whole(dict_(a=array(**changes)), 3), word)


def seen_elsewhere(write):
    """What made other readers crash, read foreign memory or grow."""
    for key in ("../version", "data.pkl", "0\0", "", "00", "-1"):
        write(f"R key {key!r}".replace("/", ";").replace("\\", ";"), archive(entries(whole(dict_(a=tensor(key))))),
              "storage")
    flipped = archive(entries()).replace(FLOATS, FLOATS[:5] + b"\x81" + FLOATS[6:])
    write("R one bit", flipped, "checksum")
    write("R bomb", archive([entries()[0], Entry(FOLDER + "data/0", b"\0" * 100,
                                                 *[{"method": 8, "size": 2**28}] * 2)]), "compressed")
    write("R cuda", archive(entries(whole(dict_(a=tensor())).replace(text("cpu"), text("cuda:7")))), None)
    write("R eval", archive(entries(whole(name("builtins", "eval") + tuple_(text("1")) + b"R"))), "builtins.eval")
    write("R truth of 2", archive(entries(whole(dict_(a=tensor(kind="BoolStorage"))), b"\0\1\2\0\1\0")), "truth values")
    encode = lambda value, size: (name("_codecs", "encode") + tuple_(text(value), text("latin1")) + b"R")
    for value, word in (("\x00" * 23 + "é", None), ("\x00" * 23 + "Ā", "bytes of the array"),
                        ("\x00" * 25, "bytes of the array"),
                        ("\x00" * 49, "needs"), ("é" * 13, "bytes of the array")):
        made = array(data=b"").replace(b"B\0\0\0\0", encode(value, 24))
        write(f"R characters {len(value)} {ord(value[-1])}", whole(dict_(a=made), 3), word)


def safetensors(write):
    def file(header, data=FLOATS, length=None):
        header = header if isinstance(header, bytes) else json.dumps(header).encode()
        return struct.pack("<Q", len(header) if length is None else length) + header + data

    def one(case, word, data=FLOATS, **changes):
        entry = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24], **changes}
        write(f"S {case}", file({"a": {key: value for key, value in entry.items() if value is not None}}, data), word)

    one("good", None)
    write("S blanks behind", file(b'{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}   '), None)
    write("S blanks in front", file(b' {"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}'), "")
    write("S no tensors", file(b"{}", b""), "no tensors")
    write("S header too large", file(b"{}", length=100_000_001), "does not fit")
    write("S header longer than the file", file(b"{}", length=1000), "does not fit")
    write("S header too short", file({"a": 1}, length=3), "JSON")
    write("S no UTF-8", file(b'{"a\xff":{}}'), "JSON")
    write("S deep", file(b'{"a":' + b"[" * 1_000_000), "")
    write("S many lists", file(b'{"a":[' + b"[]," * 2_000_000 + b"[]]}"), "")
    write("S attack", file(b'{"__metadata__":{' + b",".join(b'"%d":""' % i for i in range(70_000)) + b"}}"), "metadata")
    write("S many entries", file(json.dumps({f"t{i}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}
                                             for i in range(70_000)}).encode(), b""), "entries")
    half = b'"a":{"dtype":"F32","shape":[3],"data_offsets":'
    write("S twice", file(b"{" + half + b"[0,12]}," + half + b"[12,24]}}"), "twice")
    write("S field twice", file(b'{"a":{"dtype":"F32","dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}'), "doubled")
    write("S metadata of numbers", file({"__metadata__": {"a": 1}}, b""), "not text")
    one("short data", "", FLOATS[:-1])
    one("long data", "", FLOATS + b"x")
    one("hole", "gap", b"0000" + FLOATS, data_offsets=[4, 28])
    one("another size", "offsets", shape=[2, 2])
    one("backwards", "offsets", data_offsets=[24, 0])
    one("overflow", "too large", shape=[2**40, 2**40])
    one("negative", "whole number", shape=[-2, 3])
    one("fraction", "whole number", shape=[2.5, 3])
    one("rank 9", "more than 8", shape=[1] * 9)
    one("unknown type", "not supported", dtype="F4")
    for missing in ("dtype", "shape", "data_offsets"):
        one(f"no {missing}", "lacks", **{missing: None})
    one("unknown field", "unknown", more=1)
    write("S overlap",
          file({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]},
                "b": {"dtype": "F32", "shape": [4], "data_offsets": [8, 24]}}), "overlap")
