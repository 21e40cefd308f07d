"""Checks requests against Discord's OpenAPI document.

The document isn't part of this repository: its path is taken from `DISCORD_OPENAPI`, else it is looked for in
`../shared/discord/openapi.json` beside the repository. Where it is absent `available()` is False, and whoever
needs it skips and says so; the limits of `tests/limits.py` need no document. Only requests are checked.

Four corrections: a snowflake may be sent as an integer, formats are checked (`jsonschema[format-nongpl]`), and there
are media channels (type 16) and a query by which posts in forums nest their message, which the document leaves out.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from tests.limits import limits

__all__ = ["OpenApi", "available", "check_recorded", "check_request", "document_path", "limits"]

_CACHED_BODIES = 20_000


class RecordedRequest(Protocol):
    """What simcord keeps of a request; `json` is the JSON part where a form was sent."""

    method: str
    path: str
    params: Mapping[str, Any]
    json: Any


class Recorder(Protocol):
    """Anything that recorded requests, such as simcord's `Env`."""

    @property
    def http_requests(self) -> list[Any]: ...


def document_path() -> Path:
    """Where the OpenAPI document is expected; the file need not exist."""
    configured = os.environ.get("DISCORD_OPENAPI")
    if configured:
        return Path(configured)
    return Path(__file__).resolve().parents[2] / "shared" / "discord" / "openapi.json"


def available() -> bool:
    """Whether there is a document to check against."""
    return document_path().is_file()


def check_request(method: str, path: str, body: Any, params: Mapping[str, Any] | None = None) -> list[str]:
    """List what Discord's limits and, where it is at hand, its document find wrong with one request."""
    problems = limits(method, path, body)
    if available():
        problems = OpenApi.load().problems(method, path, body, params) + problems
    return list(dict.fromkeys(problems))


def check_recorded(env: Recorder) -> list[str]:
    """Check every request that `env` recorded; each line names the request and what is wrong with it."""
    lines = []
    for entry in env.http_requests:
        # Through text and back: what is recorded may still hold enums, tuples and str subclasses.
        body = None if entry.json is None else json.loads(json.dumps(entry.json))
        for problem in check_request(entry.method, entry.path, body, entry.params):
            lines.append(f"{entry.method} {entry.path}: {problem}")
    return list(dict.fromkeys(lines))


@dataclass(frozen=True, slots=True)
class _Operation:
    template: str
    segments: tuple[str, ...]
    path_parameters: tuple[tuple[int, str, Draft202012Validator], ...]
    query_parameters: Mapping[str, tuple[Draft202012Validator, str | None, bool]]
    body: Draft202012Validator | None
    body_required: bool


