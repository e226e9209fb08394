import type { OpenApiDocument } from '../compact.ts';
import type { DocOperation, DocSchema } from './schema-words.tsx';

/** One operation with its method and path. */
interface PlacedOperation {
  readonly method: string;
  readonly path: string;
  readonly operation: DocOperation;
}

/** A page of the reference: the operations of one tag, and their schemas. */
export interface DocArea {
  /** In the URL: `own-couriers`. */
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly operations: readonly PlacedOperation[];
  readonly schemas: readonly (readonly [string, DocSchema])[];
}

const METHODS = ['post', 'get', 'put', 'patch', 'delete'] as const;

/** The reference by area, in the order of the tags. Pure. */
export function areasOf(document: OpenApiDocument): readonly DocArea[] {
  const operations = listOperations(document);
  const schemas = schemasOf(document);
  return (document.tags ?? []).map(({ name, description = '' }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    const named = schemaNamesIn(
      own.map(({ operation }) => operation),
      schemas,
    );
    return {
      slug: slugOf(name),
      name,
      description,
      operations: own,
      schemas: [...schemas].filter(([schema]) => named.has(schema)),
    };
  });
}

export function schemasOf(document: OpenApiDocument): ReadonlyMap<string, DocSchema> {
  return new Map(Object.entries(document.components?.schemas ?? {}) as [string, DocSchema][]);
}

/** `Drivers' app` is `drivers-app`. */
function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll("'", '')
    .replaceAll(/[^a-z0-9]+/g, '-');
}

function listOperations(document: OpenApiDocument): readonly PlacedOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = (item as Readonly<Record<string, DocOperation | undefined>>)[method];
      return operation === undefined
        ? []
        : [{ method, path, operation: resolveRefs(operation, document) }];
    }),
  );
}

/**
 * Returns an operation with its `$ref`s to shared parameters and responses replaced by what they
 * refer to.
 */
function resolveRefs(operation: DocOperation, { components }: OpenApiDocument): DocOperation {
  const deref = <T extends object>(
    each: T | { readonly $ref: string },
    kind: 'parameters' | 'responses',
  ) =>
    '$ref' in each ? ((components?.[kind]?.[each.$ref.split('/').at(-1) ?? ''] ?? {}) as T) : each;
  const { parameters = [], responses } = operation;
  return {
    ...operation,
    parameters: parameters.map((each) => deref(each, 'parameters')),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, each]) => [status, deref(each, 'responses')]),
    ),
  };
}

/** The names of all schemas that the operations refer to, directly or indirectly. */
function schemaNamesIn(
  operations: readonly DocOperation[],
  schemas: ReadonlyMap<string, DocSchema>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting: unknown[] = operations.map(({ requestBody, responses, parameters }) => [
    ...[requestBody, responses, parameters],
  ]);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    for (const [name, member] of Object.entries(next)) {
      const schema = name === '$ref' ? nameOf(String(member)) : null;
      if (schema === null) waiting.push(member ?? null);
      else if (schemas.has(schema) && !found.has(schema)) {
        found.add(schema);
        waiting.push(schemas.get(schema) ?? null);
      }
    }
  }
  return found;
}

function nameOf(ref: string): string | null {
  return ref.startsWith('#/components/schemas/') ? (ref.split('/').at(-1) ?? null) : null;
}
