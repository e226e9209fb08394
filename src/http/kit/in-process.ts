import type { IncomingMessage } from 'node:http';
import type { ApiKey } from '../../merchants/index.ts';
import type { Answer } from './answer.ts';
import { assertScope } from './auth.ts';
import { NO_FORM } from './bodies/multipart-body.ts';
import type { MerchantApi, MerchantCall } from './merchant-route.ts';
import type { Operation } from './operation.ts';
import { refuseIfShed } from './refuse-shed.ts';
import type { Route } from './route.ts';
import { parseBody, parseQuery } from './validation.ts';

/** What a request for an operation would say. */
export interface OperationInput {
  /** Path parameters. */
  readonly params?: Readonly<Record<string, string>>;
  /** Undefined members are left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** As JSON would have it. */
  readonly body?: unknown;
}

/**
 * Calls an operation for a key that is already authenticated, and returns the body of its answer.
 * Throws `Problem` as the API would answer it.
 *
 * @param id as in `/openapi.json`: `getShipment`
 */
export type CallOperation = (
  key: ApiKey,
  id: string,
  input: OperationInput,
  requestId: string,
) => Promise<unknown>;

/** An operation with its handler, which gets a request checked by the operation's schemas. */
interface Collected {
  readonly described: Operation;
  readonly handle: (call: never) => Promise<Answer>;
}

/**
 * The API's own operations for another interface of the hub, so that there is one way to do each
 * thing: with the checks of a request for scope, load, query and body. Authentication and rate limit
 * are the caller's; nothing is repeatable by Idempotency-Key.
 */
export function callsInProcess(
  api: MerchantApi,
  routesOf: (api: MerchantApi) => readonly Route[],
): CallOperation {
  const operations = new Map<string, Collected>();
  routesOf({
    ...api,
    collect: (described, handle) => void operations.set(described.id, { described, handle }),
  });
  return async (key, id, { params = {}, query = {}, body }, requestId) => {
    const { described, handle } = operations.get(id) ?? {};
    if (described?.scope === undefined || handle === undefined)
      throw new Error(`no operation ${id}`);
    const sent = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const search = new URLSearchParams(sent);
    refuseIfShed(api.load, described.shed, search);
    assertScope(key, described.scope);
    const { body: bodySchema, query: querySchema } = described;
    const call: MerchantCall<Operation> = {
      tenant: { merchantId: key.merchantId, mode: key.mode },
      key,
      param: (name) => params[name] ?? '',
      query: (querySchema && parseQuery(querySchema, search)) as never,
      body: (bodySchema && parseBody(bodySchema, body ?? {})) as never,
      text: '',
      bytes: NO_BYTES,
      form: NO_FORM,
      requestId,
      request: NO_REQUEST,
    };
    return (await handle(call as never)).body;
  };
}

const NO_BYTES = new Uint8Array(0);
/** Handlers read only headers of a request, such as If-Match. */
const NO_REQUEST = { headers: {} } as IncomingMessage;
