import { isDeepStrictEqual } from 'node:util';
import type { createDocument } from 'zod-openapi';

export type OpenApiDocument = ReturnType<typeof createDocument>;

type Json = Readonly<Record<string, unknown>>;

/** Members that contain values, not schemas. */
const VALUES = new Set(['example', 'examples', 'default', 'enum', 'const', 'mapping']);
/** zod adds the pattern of each format too: hundreds of redundant characters. */
const FORMATS = new Set(['date-time', 'date', 'uuid', 'email']);
const SCALARS = new Set(['string', 'integer', 'number', 'boolean']);

/**
 * The same document in fewer lines: a nullable scalar is one schema instead of a choice of two,
 * redundant bounds and patterns are left out, a set of values that has a name is referred to, and a
 * parameter of several operations is a component, like the nullable scalars of many members.
 * Pure.
 */
export function compact(document: OpenApiDocument): OpenApiDocument {
  const named = withNamedOptions(compactNode(document) as OpenApiDocument);
  return withSharedScalars(withSharedParameters(withNamedEnums(named)));
}

function compactNode(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(compactNode);
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.entries(node)
    .filter(([name, value]) => !isNoise(name, value, node as Json))
    .map(([name, value]) => [name, VALUES.has(name) ? value : compactNode(value)] as const);
  return withoutEcho(nullableOf(Object.fromEntries(members)));
}

/** Zod adds these to every schema of their type, and none of them limits what a caller may send. */
function isNoise(name: string, value: unknown, { format }: Json): boolean {
  if (name === 'maximum') return value === Number.MAX_SAFE_INTEGER;
  if (name === 'minimum') return value === Number.MIN_SAFE_INTEGER;
  if (name === 'propertyNames') return JSON.stringify(value) === '{"type":"string"}';
  return name === 'pattern' && FORMATS.has(String(format));
}

/** Removes a schema's description that repeats its parameter's. */
function withoutEcho(node: Json): Json {
  const { schema, description } = node as { schema?: Json; description?: string };
  if (schema === undefined || description === undefined) return node;
  if (schema['description'] !== description) return node;
  const { description: _echo, ...rest } = schema;
  return { ...node, schema: rest };
}

/** `{anyOf: [{type: 'string'}, {type: 'null'}]}` → `{type: ['string', 'null']}` */
function nullableOf(schema: Json): Json {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || anyOf[1].type !== 'null') return schema;
  const { type, enum: choices, const: only, ...inner } = anyOf[0] as Json;
  if (!SCALARS.has(String(type)) || choices !== undefined || only !== undefined) return schema;
  return { ...inner, ...rest, type: [type, 'null'] };
}

/**
 * Makes options of a choice components, named after their owner and their own `kind` or `type`:
 * generators would only number them (`ClaimAmountType0`).
 */
function withNamedOptions(document: OpenApiDocument): OpenApiDocument {
  const known = document.components?.schemas ?? {};
  const schemas: Record<string, unknown> = {};
  /** Stores a schema that becomes a class under `name`, and returns a reference to it. */
  const asComponent = (name: string, schema: Json): Json => {
    if (!isClass(schema) || known[name] !== undefined) return schema;
    schemas[name] = schema;
    return { $ref: `#/components/schemas/${name}` };
  };
  const named = (name: string, schema: Json): Json => {
    const { anyOf, oneOf, items, properties } = schema as Choice;
    const [option, alternative] = anyOf ?? [];
    if (anyOf?.length === 2 && alternative?.['type'] === 'null' && option !== undefined) {
      const inner = named(name, option) as Choice;
      const rest = inner.items && { items: asComponent(`${name}Item`, inner.items) };
      return { ...schema, anyOf: [asComponent(name, { ...inner, ...rest }), alternative] };
    }
    const members =
      properties &&
      mapValues<Json>(properties, (member, inner) => named(name + pascal(member), inner));
    return {
      ...schema,
      ...(oneOf && {
        oneOf: oneOf.map((each) =>
          asComponent(name + ownName(each), named(name + ownName(each), each)),
        ),
      }),
      ...(items && { items: named(`${name}Item`, items) }),
      ...(members && { properties: members }),
    };
  };
  for (const [name, schema] of Object.entries(known)) schemas[name] = named(name, schema as Json);
  return { ...document, components: { ...document.components, schemas } } as OpenApiDocument;
}

/** Refers to a component wherever a schema lists the same values. */
function withNamedEnums(document: OpenApiDocument): OpenApiDocument {
  const schemas = document.components?.schemas ?? {};
  const names = new Map(
    Object.entries(schemas)
      .filter(([, schema]) => 'enum' in schema)
      .map(([name, schema]) => [JSON.stringify(schema), name]),
  );
  const share = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(share);
    if (typeof node !== 'object' || node === null) return node;
    const name = 'enum' in node ? names.get(JSON.stringify(node)) : undefined;
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
    return mapValues(node, (member, value) => (VALUES.has(member) ? value : share(value)));
  };
  const shared = mapValues(schemas, (_, schema: Json) =>
    // A component of its own stays one.
    'enum' in schema ? schema : share(schema),
  );
  const { paths } = document;
  return {
    ...document,
    paths: share(paths),
    components: { ...document.components, schemas: shared },
  } as OpenApiDocument;
}

