import type { DocSchema } from './schema-words.tsx';

/** Maximum depth of an example; deeper values are left out. */
const DEPTH_MAX = 14;

const BY_FORMAT: Readonly<Record<string, string>> = {
  'date-time': '2026-03-14T08:26:53.000Z',
  date: '2026-03-14',
  uuid: '0195930c-8a14-7c3e-9f20-5d1b6a7e2c44',
  email: 'ada@example.com',
  uri: 'https://shop.example/',
};

/**
 * An example answer for this schema: its own examples if there are any, else the first possibility.
 * The same schema always gives the same example. Pure.
 */
export function exampleOf(
  schema: DocSchema,
  schemas: ReadonlyMap<string, DocSchema>,
  depth = 0,
): unknown {
  if (schema.$ref !== undefined) {
    const named = schemas.get(schema.$ref.split('/').at(-1) ?? '');
    return named === undefined || depth > DEPTH_MAX ? {} : exampleOf(named, schemas, depth + 1);
  }
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.allOf !== undefined) {
    return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, schemas, depth)));
  }
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) {
    const first = either.find(({ type }) => type !== 'null') ?? either[0];
    return first === undefined ? null : exampleOf(first, schemas, depth);
  }
  if (schema.properties !== undefined) return members(schema.properties, schemas, depth);
  return plain(schema, schemas, depth);
}

function members(
  properties: Readonly<Record<string, DocSchema>>,
  schemas: ReadonlyMap<string, DocSchema>,
  depth: number,
): unknown {
  if (depth > DEPTH_MAX) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, member]) => [
      name,
      exampleOf(member, schemas, depth + 1),
    ]),
  );
}

function plain(schema: DocSchema, schemas: ReadonlyMap<string, DocSchema>, depth: number): unknown {
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  if (type === 'array') {
    if (schema.items === undefined || depth > DEPTH_MAX) return [];
    return Array.from({ length: Math.max(1, schema.minItems ?? 1) }, () =>
      exampleOf(schema.items ?? {}, schemas, depth + 1),
    );
  }
  if (type === 'integer' || type === 'number') return numberOf(schema);
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (type === 'string') return BY_FORMAT[schema.format ?? ''] ?? 'text';
  return {};
}

function numberOf({ minimum, maximum }: DocSchema): number {
  const from = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : 0;
  return maximum !== undefined && maximum < 1 ? maximum : Math.max(1, from);
}
