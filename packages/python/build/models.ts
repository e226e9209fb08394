import { clientMethods, type OpenApi } from '../../client/build/operations.ts';

/** A JSON schema, as far as the API's schemas use it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number | boolean;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

const SCALARS: Readonly<Record<string, string>> = {
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  null: 'None',
};

/** Words of Python that no field or argument may have as its name. */
export const KEYWORDS = (
  'False None True and as assert async await break class continue def del elif else except finally ' +
  'for from global if import in is lambda nonlocal not or pass raise return try while with yield'
).split(' ');

/** Names the types of schemas, and collects the objects in them that have no name of their own. */
export class PythonTypes {
  /** Definition by name. */
  readonly definitions = new Map<string, string>();

  /** @param name what an object without a name is called. */
  type(schema: Schema, name: string): string {
    if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'Any';
    if (schema.const !== undefined) return `Literal[${literal(schema.const)}]`;
    if (schema.enum) return `Literal[${schema.enum.map(literal).join(', ')}]`;
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return union(choices.map((each, index) => this.type(each, `${name}${index + 1}`)));
    if (schema.allOf || schema.properties) {
      this.define(name, schema);
      return name;
    }
    const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
    if (types.length === 0) return 'Any';
    return union(types.map((type) => this.#typeOf(type, schema, name)));
  }

  #typeOf(type: string, { items, additionalProperties }: Schema, name: string): string {
    if (type === 'array') return `list[${this.type(items ?? {}, `${name}Item`)}]`;
    if (type !== 'object') return SCALARS[type] ?? 'Any';
    const values = typeof additionalProperties === 'object' ? additionalProperties : {};
    return `dict[str, ${this.type(values, `${name}Value`)}]`;
  }

  /** Adds the definition of a schema: a `TypedDict`, or an alias of another type. */
  define(name: string, schema: Schema): void {
    const parts = schema.allOf ?? [schema];
    const bases = parts.flatMap(({ $ref }) => ($ref ? [$ref.split('/').at(-1) ?? ''] : []));
    const own = parts.filter((each) => each.properties);
    if (own.length === 0 && bases.length < 2) {
      const alias = this.type(schema.allOf?.[0] ?? schema, `${name}Value`);
      this.definitions.set(name, `${name}: TypeAlias = '${alias}'`);
      return;
    }
    const fields = own.flatMap(({ properties = {}, required = [] }) =>
      Object.entries(properties).map(([key, value]) => {
        const type = this.type(value, `${name}${pascalCase(key)}`);
        return [key, required.includes(key) ? type : `NotRequired[${type}]`] as const;
      }),
    );
    this.definitions.set(name, typedDict(name, bases, fields));
  }
}

/** Keys that are no Python names need the form with a dictionary. */
function typedDict(
  name: string,
  bases: readonly string[],
  fields: readonly (readonly [string, string])[],
): string {
  const plain = fields.every(([key]) => /^[A-Za-z_]\w*$/.test(key) && !KEYWORDS.includes(key));
  if (!plain) {
    const lines = fields.map(([key, type]) => `    '${key}': '${type}',\n`);
    return `${name} = TypedDict("${name}", {\n${lines.join('')}})`;
  }
  const lines = fields.map(([key, type]) => `    ${key}: ${type}\n`);
  const parents = bases.length > 0 ? bases.join(', ') : 'TypedDict';
  return `class ${name}(${parents}):\n${lines.join('') || '    pass\n'}`.trimEnd();
}

const union = (types: readonly string[]) => [...new Set(types)].join(' | ');

const literal = (value: string | number | boolean) =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value);

export const pascalCase = (text: string) =>
  text.replaceAll(/(^|[-_ ])(\w)/g, (_, __, letter: string) => letter.toUpperCase());

function basesOf(definition: string): readonly string[] {
  return /^class \w+\((.*)\):/.exec(definition)?.[1]?.split(', ') ?? [];
}

/** Names for the bodies and results whose schemas have none. */
function unnamedSchemas(document: OpenApi): readonly (readonly [string, Schema])[] {
  return clientMethods(document).flatMap(({ operation }) => {
    const contents = [
      [bodyName(operation), operation.requestBody?.content],
      ...Object.entries(operation.responses)
        .filter(([status]) => status.startsWith('2'))
        .map(([, { content }]) => [resultName(operation), content] as const),
    ] as const;
    return contents.flatMap(([name, content]) => {
      const schema: Schema = content?.['application/json']?.schema ?? {};
      return schema.properties ? [[name, schema] as const] : [];
    });
  });
}

interface Named {
  readonly operationId: string;
}

export const bodyName = ({ operationId }: Named) => `${pascalCase(operationId)}Body`;
export const resultName = ({ operationId }: Named) => `${pascalCase(operationId)}Result`;

/** Returns `models.py`: a type for each schema. Classes come after those that they extend. */
export function pythonModels(document: OpenApi): string {
  const types = new PythonTypes();
  const schemas = Object.entries(document.components['schemas'] ?? {}) as [string, Schema][];
  for (const [name, schema] of schemas) types.define(name, schema);
  for (const [name, schema] of unnamedSchemas(document)) types.define(name, schema);
  const texts = [...types.definitions.values()];
  const extended = new Set(texts.flatMap((text) => basesOf(text)));
  const written = new Set<string>();
  const lines: string[] = [];
  const write = (name: string): void => {
    const text = types.definitions.get(name);
    if (text === undefined || written.has(name)) return;
    written.add(name);
    for (const base of basesOf(text)) write(base);
    // mypy tells the members of a union apart by `in` only if they are final.
    const isFinal = text.startsWith('class') && !extended.has(name);
    lines.push(isFinal ? `@final\n${text}` : text);
  };
  for (const name of types.definitions.keys()) write(name);
  return `"""Types of the API's bodies and results. Generated from the API description."""

from __future__ import annotations

import sys
from typing import Any, Literal, TypeAlias, final

if sys.version_info >= (3, 11):
    from typing import NotRequired, TypedDict
else:
    from typing_extensions import NotRequired, TypedDict

${lines.join('\n\n')}

WaybillEvent: TypeAlias = "MerchantEvent | WebhookEndpointTestEvent"
`;
}
