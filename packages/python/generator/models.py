"""Writes `models.py`: a type for each schema of the API."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterable, Iterator

from .operations import Json, methods_by_resource

SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

HEAD = '''"""Types of the API's bodies and results. Generated from the API description."""

from __future__ import annotations

import sys
from typing import Any, Literal, TypeAlias, final

if sys.version_info >= (3, 11):
    from typing import NotRequired, TypedDict
else:
    from typing_extensions import NotRequired, TypedDict

'''


class PythonTypes:
    """Names the types of schemas, and collects the objects in them that have no name of their own."""

    def __init__(self) -> None:
        # Definition by name.
        self.definitions: dict[str, str] = {}

    def type(self, schema: Json, name: str) -> str:
        """`name` is what an object without a name is called."""
        if "$ref" in schema:
            return _reference(schema)
        if "const" in schema:
            return f"Literal[{_literal(schema['const'])}]"
        if "enum" in schema:
            return f"Literal[{', '.join(map(_literal, schema['enum']))}]"
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices:
            return union(self.type(each, f"{name}{at}") for at, each in enumerate(choices, 1))
        if "allOf" in schema or "properties" in schema:
            self.define(name, schema)
            return name
        types = schema.get("type", [])
        if not types:
            return "Any"
        named = [types] if isinstance(types, str) else types
        return union(self._type_of(each, schema, name) for each in named)

    def _type_of(self, kind: str, schema: Json, name: str) -> str:
        if kind == "array":
            return f"list[{self.type(schema.get('items', {}), f'{name}Item')}]"
        if kind != "object":
            return SCALARS.get(kind, "Any")
        values = schema.get("additionalProperties", {})
        return f"dict[str, {self.type(values if isinstance(values, dict) else {}, f'{name}Value')}]"

    def define(self, name: str, schema: Json) -> None:
        """Adds the definition of a schema: a `TypedDict`, or an alias of another type."""
        parts = schema.get("allOf", [schema])
        bases = [_reference(each) for each in parts if "$ref" in each]
        own = [each for each in parts if "properties" in each]
        if not own and len(bases) < 2:
            alias = self.type(parts[0], f"{name}Value")
            self.definitions[name] = f"{name}: TypeAlias = '{alias}'"
            return
        fields: list[tuple[str, str]] = []
        for part in own:
            for key, value in part["properties"].items():
                kind = self.type(value, f"{name}{pascal_case(key)}")
                is_required = key in part.get("required", ())
                fields.append((key, kind if is_required else f"NotRequired[{kind}]"))
        self.definitions[name] = _typed_dict(name, bases, fields)


def _reference(schema: Json) -> str:
    return str(schema["$ref"]).split("/")[-1]


def _typed_dict(name: str, bases: list[str], fields: list[tuple[str, str]]) -> str:
    """Keys that are no Python names need the form with a dictionary."""
    if all(key.isidentifier() and not keyword.iskeyword(key) for key, _ in fields):
        lines = "".join(f"    {key}: {kind}\n" for key, kind in fields) or "    pass\n"
        return f"class {name}({', '.join(bases) or 'TypedDict'}):\n{lines}".rstrip()
    lines = "".join(f"    '{key}': '{kind}',\n" for key, kind in fields)
    return f'{name} = TypedDict("{name}", {{\n{lines}}})'


def union(types: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(types))


def _literal(value: str | int | float | bool) -> str:
    return str(value) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def pascal_case(text: str) -> str:
    return re.sub(r"(?:^|[-_ ])(\w)", lambda match: match[1].upper(), text)


def body_name(operation: Json) -> str:
    return f"{pascal_case(operation['operationId'])}Body"


def result_name(operation: Json) -> str:
    return f"{pascal_case(operation['operationId'])}Result"


def _unnamed_schemas(document: Json) -> Iterator[tuple[str, Json]]:
    """Names for the bodies and results whose schemas have none."""
    for method in (each for group in methods_by_resource(document).values() for each in group):
        operation = method.operation
        contents = [(body_name(operation), operation.get("requestBody", {}))]
        contents += [
            (result_name(operation), answer)
            for status, answer in operation["responses"].items()
            if status.startswith("2")
        ]
        for name, holder in contents:
            schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
            if "properties" in schema:
                yield name, schema


def _bases_of(definition: str) -> list[str]:
    match = re.match(r"class \w+\((.*)\):", definition)
    return match[1].split(", ") if match else []


def models_source(document: Json) -> str:
    """Classes come after those that they extend."""
    types = PythonTypes()
    for name, schema in [*document["components"]["schemas"].items(), *_unnamed_schemas(document)]:
        types.define(name, schema)
    extended = {base for text in types.definitions.values() for base in _bases_of(text)}
    written: dict[str, str] = {}

    def write(name: str) -> None:
        text = types.definitions.get(name)
        if text is None or name in written:
            return
        for base in _bases_of(text):
            write(base)
        # mypy tells the members of a union apart by `in` only if they are final.
        is_final = text.startswith("class") and name not in extended
        written[name] = f"@final\n{text}" if is_final else text

    for name in types.definitions:
        write(name)
    event = 'WaybillEvent: TypeAlias = "MerchantEvent | WebhookEndpointTestEvent"\n'
    return HEAD + "\n\n".join([*written.values(), event])
