import { readPages } from './pages.ts';
import { type ClientOptions, createSend, type RequestOptions, type Send } from './request.ts';

/**
 * The operations of a resource, separated by `|`: name, method, path below the resource with `{}` for
 * each parameter, and marks:
 * `j` takes a JSON body, `b` any other body, `q` parameters of the URL,
 * `k` accepts an `Idempotency-Key`, `c` and `a` return pages by `cursor` and by `after`.
 */
export type OperationTable = Readonly<Record<string, string>>;

type Method = (...args: unknown[]) => unknown;

/** Returns an object with a member for each resource, and a function in it for each operation. */
export function connect(table: OperationTable, options: ClientOptions): Record<string, unknown> {
  const send = createSend(options);
  return Object.fromEntries(
    Object.entries(table).map(([resource, operations]) => {
      const [name = '', segment = name] = resource.split(' ');
      const methods = operations.split('|').map((line) => {
        const [method = '', verb = '', path = '', marks = ''] = line.split(' ');
        return [method, operation(send, verb, `/${segment}${path}`, marks)];
      });
      return [name, Object.fromEntries(methods)];
    }),
  );
}

/** Arguments of an operation, in this order: parameters of the path, body, query, options. */
function operation(send: Send, method: string, path: string, marks: string): Method {
  const has = (mark: string) => marks.includes(mark);
  const hasBody = has('j') || has('b');
  return (...args) => {
    const filled = path.replaceAll('{}', () => segment(args.shift(), path));
    const body = hasBody ? args.shift() : undefined;
    const query = has('q') && !hasBody ? (args.shift() as object | undefined) : undefined;
    const options = (args.shift() ?? {}) as RequestOptions;
    const call = { method, path: filled, body, json: has('j'), keyed: has('k'), options };
    if (!has('c') && !has('a')) return send({ ...call, query: query ?? options.query });
    const cursorName = has('a') ? 'after' : 'cursor';
    return readPages(
      (cursor) =>
        send({
          ...call,
          query: cursor ? { ...query, [cursorName]: cursor } : query,
        }) as Promise<never>,
    );
  };
}

/** An empty parameter would address the collection instead of its member. */
function segment(value: unknown, path: string): string {
  const text = value === undefined || value === null ? '' : String(value);
  if (text === '' || /^\.+$/.test(text)) {
    throw new TypeError(`a parameter of ${path} is ${JSON.stringify(value) ?? 'undefined'}`);
  }
  return encodeURIComponent(text);
}
