"""YAML to values: strict scalars, places, what is refused, and bounded cost for evil files."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.dataset.positions import MAX_BYTES, MAX_DEPTH, MAX_FINDINGS, MAX_VALUES, Document, parse

LIBRARIES = [pytest.param(True, id="libyaml"), pytest.param(False, id="pure")]


def messages(data: bytes) -> list[str]:
    return [f"{place.line}:{place.column}: {message}" for place, message in parse(data).findings]


def test_the_c_library_is_there() -> None:
    assert hasattr(yaml, "CSafeLoader")


@pytest.mark.parametrize("c_library", LIBRARIES)
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("21:00", "21:00"),
        ("NO", "NO"),
        ("no", "no"),
        ("yes", "yes"),
        ("True", "True"),
        ("~", "~"),
        ("Null", "Null"),
        ("012", "012"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("2025-07-21", "2025-07-21"),
        ("+1", "+1"),
        ("٣", "٣"),
        ("9" * 400, "9" * 400),
        ("=", "="),
        ('"1"', "1"),
        ("'null'", "null"),
        ('""', ""),
        ("null", None),
        ("", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-7", -7),
        ("60", 60),
        ("1.70", 1.7),
        ("-0.5", -0.5),
    ],
)
def test_scalars(written: str, value: object, *, c_library: bool) -> None:
    document = parse(f"a: {written}\n".encode(), c_library=c_library)
    assert document.findings == []
    assert document.value == {"a": value}
    assert type(document.value["a"]) is type(value)


@pytest.mark.parametrize("c_library", LIBRARIES)
def test_places(*, c_library: bool) -> None:
    text = "title: {en: Shop, ko: 가게}\nlist:\n  - a\n  -  b: {c: 1}\n"
    document = parse(text.encode(), c_library=c_library)
    assert document.place(()) == (1, 1)
    assert document.place(("title", "ko")) == (1, 23)
    assert document.place_of_key(("title", "ko")) == (1, 19)
    assert document.place(("list", 0)) == (3, 5)
    assert document.place(("list", 1, "b", "c")) == (4, 13)
    assert document.place_of_key(("list", 1, "b")) == (4, 6)
    # What isn't there is where the nearest thing around it begins.
    assert document.place(("list", 1, "b", "d", "e")) == (4, 9)
    assert document.place(("nowhere",)) == (1, 1)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_count_with_any_ending(ending: str) -> None:
    document = parse(ending.join(["a: 1", "b: 2", "c: [x"]).encode())
    assert document.findings[0].place == (3, 4)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "1:1: the file is empty"),
        (b"# only a comment\n", "1:1: the file is empty"),
        (b"\xef\xbb\xbfa: 1\n", "1:1: the file begins with a byte order mark; save it as UTF-8 without BOM"),
        ("a: 1".encode("utf-16"), "1:1: the file is saved as UTF-16; save it as UTF-8"),
        ("a: 1\nb: 가게".encode("euc-kr"), "2:4: byte 0xb0 is not UTF-8; save the file as UTF-8"),
        (b"a: 1\nb: x\x00y", "2:5: the invisible character U+0000 can't stand here; remove it"),
        (b"a: x\x1by", "1:5: the invisible character U+001B can't stand here; remove it"),
        ("a: x\u2028y".encode(), "1:5: the invisible character U+2028 can't stand here; remove it"),
        ("a: x\ufeffy".encode(), "1:5: the invisible character U+FEFF can't stand here; remove it"),
        (b"a:\n\tb: 1", "2:1: a tab indents this line; indent with spaces"),
        (b"a: 1\t# note", "1:5: there is a tab here; write a space"),
        (b"%YAML 1.2\n---\na: 1", "1:1: directives"),
        (b"a: !!python/object:os.system x", "1:4: the tag `!!python/object:os.system` is not allowed"),
        (b"a: ! x", "1:4: the tag `!` is not allowed"),
        (b"&a a: 1", "1:1: the anchor `&a` is not allowed"),
        (b"- *a", "1:3: the alias `*a` repeats another place"),
        (b"*a : 1", "1:1: the alias `*a` repeats another place"),
        (b"{a: 1, a: 2}", "1:8: the key `a` is written twice here (first in line 1); remove one"),
        (b"a: 1\n---\nb: 1", "2:1: a second document begins here"),
        (b"? {a: 1}\n: 2", "1:3: a key must be one word"),
        (b'a: "\\ud800"', "1:7: the `\\` escape here stands for no character"),
        (b"a: 'x", "1:4: a quote that is opened here is never closed; close it"),
    ],
)  # fmt: skip
def test_refused(data: bytes, expected: str) -> None:
    found = messages(data)
    assert found
    assert found[0].startswith(expected)


def test_quoted_merge_is_text() -> None:
    assert parse(b'{"<<": 1}').value == {"<<": 1}


def test_reading_goes_on_after_what_is_refused() -> None:
    document = parse(b"a: &x 1\nb: *x\nc: !t 2\na: 3\n<<: {d: 4}\n[e]: 5\nf: 6\n")
    assert document.value == {"a": 1, "b": None, "c": 2, "f": 6}
    assert document.refused == {("b",), ("c",)}
    assert len(document.findings) == 6


EVIL = {
    "brackets": b"[" * 100_000,
    "braces": b"{a: " * 100_000,
    "dashes": b"- " * 100_000,
    "questions": b"? " * 100_000,
    "items": b"[" + b"a," * 1_000_000 + b"]",
    "lines": b"- a\n" * 500_000,
    "keys": b"".join(b"k%d: 1\n" % number for number in range(150_000)),
    "duplicates": b"a: 1\n" * 100_000,
    "anchors": b"- &a b\n" * 100_000,
    "laughs": b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 50)),
    "merges": b"".join(b"m%d: &m%d {<<: [*m%d, *m%d]}\n" % (n, n, n - 1, n - 1) for n in range(1, 29)),
    "zeros": b"\0" * 2_000_000,
    "tabs": b"\ta\n" * 600_000,
    "colons": b"a: " * 600_000,
    "quote": b'"' + b"\n" * 2_000_000,
    "exclamation marks": b"!" * 2_000_000,
    "per cent": b"%" * 2_000_000,
    "large": b"a" * (MAX_BYTES + 1),
    "digits": b"- " + b"9" * 1_000_000,
}


@pytest.mark.parametrize("name", EVIL)
def test_evil_files_cost_little(name: str) -> None:
    tracemalloc.start()
    try:
        began = time.perf_counter()
        document = parse(EVIL[name])
        took = time.perf_counter() - began
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert document.findings or name == "digits"
    assert len(document.findings) <= MAX_FINDINGS + 1
    # About a second and 90 MB at worst, traced and on a slow machine; a bomb takes minutes and gigabytes.
    assert took < 20
    assert peak < 300 * 2**20


@pytest.mark.parametrize("c_library", LIBRARIES)
def test_depth_is_capped_before_anything_is_composed(*, c_library: bool) -> None:
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, c_library=c_library).findings == []
    document = parse(b"[" * 100_000, c_library=c_library)
    assert not document.complete
    assert document.value is None
    assert document.findings[0].place == (1, MAX_DEPTH + 1)


def test_values_are_capped() -> None:
    assert messages(b"- a\n" * MAX_VALUES)[0].startswith(f"{MAX_VALUES}:3: the file holds more than 200,000")


def scalars(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from scalars(item)
    else:
        yield value


def holds(document: Document, data: bytes) -> None:
    lines = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for place, message in document.findings:
        assert message
        assert message.isprintable()
        assert 1 <= place.line <= len(lines)
        assert place.column >= 1
    assert document.complete or (document.findings and document.value is None)
    for scalar in scalars(document.value):
        assert scalar is None or isinstance(scalar, str | int | float)
        str(scalar).encode()


YAML_BITS = st.lists(
    st.sampled_from(
        [*"[]{}:,-?&*!|>'\"%@`#\\~<\n\t \r", ": ", "- ", "? ", "<<: ", "*a ", "&a ", "!!str ", "---\n", "...\n", "\n  ",
         "a", "b: ", "é", "가", "\\x", "\\U00110000", "\\ud800", "\\0", "%YAML 1.1\n", "%TAG ! x\n", "|2-\n", "\u2028",
         "\0", "\ufeff", "1", "12.5", "null", "9" * 5_000]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("c_library", LIBRARIES)
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=100).map(str.encode), YAML_BITS.map(str.encode)))
def test_nothing_makes_it_crash(data: bytes, *, c_library: bool) -> None:
    holds(parse(data, c_library=c_library), data)


@given(text=YAML_BITS)
def test_both_libraries_read_the_same_values(text: str) -> None:
    first, second = parse(text.encode()), parse(text.encode(), c_library=False)
    if not first.findings and not second.findings:
        assert first.value == second.value
        assert first.values.keys() == second.values.keys()


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(codec="ascii", min_codepoint=32)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(tree=TREES.filter(lambda tree: "<<" not in json.dumps(tree)))
def test_json_is_read_as_it_is(tree: object) -> None:
    written = json.dumps(tree, indent=1)
    if "\\u007f" in written or "\x7f" in written:
        return
    document = parse(written.encode())
    assert document.findings == []
    assert document.value == tree
