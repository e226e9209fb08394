"""Writes `_api.py`: a class for each resource of the API, and the client that holds them."""

from __future__ import annotations

import re

from .models import PythonTypes, body_name, pascal_case, result_name, union
from .operations import Json, Method, methods_by_resource, python_name, results_of

HEAD = '''"""The operations of the API. Generated from the API description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, cast

import httpx

from . import models
from ._pages import Pages
from ._transport import Options, Transport

'''

CLIENT = '''

class Waybill:
    """A client of one hub. It sends nothing before the first call."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        retries: int = 3,
        timeout_s: float = 30,
        http: httpx.Client | None = None,
    ) -> None:
        """`retries` are the attempts after a failed first one. `http` replaces httpx's own client."""
        transport = Transport(base_url, api_key, retries=retries, timeout_s=timeout_s, http=http)
        self._http = transport.http
{members}
    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Waybill:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
'''


def resources_source(document: Json) -> str:
    groups = methods_by_resource(document)
    classes = [
        f"""class {_class_name(resource)}:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

{chr(10).join(_method_source(document, each) for each in methods)}"""
        for resource, methods in groups.items()
    ]
    members = "".join(f"        self.{each} = {_class_name(each)}(transport)\n" for each in groups)
    return HEAD + "\n\n".join(classes) + CLIENT.format(members=members)


def _class_name(resource: str) -> str:
    return f"{pascal_case(resource)}Resource"


def _method_source(document: Json, method: Method) -> str:
    """Keyword arguments are the parameters of the query."""
    operation = method.operation
    result = _result_type(document, operation)
    streams = result == "Iterator[str]"
    keywords = [_keyword_argument(document, each) for each in method.query]
    args = [
        "self",
        *(f"{each}: str" for each in method.parameters),
        *_body_argument(document, operation),
        *([] if streams and not keywords else ["*", *keywords]),
        *([] if streams else ["options: Options | None = None"]),
    ]
    returned = _page_type(document, result) if method.cursor else result
    texts = [operation["summary"], operation.get("description")]
    comment = ".\n\n        ".join(filter(None, texts)).replace("\\", "\\\\")
    return f'''    def {method.name}({", ".join(args)}) -> {returned}:
        """{comment}"""
        {_statement(method, result)}
'''


def _keyword_argument(document: Json, parameter: Json) -> str:
    argument = python_name(parameter["name"])
    kind = _schema_type(document, parameter.get("schema", {}), argument)
    optional = "" if parameter.get("required") else " | None = None"
    return f"{argument}: {kind.replace('list[', 'Sequence[')}{optional}"


def _statement(method: Method, result: str) -> str:
    """The line that sends the request."""
    streams = result == "Iterator[str]"
    pairs = [f'"{each["name"]}": {python_name(each["name"])}' for each in method.query]
    if method.cursor:
        pairs.append(f'"{method.cursor}": cursor')
    sent = [*([] if streams else [f'"{method.verb}"']), f'"{method.path}"', *method.parameters]
    if pairs:
        sent.append(f"query={{{', '.join(pairs)}}}")
    body = method.operation.get("requestBody")
    if body:
        sent.append("json=body" if "application/json" in body["content"] else "body=body")
    if method.keyed:
        sent.append("keyed=True")
    if streams:
        return f"return self._transport.stream({', '.join(sent)})"
    call = f"self._transport.send({', '.join([*sent, 'options=options'])})"
    if method.cursor:
        return f"return Pages(lambda cursor: {call})"
    return call if result == "None" else f'return cast("{result}", {call})'


def _body_argument(document: Json, operation: Json) -> list[str]:
    body = operation.get("requestBody")
    if not body:
        return []
    content = body["content"]
    if "application/json" in content:
        schema = content["application/json"].get("schema", {})
        kind = _schema_type(document, schema, body_name(operation))
    else:
        # A form: field → text, or (file name, bytes, type) as httpx takes them.
        kind = "dict[str, Any]" if "multipart/form-data" in content else "bytes | str"
    return [f"body: {kind}{'' if body.get('required') else ' | None = None'}"]


def _result_type(document: Json, operation: Json) -> str:
    results = results_of(operation)
    name = result_name(operation)
    return union(
        [
            *(_schema_type(document, schema, name) for schema in results.schemas),
            *(["Iterator[str]"] if results.is_stream else []),
            *(["bytes"] if results.is_file else []),
            *(["None"] if results.is_nothing else []),
        ]
    )


def _page_type(document: Json, page: str) -> str:
    """`models.ShipmentPage` → `Pages[models.Shipment, models.ShipmentPage]`."""
    name = page.removeprefix("models.")
    items = document["components"]["schemas"][name]["properties"]["data"]["items"]
    return f"Pages[{_schema_type(document, items, f'{name}DataItem')}, {page}]"


def _schema_type(document: Json, schema: Json, name: str) -> str:
    """`name` is what models.py calls an object whose schema has no name."""
    if "properties" in schema:
        return f"models.{name}"
    schemas = document["components"]["schemas"]
    # Names the module of each type that is a schema.
    return re.sub(
        r"(?<![\w.\"-])[A-Z]\w+\b(?![\"-])",
        lambda match: f"models.{match[0]}" if match[0] in schemas else match[0],
        PythonTypes().type(schema, name),
    )
