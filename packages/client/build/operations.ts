/** The parts of an OpenAPI document that the client is generated from. */
export interface OpenApi {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

interface Reference {
  readonly $ref?: string;
}

export interface Parameter extends Reference {
  readonly in?: 'path' | 'query' | 'header';
  readonly name?: string;
  readonly required?: boolean;
  readonly schema?: Reference;
}

type Content = Readonly<
  Record<string, { readonly schema?: Reference; readonly example?: unknown }>
>;

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

/** One function of the client. */
export interface ClientMethod {
  /** `shipments`, which holds the function. */
  readonly resource: string;
  /** First segment of the path, such as `carrier-accounts`. */
  readonly segment: string;
  readonly name: string;
  readonly verb: string;
  /** Below the resource, with `{}` for each parameter. */
  readonly path: string;
  /** See `OperationTable` in src/connect.ts. */
  readonly marks: string;
  /** Names of the path's parameters, in order. */
  readonly parameters: readonly string[];
  readonly query: readonly Parameter[];
  readonly operation: Operation;
}

const VERBS = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * Returns a function for each operation of the document: `listShipments` becomes `shipments.list`.
 *
 * @throws Error if two operations get the same name.
 */
export function clientMethods(document: OpenApi): readonly ClientMethod[] {
  const methods = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([verb]) => VERBS.includes(verb))
      .map(([verb, operation]) => clientMethod(document, path, verb, operation)),
  );
  const names = methods.map(({ resource, name }) => `${resource}.${name}`);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new Error(`two operations are named ${twice.join(', ')}`);
  return methods;
}

function clientMethod(
  document: OpenApi,
  path: string,
  verb: string,
  operation: Operation,
): ClientMethod {
  const [, segment = '', ...below] = path.split('/');
  const resource = camelCase(segment.replace(/\..*/, ''));
  const parameters = (operation.parameters ?? []).map((each) => resolve<Parameter>(document, each));
  const query = parameters.filter((each) => each.in === 'query');
  const json = operation.requestBody?.content['application/json'] !== undefined;
  const marks = [
    operation.requestBody ? (json ? 'j' : 'b') : '',
    query.length > 0 ? 'q' : '',
    parameters.some(({ name }) => name === 'Idempotency-Key') ? 'k' : '',
    query.some(({ name }) => name === 'cursor') ? 'c' : '',
    query.some(({ name }) => name === 'after') ? 'a' : '',
  ];
  return {
    resource,
    segment,
    name: methodName(operation.operationId, resource),
    verb: verb.toUpperCase(),
    path: below.map((each) => `/${each.replace(/\{\w+\}/, '{}')}`).join(''),
    marks: marks.join(''),
    parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => camelCase(name)),
    query,
    operation,
  };
}

/** Groups functions by resource, in the order of the document. */
export function byResource(
  methods: readonly ClientMethod[],
): readonly (readonly [string, readonly ClientMethod[]])[] {
  const groups = new Map<string, ClientMethod[]>();
  for (const method of methods) {
    groups.set(method.resource, [...(groups.get(method.resource) ?? []), method]);
  }
  return [...groups];
}

/** What a function may return, besides the values of these schemas. */
export interface Results {
  readonly schemas: readonly Reference[];
  readonly isStream: boolean;
  readonly isFile: boolean;
  readonly isNothing: boolean;
}

/** A stream is returned only if there is no JSON, which the clients ask for. */
export function resultsOf({ responses }: Operation): Results {
  const contents = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content = {} }]) => Object.entries(content));
  const isJson = ([type]: readonly [string, unknown]) =>
    /^application\/([\w.-]+\+)?json$/.test(type);
  const all = contents.flat();
  const schemas = all.filter(isJson).map(([, { schema = {} }]) => schema);
  const others = all.filter((each) => !isJson(each)).map(([type]) => type);
  const hasStream = others.includes('text/event-stream');
  return {
    schemas,
    isStream: hasStream && schemas.length === 0,
    isFile: others.length > 0 && !hasStream,
    // An answer outside 2xx leads a browser elsewhere.
    isNothing: contents.length === 0 || contents.some((content) => content.length === 0),
  };
}

/** Leaves out what the resource already says: `createShipmentLink` of `shipments` is `createLink`. */
function methodName(operationId: string, resource: string): string {
  const words = operationId.split(/(?=[A-Z])/);
  const lower = words.map((word) => word.toLowerCase());
  for (const noun of [resource, singular(resource)]) {
    const count = noun.split(/(?=[A-Z])/).length;
    const at = lower.findIndex(
      (_, index) => lower.slice(index, index + count).join('') === noun.toLowerCase(),
    );
    if (at < 0 || count === words.length) continue;
    const [first = '', ...rest] = words.toSpliced(at, count);
    return first.toLowerCase() + rest.join('');
  }
  return operationId;
}

const singular = (noun: string) => noun.replace(/ies$/, 'y').replace(/s$/, '');

const camelCase = (text: string) =>
  text.replaceAll(/[-_](\w)/g, (_, letter) => letter.toUpperCase());

/** Follows a reference into the document. */
function resolve<T>(document: OpenApi, value: Reference): T {
  if (value.$ref === undefined) return value as T;
  const [, , kind = '', name = ''] = value.$ref.split('/');
  return resolve(document, document.components[kind]?.[name] ?? {});
}