/** Nullable scalars that many members share, by the name of their component. */
export const SHARED_SCALARS: Readonly<Record<string, Json>> = {
  InstantOrNull: { type: ['string', 'null'], format: 'date-time' },
  TextOrNull: { type: ['string', 'null'] },
  IntegerOrNull: { type: ['integer', 'null'] },
  NumberOrNull: { type: ['number', 'null'] },
};

/** Refers to these wherever a schema says the same; its description stays beside the reference. */
function withSharedScalars(document: OpenApiDocument): OpenApiDocument {
  const share = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(share);
    if (typeof node !== 'object' || node === null) return node;
    const { description, ...schema } = node as Json;
    const [name] =
      Object.entries(SHARED_SCALARS).find(([, scalar]) => isDeepStrictEqual(scalar, schema)) ?? [];
    if (name !== undefined) {
      const $ref = `#/components/schemas/${name}`;
      return description === undefined ? { $ref } : { $ref, description };
    }
    return mapValues(node, (member, value) => (VALUES.has(member) ? value : share(value)));
  };
  const { components, ...rest } = share(document) as OpenApiDocument;
  const schemas = { ...components?.schemas, ...SHARED_SCALARS };
  return { ...rest, components: { ...components, schemas } } as OpenApiDocument;
}

interface Choice extends Json {
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly items?: Json;
  readonly properties?: Readonly<Record<string, Json>>;
}

/** The constant that distinguishes an option, as part of a name. */
function ownName(option: Json): string {
  const { properties = {} } = option as Choice;
  const constant = Object.values(properties).find((member) => member['const'] !== undefined);
  return pascal(String(constant?.['const'] ?? ''));
}

/** Whether generators create a class for it. */
function isClass({ properties, enum: choices }: Json): boolean {
  return properties !== undefined || choices !== undefined;
}

interface Parameter extends Json {
  readonly in: string;
  readonly name: string;
}

/** Sharing rarer ones would create components whose names mean little alone, such as `to`. */
const OPERATIONS_MIN = 3;

/** Makes a component of each parameter that several operations share, named after it. */
function withSharedParameters(document: OpenApiDocument): OpenApiDocument {
  const uses = new Map<string, { name: string; parameter: Parameter; count: number }>();
  eachParameter(document, (path, parameter) => {
    const text = JSON.stringify(parameter);
    const known = uses.get(text) ?? { name: nameOf(path, parameter), parameter, count: 0 };
    uses.set(text, { ...known, count: known.count + 1 });
    return parameter;
  });
  const shared = new Map<string, string>();
  const components: Record<string, Parameter> = {};
  for (const [text, { name: own, parameter, count }] of [...uses].sort(
    ([, a], [, b]) => b.count - a.count,
  )) {
    const name = components[own] === undefined ? own : own + pascal(parameter.in);
    if (count < OPERATIONS_MIN || components[name] !== undefined) continue;
    components[name] = parameter;
    shared.set(text, name);
  }
  const share = (_: string, parameter: Parameter) => {
    const name = shared.get(JSON.stringify(parameter));
    return name === undefined ? parameter : { $ref: `#/components/parameters/${name}` };
  };
  const { paths, webhooks } = eachParameter(document, share);
  return {
    ...document,
    paths,
    webhooks,
    components: { ...document.components, parameters: components },
  } as OpenApiDocument;
}

/** The paths and webhooks with each parameter replaced by what `replace` returns. */
function eachParameter(
  { paths, webhooks }: OpenApiDocument,
  replace: (path: string, parameter: Parameter) => unknown,
) {
  const ofOperation = (path: string, operation: Json) => {
    const { parameters } = operation as { parameters?: Parameter[] };
    if (parameters === undefined) return operation;
    return { ...operation, parameters: parameters.map((each) => replace(path, each)) };
  };
  const ofItems = (items: object = {}) =>
    mapValues(items, (path, item: object) =>
      mapValues(item, (_, operation: Json) => ofOperation(path, operation)),
    );
  return { paths: ofItems(paths), webhooks: ofItems(webhooks) };
}

function mapValues<T>(object: object, change: (name: string, value: T) => unknown) {
  return Object.fromEntries(
    Object.entries<T>(object as Record<string, T>).map(([name, value]) => [
      name,
      change(name, value),
    ]),
  );
}

/**
 * `id` in `/facilities/{id}` is `FacilityId`; every other parameter keeps its own name: `IfMatch`.
 */
function nameOf(path: string, { in: place, name }: Parameter): string {
  if (place !== 'path' || name !== 'id') return pascal(name);
  const segments = path.split('/');
  const collection = segments[segments.indexOf('{id}') - 1] ?? '';
  return `${pascal(collection.replace(/ies$/, 'y').replace(/s$/, ''))}Id`;
}

/** `tracking_number` → `TrackingNumber` */
export function pascal(name: string): string {
  return name.replaceAll(/(?:^|[-_.])([a-zA-Z])/g, (_, letter: string) => letter.toUpperCase());
}