class OpenApi:
    """The document, ready to judge requests. Operations are compiled when first used and kept."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._paths: dict[str, dict[str, Any]] = document["paths"]
        self._schemas: dict[str, Any] = document["components"]["schemas"] | {
            "SnowflakeType": {
                "type": ["string", "integer"],
                "pattern": "^(0|[1-9][0-9]*)$",
                "format": "snowflake",
            },
            "ChannelTypes": {"anyOf": [document["components"]["schemas"]["ChannelTypes"], {"const": 16}]},
        }
        self._templates: dict[int, list[tuple[str, tuple[str, ...]]]] = {}
        for template in self._paths:
            segments = tuple(template.strip("/").split("/"))
            self._templates.setdefault(len(segments), []).append((template, segments))
        for candidates in self._templates.values():
            candidates.sort(key=lambda candidate: sum(part.startswith("{") for part in candidate[1]))
        self._operations: dict[tuple[str, str], _Operation | None] = {}
        self._simplified: dict[str, dict[str, Any]] = {}
        self._judged: dict[tuple[str, str, str], list[str]] = {}

    @classmethod
    def load(cls) -> OpenApi:
        """Read the document once per process; raises FileNotFoundError where there is none."""
        return _load(document_path())

    def problems(self, method: str, path: str, json_body: Any, params: Mapping[str, Any] | None = None) -> list[str]:
        """List what is wrong with a request, one short line each; an empty list when nothing is.

        `path` is without `/api/v10`, such as `/channels/123/messages`. `json_body` is None for no body.
        """
        segments = tuple(path.partition("?")[0].strip("/").split("/"))
        operation = self._find(method, segments)
        if operation is None:
            return [f"unknown route {method} {path}"]
        found = [
            f"path {name}: {problem}"
            for position, name, validator in operation.path_parameters
            for problem in _complaints(validator, unquote(segments[position]))
        ]
        found += self._query_problems(operation, params or {})
        if json_body is None:
            if operation.body_required:
                found.append("body: missing")
        elif operation.body is None:
            if json_body:
                found.append("body: this route takes none")
        else:
            found += self._body_problems(method, operation, json_body)
        return found

    def _body_problems(self, method: str, operation: _Operation, body: Any) -> list[str]:
        assert operation.body is not None
        key = (method, operation.template, json.dumps(body, ensure_ascii=False))
        if key not in self._judged:
            if len(self._judged) >= _CACHED_BODIES:
                self._judged.clear()
            self._judged[key] = list(_explained(operation.body, body))
        return self._judged[key]

    def _query_problems(self, operation: _Operation, params: Mapping[str, Any]) -> Iterator[str]:
        for name, value in params.items():
            if name == "use_nested_fields" and operation.template == "/channels/{channel_id}/threads":
                continue
            if name not in operation.query_parameters:
                yield f"query {name}: unknown"
                continue
            validator, kind, _ = operation.query_parameters[name]
            for problem in _complaints(validator, _from_query(value, kind)):
                yield f"query {name}: {problem}"
        for name, (_, _, required) in operation.query_parameters.items():
            if required and name not in params:
                yield f"query {name}: missing"

    def _find(self, method: str, segments: tuple[str, ...]) -> _Operation | None:
        for template, parts in self._templates.get(len(segments), ()):
            if all(part.startswith("{") or part == given for part, given in zip(parts, segments, strict=True)):
                operation = self._operation(method, template, parts)
                if operation is not None:
                    return operation
        return None

    def _operation(self, method: str, template: str, segments: tuple[str, ...]) -> _Operation | None:
        key = (method, template)
        if key not in self._operations:
            self._operations[key] = self._compile(method, template, segments)
        return self._operations[key]

    def _compile(self, method: str, template: str, segments: tuple[str, ...]) -> _Operation | None:
        item = self._paths[template]
        operation = item.get(method.lower())
        if operation is None:
            return None
        parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
        in_path = {p["name"]: p["schema"] for p in parameters if p["in"] == "path"}
        in_query = {p["name"]: p for p in parameters if p["in"] == "query"}
        body = operation.get("requestBody")
        schema = None
        if body is not None:
            kinds = body["content"]
            # A form's `payload_json` is the JSON body, so one schema serves both.
            schema = (kinds.get("application/json") or kinds["multipart/form-data"])["schema"]
        return _Operation(
            template,
            segments,
            tuple(
                (position, part[1:-1], self._validator(in_path[part[1:-1]]))
                for position, part in enumerate(segments)
                if part.startswith("{")
            ),
            {
                name: (
                    self._validator(p["schema"]),
                    self._resolve(p["schema"]).get("type"),
                    p.get("required", False),
                )
                for name, p in in_query.items()
            },
            None if schema is None else self._validator(schema),
            body is not None and body.get("required", False),
        )

    def _validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        return _Validator(self._simplify(schema), format_checker=_formats())

    def _resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def _simplify(self, schema: Any) -> Any:
        """Rewrite a schema so that it is quick to check and its errors point at one place.

        References become the schemas themselves (which may then contain themselves), "null or X" becomes one
        keyword, and so does a union whose branches are told apart by a constant such as a component's `type`.
        """
        if isinstance(schema, list):
            return [self._simplify(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name not in self._simplified:
                self._simplified[name] = made = {}
                made.update(self._simplify(self._schemas[name]))
            return self._simplified[name]
        simple: dict[str, Any] = {}
        for key, value in schema.items():
            if key in ("oneOf", "anyOf"):
                simple.update(self._simplify_union(key, value))
            elif key == "properties":
                simple[key] = {name: self._simplify(inner) for name, inner in value.items()}
            elif key not in ("description", "title", "example", "examples"):
                simple[key] = self._simplify(value)
        return simple

    def _simplify_union(self, keyword: str, branches: list[dict[str, Any]]) -> dict[str, Any]:
        if all("const" in branch for branch in branches):
            return {"enum": [branch["const"] for branch in branches]}
        given = [branch for branch in branches if branch != {"type": "null"}]
        nullable = len(given) < len(branches)
        if len(given) == 1:
            return {"nullOr" if nullable else "allOf": self._simplify(given[0] if nullable else given)}
        tag = self._tag_of(given)
        if tag is None:
            return {keyword: self._simplify(branches)}
        choices = {
            value: self._simplify(branch)
            for branch in given
            for value in self._resolve(branch)["properties"][tag]["enum"]
        }
        return {"tagged": (tag, choices, nullable)}

    def _tag_of(self, branches: list[dict[str, Any]]) -> str | None:
        """Find the property whose constants differ from branch to branch; None where there is none."""
        properties = [self._resolve(branch).get("properties", {}) for branch in branches]
        for name in properties[0]:
            values = [value for each in properties for value in each.get(name, {}).get("enum", ())]
            if all("enum" in each.get(name, {}) for each in properties) and len(values) == len(set(values)):
                return name
        return None


@functools.cache
def _load(path: Path) -> OpenApi:
    return OpenApi(json.loads(path.read_text(encoding="utf-8")))


def _null_or(validator: Any, schema: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    if instance is not None:
        yield from validator.descend(instance, schema)


def _tagged(validator: Any, union: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    tag, choices, nullable = union
    if instance is None and nullable:
        return
    if not isinstance(instance, dict):
        yield ValidationError("must be an object")
        return
    value = instance.get(tag)
    try:
        branch = choices.get(value)
    except TypeError:
        branch = None
    if branch is None:
        yield ValidationError(f"{tag} {value!r} is none of {', '.join(map(str, sorted(choices)))}")
    else:
        yield from validator.descend(instance, branch)


_Validator = extend(Draft202012Validator, {"nullOr": _null_or, "tagged": _tagged})


@functools.cache
def _formats() -> FormatChecker:
    checker = FormatChecker()
    for name in ("uri", "date-time"):
        if name not in checker.checkers:
            raise RuntimeError(f"no checker for the format {name}: install jsonschema[format-nongpl]")
    checker.checks("int32")(lambda value: not isinstance(value, int) or -(2**31) <= value < 2**31)
    checker.checks("int64")(lambda value: not isinstance(value, int) or -(2**63) <= value < 2**63)
    checker.checks("nonce")(lambda value: not isinstance(value, str) or len(value) <= 25)
    checker.checks("snowflake")(lambda value: not str(value).isdigit() or int(value) < 2**64)
    return checker


def _from_query(value: Any, kind: str | None) -> Any:
    """Read a query value as what the document says it is; what cannot be read so stays text."""
    text = str(value)
    if kind == "integer" and text.lstrip("-").isdigit():
        return int(text)
    if kind == "boolean" and text.lower() in ("true", "false", "1", "0"):
        return text.lower() in ("true", "1")
    return value


def _explained(validator: Any, instance: Any) -> list[str]:
    return [_sentence(_deepest(error)) for error in validator.iter_errors(instance)]


def _complaints(validator: Any, instance: Any) -> list[str]:
    return [_complaint(_deepest(error)) for error in validator.iter_errors(instance)]


def _deepest(error: ValidationError) -> ValidationError:
    """Follow a failed union to the branch that came furthest, the one that was probably meant."""
    while error.context:
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "type"))
    return error


def _sentence(error: ValidationError) -> str:
    where = ""
    for step in error.absolute_path:
        where += f"[{step}]" if isinstance(step, int) else f".{step}" if where else str(step)
    return f"{where or 'body'}: {_complaint(error)}"


def _complaint(error: ValidationError) -> str:
    wanted, instance = error.validator_value, error.instance
    bound = "most" if str(error.validator).startswith("max") else "least"
    match error.validator:
        case "maxLength" | "minLength":
            return f"{len(instance)} characters, at {bound} {wanted}"
        case "maxItems" | "minItems":
            return f"{len(instance)} items, at {bound} {wanted}"
        case "type":
            return f"{_shown(instance)} is not {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
        case "format":
            return f"{_shown(instance)} is not a {wanted}"
        case _:
            return error.message if len(error.message) <= 160 else f"{error.message[:157]}..."


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
