import type { IncomingMessage } from 'node:http';
import type { Scope } from '../../kernel/scopes.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { ApiKey, ApiKeysDeps } from '../../merchants/index.ts';
import type { Sheds } from '../../platform/load/watch-load.ts';
import { type Answer, writeAnswer } from './answer.ts';
import { assertScope, createGate, type Gate } from './auth.ts';
import { readFileBody } from './bodies/file-body.ts';
import { formSlots } from './bodies/form-slots.ts';
import { Aborted, readJsonBody } from './bodies/json-body.ts';
import { formIdentity, NO_FORM, type SentForm, withForm } from './bodies/multipart-body.ts';
import { readTextBody } from './bodies/text-body.ts';
import { createIdempotency, type Idempotency, type IdempotencyDeps } from './idempotency.ts';
import type { BodyOf, Operation, QueryOf } from './operation.ts';
import { refuseIfShed } from './refuse-shed.ts';
import type { RequestContext, Route } from './route.ts';
import { parseBody, parseQuery } from './validation.ts';

/** A merchant's request after all checks. */
export interface MerchantCall<O extends Pick<Operation, 'body' | 'query'>> {
  readonly tenant: Tenant;
  readonly key: ApiKey;
  /** Path parameter; empty when the path has none of that name. */
  readonly param: (name: string) => string;
  readonly query: QueryOf<O>;
  readonly body: BodyOf<O>;
  /** The body of an operation with a text body; otherwise empty. */
  readonly text: string;
  /** The body of an operation with a binary body; otherwise empty. */
  readonly bytes: Uint8Array;
  /** The form of an operation with one; otherwise empty. */
  readonly form: SentForm;
  readonly requestId: string;
  readonly request: IncomingMessage;
}

export type MerchantHandler<O extends Operation> = (call: MerchantCall<O>) => Promise<Answer>;

/** Dependencies of the checks before every merchant operation. */
export interface MerchantApi {
  readonly gate: Gate;
  readonly idempotency: Idempotency;
  /** Work refused under load; absent: none. */
  readonly load?: Sheds | undefined;
  /** A further check of a request whose JSON body is read, empty without one; throws `Problem`. */
  readonly checkBody?: (request: IncomingMessage, body: Uint8Array) => void;
  /** Gets every operation with its handler, for calls from within the hub (in-process.ts). */
  readonly collect?: <O extends Operation>(described: O, handle: MerchantHandler<O>) => void;
}

export function createMerchantApi(
  keys: ApiKeysDeps,
  deps: IdempotencyDeps,
  load?: Sheds,
): MerchantApi {
  return { gate: createGate(keys), idempotency: createIdempotency(deps), load };
}

/** Checks whether the key has permission; throws `Problem` otherwise. */
export type Permit = (
  key: ApiKey,
  scope: Scope,
  request: IncomingMessage,
  context: RequestContext,
) => void;

/**
 * Binds an operation to its handler. In order: authentication, rate limit, permission, query, body,
 * idempotency; then the work; then the response.
 */
export function merchantRoute<const O extends Operation>(
  api: MerchantApi,
  described: O,
  handle: MerchantHandler<O>,
  permit: Permit = assertScope,
): Route {
  const { method, path, scope, query, body, text, file, multipart } = described;
  const isOptional = described.bodyOptional === true;
  const slots = formSlots();
  if (scope === undefined) throw new Error(`${method} ${path} has no scope`);
  api.collect?.(described, handle);
  return {
    method,
    path,
    hot: described.hot === true,
    async handler(request, response, context) {
      try {
        // Before any database query: a refusal should cost next to nothing.
        refuseIfShed(api.load, described.shed, context.query);
        const key = await api.gate.admit(request, response, context.clientIp);
        permit(key, scope, request, context);
        const tenant: Tenant = { merchantId: key.merchantId, mode: key.mode };
        const queryRead = query ? parseQuery(query, context.query) : undefined;
        const json = body ? await readJsonBody(request, { isOptional }) : null;
        api.checkBody?.(request, json?.bytes ?? NO_BYTES);
        const bodyRead = body ? parseBody(body, json?.value) : undefined;
        const sent = text ? await readTextBody(request, text) : null;
        const raw = file ? await readFileBody(request, file) : null;
        const answerTo = (form: SentForm) => {
          const call = {
            tenant,
            key,
            param: (name: string) => context.params[name] ?? '',
            query: queryRead as QueryOf<O>,
            body: bodyRead as BodyOf<O>,
            text: sent?.text ?? '',
            bytes: raw?.bytes ?? NO_BYTES,
            form,
            requestId: context.requestId,
            request,
          };
          const work = () => handle(call);
          if (method === 'GET') return work();
          const sentBody = multipart ? { bytes: formIdentity(form) } : (json ?? sent ?? raw);
          return api.idempotency.run(
            idempotentRequest(request, context, tenant, method, sentBody),
            work,
          );
        };
        // For all keys of a merchant together, so that one of them cannot block the others' forms.
        const owner = `${tenant.merchantId} ${tenant.mode}`;
        const answer = multipart
          ? await withForm(request, multipart, { slots, owner }, answerTo)
          : await answerTo(NO_FORM);
        writeAnswer(response, answer);
        logServed(context, described, key, answer);
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        response.destroy();
      }
    },
  };
}

const NO_BYTES = new Uint8Array(0);

/** What identifies a repeated write: key, method, path with sorted query, and body. */
function idempotentRequest(
  request: IncomingMessage,
  { path, query }: RequestContext,
  tenant: Tenant,
  method: string,
  body: { readonly bytes: Uint8Array } | null,
) {
  const header = request.headers['idempotency-key'];
  const sorted = new URLSearchParams(query);
  sorted.sort();
  // A dry run and the import after it differ only in the query.
  const target = sorted.size === 0 ? path : `${path}?${sorted}`;
  return { tenant, header, method, path: target, body: body?.bytes ?? null };
}

/** One line per request, with its shipment; the key only by its prefix. */
function logServed(
  context: RequestContext,
  { id: operationId, path }: Operation,
  key: ApiKey,
  { status, body }: Answer,
): void {
  const shipmentId = path.startsWith('/shipments')
    ? (context.params['id'] ?? idOf(body))
    : undefined;
  context.log.info(
    {
      operation: operationId,
      status,
      merchant_id: key.merchantId,
      mode: key.mode,
      key_id: key.id,
      ...(shipmentId === undefined ? {} : { shipment_id: shipmentId }),
    },
    'served',
  );
}

function idOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('id' in body)) return undefined;
  return typeof body.id === 'string' ? body.id : undefined;
}

const DEVICE_KEY = /^Bearer +wbd_/i;

/** One path for merchants' keys and device keys, each with its own checks. */
function eitherKey(merchant: Route, device: Route): Route {
  return {
    ...merchant,
    handler(request, response, context) {
      const isDevice = DEVICE_KEY.test(request.headers.authorization ?? '');
      return (isDevice ? device : merchant).handler(request, response, context);
    },
  };
}

/** Merges both tables: a path in both accepts either key. */
export function eitherKeys(merchants: readonly Route[], devices: readonly Route[]): Route[] {
  const key = ({ method, path }: Route) => `${method} ${path}`;
  const byKey = new Map(devices.map((route) => [key(route), route]));
  const both = merchants.map((route) => {
    const device = byKey.get(key(route));
    byKey.delete(key(route));
    return device === undefined ? route : eitherKey(route, device);
  });
  return [...both, ...byKey.values()];
}
