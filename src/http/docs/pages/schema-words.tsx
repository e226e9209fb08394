import type { ComponentChildren } from 'preact';
import { SHARED_SCALARS } from '../compact.ts';
import { guidePath } from './groups.ts';
import { guideTitle } from './guides.ts';

/** The subset of JSON Schema that our documents use. */
export interface DocSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: DocSchema;
  readonly anyOf?: readonly DocSchema[];
  readonly oneOf?: readonly DocSchema[];
  readonly allOf?: readonly DocSchema[];
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, DocSchema>>;
  readonly required?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
}

/** `a text of 1 to 64 characters, or null`, with links to named schemas. */
export function TypeWords({ schema }: { readonly schema: DocSchema }): ComponentChildren {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    const scalar = SHARED_SCALARS[name];
    if (scalar !== undefined) return <TypeWords schema={scalar} />;
    return <a href={`#schema-${name}`}>{name}</a>;
  }
  if (Array.isArray(schema.type)) {
    const [type] = schema.type;
    return <Alternatives schemas={[{ ...schema, type }, { type: 'null' }]} />;
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return <Alternatives schemas={options} />;
  if (schema.const !== undefined) return <code>{JSON.stringify(schema.const)}</code>;
  if (schema.enum !== undefined) return <Choice values={schema.enum} />;
  if (schema.type === 'array') {
    return (
      <>
        list of {schema.items ? <TypeWords schema={schema.items} /> : 'anything'}
        {range(schema.minItems, schema.maxItems, 'items')}
      </>
    );
  }
  if (schema.properties !== undefined) {
    return <code>{`{${Object.keys(schema.properties).join(', ')}}`}</code>;
  }
  return (
    <>
      {NAMES[schema.format ?? String(schema.type)] ?? schema.format ?? 'anything'}
      {range(schema.minLength, schema.maxLength, 'characters')}
      {range(schema.minimum, schema.maximum, '')}
      {schema.default === undefined ? '' : `, default ${String(schema.default)}`}
    </>
  );
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
  null: 'null',
  'date-time': 'instant',
  date: 'date',
  uuid: 'UUID',
  email: 'email address',
};

function Alternatives({ schemas }: { readonly schemas: readonly DocSchema[] }): ComponentChildren {
  return schemas.map((schema, i) => (
    <>
      {i === 0 ? '' : ' or '}
      <TypeWords schema={schema} />
    </>
  ));
}

function Choice({ values }: { readonly values: readonly unknown[] }): ComponentChildren {
  return values.map((value, i) => (
    <>
      {i === 0 ? '' : ' · '}
      <code>{String(value)}</code>
    </>
  ));
}

function range(min: number | undefined, max: number | undefined, unit: string): string {
  // zod states the range of safe integers, which carries no information about the member.
  const from = min !== undefined && min > Number.MIN_SAFE_INTEGER ? min : undefined;
  const to = max !== undefined && max < Number.MAX_SAFE_INTEGER ? max : undefined;
  if (to === undefined) return from === undefined ? '' : `, at least ${from} ${unit}`.trimEnd();
  return `, ${from ?? 0}–${to} ${unit}`.trimEnd();
}

/** Plain text in which backticks mark code; a guide's file becomes a link with its title. */
export function Prose({ text }: { readonly text: string }): ComponentChildren {
  return text.split('`').map((part, i) => (i % 2 === 1 ? <code>{part}</code> : linked(part)));
}

function linked(text: string): ComponentChildren {
  return text.split(/\bdocs\/([a-z-]+)\.md\b/).map((part, i) => {
    if (i % 2 === 0) return part;
    const title = guideTitle(part);
    return title === null ? part : <a href={guidePath(part)}>{title}</a>;
  });
}

/** An operation of the OpenAPI document, with the parts the page shows. */
export interface DocOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly DocParameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, DocMedia>> };
  readonly responses: Readonly<Record<string, DocResponse>>;
}

interface DocParameter {
  readonly in: string;
  readonly name: string;
  readonly description?: string;
  readonly schema: DocSchema;
}

interface DocMedia {
  readonly schema?: DocSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, unknown>>;
}

export interface DocResponse {
  readonly description: string;
  readonly content?: Readonly<Record<string, DocMedia>>;
}
