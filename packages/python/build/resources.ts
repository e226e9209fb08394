import {
  byResource,
  type ClientMethod,
  clientMethods,
  type OpenApi,
  resultsOf,
} from '../../client/build/operations.ts';
import { bodyName, KEYWORDS, PythonTypes, pascalCase, resultName, type Schema } from './models.ts';

/** Returns `_api.py`: a class for each resource, and the client that holds them. */
export function pythonResources(document: OpenApi): string {
  const groups = byResource(clientMethods(document));
  const classes = groups.map(
    ([resource, methods]) => `class ${className(resource)}:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

${methods.map((method) => methodSource(document, method)).join('\n')}`,
  );
  const members = groups.map(
    ([name]) => `        self.${snakeCase(name)} = ${className(name)}(transport)\n`,
  );
  return `"""The operations of the API. Generated from the API description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, cast

import httpx

from . import models
from ._pages import Pages
from ._transport import Options, Transport

${classes.join('\n\n')}

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
        """\`retries\` are the attempts after a failed first one. \`http\` replaces httpx's own client."""
        transport = Transport(base_url, api_key, retries=retries, timeout_s=timeout_s, http=http)
        self._http = transport.http
${members.join('')}
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
`;
}

const className = (resource: string) => `${pascalCase(resource)}Resource`;

/** `import` becomes `import_`, because it is a word of Python. */
function snakeCase(name: string): string {
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return KEYWORDS.includes(snake) ? `${snake}_` : snake;
}

/** Returns a method. Keyword arguments are the parameters of the query. */
function methodSource(document: OpenApi, method: ClientMethod): string {
  const { operation, marks, name, parameters } = method;
  const result = resultType(document, method);
  const paged = /[ca]/.test(marks);
  const keywords = queryArguments(method).map(([argument, { schema = {}, required }]) => {
    const type = schemaType(document, schema, argument).replaceAll('list[', 'Sequence[');
    return `${argument}: ${type}${required ? '' : ' | None = None'}`;
  });
  const streams = result === 'Iterator[str]';
  const args = [
    'self',
    ...parameters.map((each) => `${snakeCase(each)}: str`),
    ...bodyArgument(document, method),
    ...(streams && keywords.length === 0 ? [] : ['*', ...keywords]),
    ...(streams ? [] : ['options: Options | None = None']),
  ];
  const returned = paged ? pageType(document, result) : result;
  const comment = [operation.summary, operation.description].filter(Boolean).join('.\n\n        ');
  return `    def ${snakeCase(name)}(${args.join(', ')}) -> ${returned}:
        """${comment.replaceAll('\\', '\\\\')}"""
        ${statement(method, result)}
`;
}

/** Parameters of the query by argument, without the cursor, which `Pages` fills in. */
function queryArguments({ query, marks }: ClientMethod) {
  return query
    .filter(({ name }) => !(marks.includes('c') && name === 'cursor'))
    .filter(({ name }) => !(marks.includes('a') && name === 'after'))
    .map((each) => [snakeCase(each.name ?? ''), each] as const);
}

/** The line that sends the request. */
function statement(method: ClientMethod, result: string): string {
  const { verb, segment, path, parameters, marks } = method;
  const has = (mark: string) => marks.includes(mark);
  const cursor = has('c') ? 'cursor' : has('a') ? 'after' : null;
  const pairs = queryArguments(method).map(([argument, { name }]) => `"${name}": ${argument}`);
  if (cursor) pairs.push(`"${cursor}": cursor`);
  const streams = result === 'Iterator[str]';
  const sent = [
    ...(streams ? [] : [`"${verb}"`]),
    `"/${segment}${path}"`,
    ...parameters.map(snakeCase),
    ...(pairs.length > 0 ? [`query={${pairs.join(', ')}}`] : []),
    ...(has('j') ? ['json=body'] : has('b') ? ['body=body'] : []),
    ...(has('k') ? ['keyed=True'] : []),
    ...(streams ? [] : ['options=options']),
  ].join(', ');
  if (streams) return `return self._transport.stream(${sent})`;
  if (cursor) return `return Pages(lambda cursor: self._transport.send(${sent}))`;
  if (result === 'None') return `self._transport.send(${sent})`;
  return `return cast("${result}", self._transport.send(${sent}))`;
}

function bodyArgument(document: OpenApi, { operation, marks }: ClientMethod): readonly string[] {
  const { requestBody } = operation;
  if (!requestBody) return [];
  const optional = requestBody.required ? '' : ' | None = None';
  if (marks.includes('j')) {
    const schema = requestBody.content['application/json']?.schema ?? {};
    const type = schemaType(document, schema, bodyName(operation));
    return [`body: ${type}${optional}`];
  }
  // A form: field → text, or (file name, bytes, type) as httpx takes them.
  const form = requestBody.content['multipart/form-data'];
  return [`body: ${form ? 'dict[str, Any]' : 'bytes | str'}${optional}`];
}

function resultType(document: OpenApi, { operation }: ClientMethod): string {
  const { schemas, isStream, isFile, isNothing } = resultsOf(operation);
  const values = schemas.map((schema) => schemaType(document, schema, resultName(operation)));
  const others = [isStream && 'Iterator[str]', isFile && 'bytes', isNothing && 'None'];
  return [...new Set(values), ...others.filter(Boolean)].join(' | ');
}

/** `models.ShipmentPage` → `Pages[models.Shipment, models.ShipmentPage]`. */
function pageType(document: OpenApi, page: string): string {
  const name = page.replace('models.', '');
  const schema = document.components['schemas']?.[name] as Schema;
  const items = schema.properties?.['data']?.items ?? {};
  return `Pages[${schemaType(document, items, `${name}DataItem`)}, ${page}]`;
}

/** @param name what models.py calls an object whose schema has no name. */
function schemaType(document: OpenApi, schema: Schema, name: string): string {
  if (schema.properties) return `models.${name}`;
  return withModule(document, new PythonTypes().type(schema, name));
}

/** Names the module of each type that is a schema. */
function withModule(document: OpenApi, type: string): string {
  return type.replaceAll(/(?<![\w."-])[A-Z]\w+\b(?!["-])/g, (name) =>
    document.components['schemas']?.[name] ? `models.${name}` : name,
  );
}
