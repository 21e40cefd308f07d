"""Changes single values in a YAML text and leaves all else, comments and spacing included, as it was written.

The text has to be one that `bot.dataset.positions` reads without a finding.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final, cast

import yaml

from bot.dataset.positions import ValuePath


@dataclass(slots=True)
class _Node:
    """A value and where it stands. Of a mapping in braces, or a list in brackets, ``flow`` is True."""

    start: int
    end: int
    flow: bool = True
    keys: dict[str, int] = field(default_factory=dict[str, int])
    children: list[ValuePath] = field(default_factory=list[ValuePath])
    collection: bool = False


def written(value: object) -> str:
    """A value in one line of YAML."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            pairs = cast("dict[str, object]", value).items()
            return "{" + ", ".join(f"{key}: {written(item)}" for key, item in pairs) + "}"
        case list():
            items = cast("list[object]", value)
            shown = (item if isinstance(item, str) and _BARE.fullmatch(item) else written(item) for item in items)
            return "[" + ", ".join(shown) + "]"
        case _:
            return str(value)


#: Ids of sources and codes of countries need no quotes.
_BARE: Final = re.compile("[A-Z]{2}|S[0-9]+")


class YamlText:
    """A text, and what is to be changed in it. Paths are those of the text as it was."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._nodes = _nodes(text)
        self._edits: list[tuple[int, int, str]] = []

    def put(self, path: ValuePath, value: object) -> None:
        """Replaces the value at a path, or adds the key that ends it to the mapping above."""
        node = self._nodes.get(path)
        if node is not None:
            if node.collection and not node.flow:
                raise ValueError("a block is not replaced")
            end = node.end - 1 if self._text[node.start : node.end].endswith("\n") else node.end
            space = " " if node.start == node.end else ""
            self._edits.append((node.start, end, space + written(value)))
            return
        above = self._nodes[path[:-1]]
        line = f"{path[-1]}: {written(value)}"
        last = self._nodes[above.children[-1]]
        if above.flow:
            self._edits.append((last.end, last.end, f", {line}"))
        else:
            indent = " " * self._column(above.start)
            self._insert_line(last.end, f"{indent}{line}\n")

    def append(self, path: ValuePath, lines: list[str]) -> None:
        """Adds an item to the list at a path: its lines, the first without the dash."""
        above = self._nodes[path]
        last = self._nodes[above.children[-1]]
        if above.flow:
            raise ValueError("a list in brackets is not added to")
        begins = self._text.rfind("\n", 0, last.start) + 1
        dash = re.match(" *", self._text[begins:])
        indent = " " * (len(dash[0]) if dash else 0)
        first, *rest = lines
        self._insert_line(last.end, f"{indent}- {first}\n" + "".join(f"{indent}  {line}\n" for line in rest))

    def comments(self, path: ValuePath) -> str:
        """The lines of a value without its texts: what stands there besides, such as comments."""
        node = self._nodes[path]
        inside = self._text[node.start : self._line_end(node.end)]
        chars = list(inside)
        for other, leaf in self._nodes.items():
            if other[: len(path)] == path and not leaf.collection:
                for index in range(leaf.start, min(leaf.end, node.start + len(chars))):
                    chars[index - node.start] = " "
        return "".join(chars)

    def is_flow(self, path: ValuePath) -> bool:
        """Whether the collection at a path is written in brackets or braces."""
        return self._nodes[path].flow

    def result(self) -> str:
        """The text with all changes."""
        text = self._text
        # From the end to the beginning, so that places stay true; of several at one place the first one comes first.
        for _, (start, end, new) in sorted(enumerate(self._edits), key=lambda one: (one[1][0], one[0]), reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _column(self, index: int) -> int:
        return index - (self._text.rfind("\n", 0, index) + 1)

    def _insert_line(self, after: int, lines: str) -> None:
        """Adds lines below the one in which a value ends, so that a comment behind it stays with it."""
        end = self._line_end(after)
        if end == len(self._text):
            self._edits.append((end, end, "\n" + lines))
        else:
            self._edits.append((end + 1, end + 1, lines))

    def _line_end(self, after: int) -> int:
        """Where the line ends in which a value does; a text in several lines ends behind its last one."""
        end = self._text.find("\n", after - 1 if self._text[after - 1 : after] == "\n" else after)
        return len(self._text) if end < 0 else end


def _nodes(text: str) -> dict[ValuePath, _Node]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    nodes: dict[ValuePath, _Node] = {}
    # Of each collection that is open: its path, the key whose value comes next, the count of a list's items.
    stack: list[tuple[ValuePath, bool]] = []
    keys: list[str | None] = []
    for event in iter(loader.get_event, None):
        if isinstance(event, yaml.CollectionEndEvent):
            path, _ = stack.pop()
            keys.pop()
            node = nodes[path]
            if node.flow:
                node.end = event.end_mark.index
            elif node.children:
                node.end = nodes[node.children[-1]].end
        elif isinstance(event, yaml.NodeEvent):
            path: ValuePath = ()
            if stack:
                above, is_mapping = stack[-1]
                if is_mapping and keys[-1] is None:
                    keys[-1] = str(event.value) if isinstance(event, yaml.ScalarEvent) else ""
                    continue
                part: str | int = keys[-1] if is_mapping and keys[-1] is not None else len(nodes[above].children)
                path = (*above, part)
                nodes[above].children.append(path)
                keys[-1] = None
            start, end = event.start_mark.index, event.end_mark.index
            collection = isinstance(event, yaml.CollectionStartEvent)
            nodes[path] = _Node(start, end, bool(getattr(event, "flow_style", True)), collection=collection)
            if collection:
                stack.append((path, isinstance(event, yaml.MappingStartEvent)))
                keys.append(None)
    return nodes
