import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { type Answer, writeAnswer } from '../../../http/kit/answer.ts';
import { formSlots } from '../../../http/kit/bodies/form-slots.ts';
import { Aborted, readJsonBody } from '../../../http/kit/bodies/json-body.ts';
import { NO_FORM, type SentForm, withForm } from '../../../http/kit/bodies/multipart-body.ts';
import type { BodyOf, Operation, QueryOf } from '../../../http/kit/operation.ts';
import { createRateLimiter } from '../../../http/kit/rate-limit.ts';
import { resourcesBehind } from '../../../http/kit/resource.ts';
import type { RequestContext, Route } from '../../../http/kit/route.ts';
import { parseBody, parseQuery } from '../../../http/kit/validation.ts';
import { entriesMax } from '../../../kernel/entries-max.ts';
import { Problem } from '../../../kernel/errors.ts';
import { SANDBOX_AGENT } from '../../../kernel/sandbox-agent.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Devices, Driver } from '../../couriers/index.ts';

/** A courier's request after all checks. */
interface DriverCall<O extends Operation> {
  readonly driver: Driver;
  readonly query: QueryOf<O>;
  readonly body: BodyOf<O>;
  /** The submitted form, for operations that take one; otherwise empty. */
  readonly form: SentForm;
  readonly param: (name: string) => string;
  readonly request: IncomingMessage;
  readonly context: RequestContext;
}

/** Rejects invalid and ended device keys, and clients over the rate limit. */
export interface DriverGate {
  /**
   * Returns whom the request's device key belongs to. Throws `Problem` if the key is not valid, or
   * the client is over the rate limit.
   */
  admit(request: IncomingMessage, clientIp: string): Promise<Driver>;
  /** Checks again that an admitted driver still has access. Throws `Problem` otherwise. */
  assertStill(driver: Driver): Promise<void>;
}

/** A phone that was offline for a day sends everything in a few requests. */
const BURST = 300;
const PER_S = 5;
/** Limits made-up keys from one address: each costs a lookup. */
const STRANGE_BURST = 120;
const STRANGE_PER_S = 2;
const KNOWN_MAX = 10_000;
const BEARER = /^Bearer +([^\s]{1,256})$/i;

/** Why a formerly valid key is rejected: the error's code, and a sentence for the courier. */
export function endOfDevice({ why, atMs }: { readonly why: string; readonly atMs: number }) {
  const at = new Date(atMs).toISOString();
  return why === 'replaced'
    ? ({ code: 'device_replaced', reason: { 'requests.deviceReplaced': { at } } } as const)
    : ({ code: 'device_revoked', reason: { 'requests.deviceRevoked': { at } } } as const);
}

export const UNKNOWN_DEVICE = {
  code: 'unauthenticated',
  reason: 'requests.unknownDeviceKey',
} as const;

/** Creates the gate that checks device keys and rate limits of the driver app's requests. */
export function createDriverGate(
  devices: Pick<Devices, 'admit' | 'states'>,
  clock: Clock,
): DriverGate {
  const rates = createRateLimiter({ name: 'devices', burst: BURST, perS: PER_S, clock });
  const unknownKeyLimiter = createRateLimiter({
    name: 'strange devices',
    burst: STRANGE_BURST,
    perS: STRANGE_PER_S,
    clock,
  });
  // Stores only that a key was valid recently. Whether it still is valid is read from the database
  // for each request.
  const known = new LRUCache<string, true>(entriesMax(KNOWN_MAX));
  return {
    async admit(request, clientIp) {
      const offered = BEARER.exec(request.headers.authorization ?? '')?.[1];
      if (offered === undefined) throw new Problem('unauthenticated', NO_KEY, { fix: ENROL });
      const digest = createHash('sha256').update(offered).digest('base64');
      const unknownKeyWaitS = known.has(digest) ? 0 : unknownKeyLimiter.take(clientIp);
      if (unknownKeyWaitS > 0) throw tooMany(unknownKeyWaitS);
      const admitted = await devices.admit(offered);
      if (admitted.kind !== 'driver') {
        known.delete(digest);
        throw refusalOf(admitted);
      }
      known.set(digest, true);
      const waitS = rates.take(admitted.driver.deviceId);
      if (waitS > 0) throw tooMany(waitS);
      return admitted.driver;
    },
    async assertStill({ deviceId }) {
      const state = (await devices.states([deviceId])).get(deviceId) ?? { kind: 'unknown' };
      if (state.kind !== 'active') throw refusalOf(state);
    },
  };
}

const NO_KEY = 'requests.deviceKeyMissing';
const ENROL = 'requests.enrolDeviceWithCode';

function tooMany(retryAfterS: number): Problem {
  return new Problem('rate_limited', 'requests.tooManyDeviceRequests', { retryAfterS });
}

function refusalOf(
  admitted: Exclude<Awaited<ReturnType<Devices['admit']>>, { kind: 'driver' }>,
): Problem {
  if (admitted.kind === 'unknown') {
    return new Problem(UNKNOWN_DEVICE.code, UNKNOWN_DEVICE.reason, { fix: ENROL });
  }
  const { code, reason } = endOfDevice(admitted);
  return new Problem(code, reason);
}

/**
 * Binds an operation of the driver app to its handler. In order: device key, rate limit, body; then
 * the work; then the response.
 */
export function driverRoute<const O extends Operation>(
  gate: DriverGate,
  described: O,
  handle: (call: DriverCall<O>) => Promise<Answer>,
): Route {
  const { method, path, query, body, multipart, id: operationId } = described;
  const isOptional = described.bodyOptional === true;
  const slots = formSlots();
  return {
    method,
    path,
    hot: false,
    async handler(request, response, context) {
      try {
        const driver = await gate.admit(request, context.clientIp);
        // A key may end while a slow body arrives.
        const wasComplete = request.complete;
        const parsedQuery = query ? parseQuery(query, context.query) : undefined;
        const json = body ? await readJsonBody(request, { isOptional }) : null;
        const read = body ? parseBody(body, json?.value) : undefined;
        const answerTo = async (form: SentForm) => {
          if (!wasComplete) await gate.assertStill(driver);
          return handle({
            driver,
            request,
            context,
            form,
            query: parsedQuery as QueryOf<O>,
            body: read as BodyOf<O>,
            param: (name) => context.params[name] ?? '',
          });
        };
        const answer = multipart
          ? await withForm(
              request,
              multipart,
              { slots, owner: driver.deviceId, maySlow: true },
              answerTo,
            )
          : await answerTo(NO_FORM);
        writeAnswer(response, answer);
        const { merchantId, mode } = driver.tenant;
        context.log[isSandboxPhone(request, mode) ? 'debug' : 'info'](
          {
            operation: operationId,
            status: answer.status,
            mode,
            merchant_id: merchantId,
            device_id: driver.deviceId,
          },
          'served',
        );
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        response.destroy();
      }
    },
  };
}

/** A resource of the drivers' app. */
export const deviceResource = resourcesBehind<DriverGate, DriverCall<Operation>>(driverRoute);

/** The log includes every device with real parcels, whatever it says about itself. */
function isSandboxPhone({ headers }: IncomingMessage, mode: Mode): boolean {
  return mode === 'test' && headers['user-agent'] === SANDBOX_AGENT;
}
