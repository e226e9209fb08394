"""The operations of an OpenAPI document as functions of the client.

The client for TypeScript reads them in the same way: packages/client/build/operations.ts.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# A part of the document.
Json = Mapping[str, Any]

VERBS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Method:
    """One function of the client."""

    # `shipments`, which holds the function.
    resource: str
    name: str
    verb: str
    # With `{}` for each parameter.
    path: str
    parameters: tuple[str, ...]
    # Without the parameter that asks for the next page.
    query: tuple[Json, ...]
    # The parameter that asks for the next page.
    cursor: str | None
    # Whether it accepts an Idempotency-Key.
    keyed: bool
    operation: Json


@dataclass(frozen=True)
class Results:
    """What a function may return, besides the values of these schemas."""

    schemas: tuple[Json, ...]
    is_stream: bool
    is_file: bool
    is_nothing: bool


def methods_by_resource(document: Json) -> dict[str, list[Method]]:
    """Returns a function for each operation: `listShipments` becomes `shipments.list`."""
    groups: dict[str, list[Method]] = {}
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            if verb not in VERBS:
                continue
            method = _method(document, path, verb, operation)
            group = groups.setdefault(method.resource, [])
            if any(each.name == method.name for each in group):
                raise ValueError(f"two operations are named {method.resource}.{method.name}")
            group.append(method)
    return groups


def _method(document: Json, path: str, verb: str, operation: Json) -> Method:
    parameters = [_resolve(document, each) for each in operation.get("parameters", ())]
    query = [each for each in parameters if each["in"] == "query"]
    names = [each["name"] for each in query]
    cursor = next((each for each in ("cursor", "after") if each in names), None)
    resource = re.sub(r"\..*", "", path.split("/")[1]).replace("-", "_")
    return Method(
        resource=python_name(resource),
        name=python_name(_method_name(operation["operationId"], resource)),
        verb=verb.upper(),
        path=re.sub(r"\{\w+\}", "{}", path),
        parameters=tuple(python_name(each) for each in re.findall(r"\{(\w+)\}", path)),
        query=tuple(each for each in query if each["name"] != cursor),
        cursor=cursor,
        keyed=any(each["name"] == "Idempotency-Key" for each in parameters),
        operation=operation,
    )


def _method_name(operation_id: str, resource: str) -> str:
    """Leaves out what the resource says: `createShipmentLink` of `shipments` is `create_link`."""
    words = [word.lower() for word in re.split(r"(?=[A-Z])", operation_id)]
    for noun in (resource, re.sub(r"s$", "", re.sub(r"ies$", "y", resource))):
        parts = noun.split("_")
        if len(parts) == len(words):
            continue
        for at in range(len(words)):
            if words[at : at + len(parts)] == parts:
                return "_".join(words[:at] + words[at + len(parts) :])
    return "_".join(words)


def python_name(name: str) -> str:
    """`import` becomes `import_`, because it is a word of Python."""
    return f"{name}_" if keyword.iskeyword(name) else name


def results_of(operation: Json) -> Results:
    """A stream is returned only if there is no JSON, which the client asks for."""
    answers = [
        answer.get("content", {})
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    ]
    schemas: list[Json] = []
    others: list[str] = []
    for media_type, content in (each for answer in answers for each in answer.items()):
        if re.fullmatch(r"application/([\w.-]+\+)?json", media_type):
            schemas.append(content.get("schema", {}))
        else:
            others.append(media_type)
    has_stream = "text/event-stream" in others
    return Results(
        schemas=tuple(schemas),
        is_stream=has_stream and not schemas,
        is_file=bool(others) and not has_stream,
        # An answer outside 2xx leads a browser elsewhere.
        is_nothing=not answers or not all(answers),
    )


def _resolve(document: Json, value: Json) -> Json:
    """Follows a reference into the document."""
    if "$ref" not in value:
        return value
    _, _, kind, name = value["$ref"].split("/")
    return _resolve(document, document["components"][kind][name])
