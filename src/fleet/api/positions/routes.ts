import type { IncomingMessage, ServerResponse } from 'node:http';
import { SENT_AT_HEADER } from '../../../http/api/scans/schema.ts';
import { parseJsonBytes, readJsonBytes } from '../../../http/kit/bodies/json-body.ts';
import { type RawCall, rawResource, resource } from '../../../http/kit/resource.ts';
import type { RequestContext } from '../../../http/kit/route.ts';
import { parseBody } from '../../../http/kit/validation.ts';
import { clockOffsetMs } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { ApiKeysDeps } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Couriers, Devices } from '../../couriers/index.ts';
import {
  type CourierPlace,
  POSITIONS_MAX,
  type PositionSender,
  type Positions,
} from '../../positions/index.ts';
import { noSuchCourier } from '../couriers/routes.ts';
import { createDriverGate } from '../driver/driver-route.ts';
import { placeJson } from './place-json.ts';
import { createPositionGate, type PositionGate, tooMany } from './position-gate.ts';
import { assertAnyAccepted, resultsJson } from './results-json.ts';
import {
  courierPosition as courierPlace,
  courierPositionBatch,
  positionBatch,
  positionResults,
} from './schema.ts';

interface PositionRoutesDeps {
  readonly positions: Positions;
  readonly couriers: Pick<Couriers, 'find'>;
  readonly devices: Pick<Devices, 'admit' | 'states'>;
  readonly keys: ApiKeysDeps;
  readonly clock: Clock;
}

const RETRY_AFTER_S = 2;
const SENT_AT = SENT_AT_HEADER.toLowerCase();

const COMMON = {
  method: 'POST',
  hot: true,
  repeatable: true,
  headers: {
    [SENT_AT_HEADER]:
      "The device's own time at sending, ISO 8601 with an offset. If its clock is wrong, the times of the positions are corrected by as much.",
  },
  answers: { 202: { description: 'A result for each position.', schema: positionResults } },
} as const;

const RULES =
  'Oldest first. Accepted positions are in memory when the answer leaves, and in the trail within a second. Positions of couriers who are off shift are refused and stored nowhere; so are times more than 60 s ahead. 422 means that all were refused.';

const EXAMPLE = {
  ts: '2026-03-10T11:59:50Z',
  lat: 53.5511,
  lng: 9.9937,
  accuracy_m: 8,
};

/** Positions sent by merchants. */
export const positions = rawResource(
  { noun: 'courier', tag: 'Couriers', ids: 'courier' },
  {
    send: {
      ...COMMON,
      id: 'sendPositions',
      path: '/positions',
      summary: `Send up to ${POSITIONS_MAX} positions of several couriers`,
      description: RULES,
      scope: 'positions:write',
      body: courierPositionBatch,
      example: [{ courier_id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80', ...EXAMPLE }],
    },
    sendOfCourier: {
      ...COMMON,
      id: 'sendCourierPositions',
      path: '/couriers/:id/positions',
      summary: `Send up to ${POSITIONS_MAX} positions of one courier`,
      description: RULES,
      scope: 'positions:write',
      body: positionBatch,
      example: [EXAMPLE],
    },
  },
  ({ positions, keys, clock }: Pick<PositionRoutesDeps, 'positions' | 'keys' | 'clock'>) => {
    const gate = createPositionGate(keys);
    const take = async ({ request, response, context }: RawCall, courierId: string | null) => {
      const key = await gate.admit(request, context.clientIp);
      const bytes = await readJsonBytes(request);
      const tenant = { merchantId: key.merchantId, mode: key.mode };
      const sender = { tenant, courierId, clockOffsetMs: offsetOf(request, clock.nowMs()) };
      const assertMayTake = async () => {
        if (courierId !== null && !(await positions.isOwn(tenant, courierId)))
          throw noSuchCourier();
      };
      const sent = { sender, bytes, charge: chargeOnce(gate, key), assertMayTake };
      await storeAndAnswer(positions, sent, response, context);
    };
    return {
      send: (call) => take(call, null),
      sendOfCourier: (call) => take(call, call.param('id')),
    };
  },
);

/** Positions sent by a courier's phone. */
export const driverPositions = rawResource(
  { noun: 'courier', tag: "Drivers' app" },
  {
    send: {
      ...COMMON,
      id: 'sendDriverPositions',
      path: '/driver/positions',
      summary: `Send up to ${POSITIONS_MAX} positions of this courier`,
      description: RULES,
      device: true,
      body: positionBatch,
      example: [EXAMPLE],
    },
  },
  ({ positions, devices, clock }: Pick<PositionRoutesDeps, 'positions' | 'devices' | 'clock'>) => {
    const gate = createDriverGate(devices, clock);
    return {
      async send({ request, response, context }) {
        const driver = await gate.admit(request, context.clientIp);
        // Hot path: check again only if the key may have been revoked while the body arrived.
        const wasComplete = request.complete;
        const bytes = await readJsonBytes(request);
        if (!wasComplete) await gate.assertStill(driver);
        const courierId = wireId('courier', driver.courierId);
        const clockOffsetMs = offsetOf(request, clock.nowMs());
        const sender = { tenant: driver.tenant, courierId, clockOffsetMs };
        await storeAndAnswer(positions, { sender, bytes, charge: () => [] }, response, context);
      },
    };
  },
);

/** A courier's position. */
export const courierPosition = resource(
  { noun: 'courier', tag: 'Couriers', ids: 'courier' },
  {
    get: {
      id: 'getCourierPosition',
      method: 'GET',
      path: '/couriers/:id/position',
      summary: "Get a courier's position",
      description:
        'The newest position that can be believed. 404 if there is none: the courier is off shift, or nothing has come yet.',
      scope: 'couriers:read',
      answers: { 200: { description: 'The place.', schema: courierPlace } },
    },
  },
  ({ positions, couriers }: Pick<PositionRoutesDeps, 'positions' | 'couriers'>) => ({
    get: async ({ tenant, id, found }) => {
      const courier = found(await couriers.find(tenant, id));
      const place = courier.onShift ? await placeOf(positions, tenant, courier.id) : undefined;
      if (place !== undefined) return { status: 200, body: placeJson(place, courier.device) };
      throw new Problem('not_found', 'positions.noKnownPosition', {
        fix: 'positions.awaitFirstShiftPosition',
      });
    },
  }),
);

/** A received batch. */
interface ReceivedBatch {
  readonly sender: PositionSender;
  readonly bytes: Buffer;
  /**
   * Charges for this many positions, once even if called again; returns the rate-limit headers.
   * Throws `Problem`.
   */
  readonly charge: (positions: number) => readonly string[];
  /**
   * Throws `Problem` for an unknown courier; set when the courier is not known to exist already.
   */
  readonly assertMayTake?: () => Promise<void>;
}

function rowsOf(bytes: Uint8Array): readonly unknown[] {
  const value = parseJsonBytes(bytes);
  // Checks only the batch as a whole; positions are parsed one by one.
  const isBatch = Array.isArray(value) && value.length > 0 && value.length <= POSITIONS_MAX;
  return isBatch ? value : parseBody(positionBatch, value);
}

/** Charges a key and returns its rate-limit headers. */
function chargeOnce(
  gate: PositionGate,
  key: Parameters<PositionGate['charge']>[0],
): ReceivedBatch['charge'] {
  let headers: readonly string[] | null = null;
  return (positions) => {
    if (headers !== null) return headers;
    const waitS = gate.charge(key, positions);
    if (waitS > 0) throw tooMany('positions.tooManyKeyPositions', waitS);
    const { remaining, resetS } = gate.left(key);
    headers = [
      ...['ratelimit-limit', String(gate.burst)],
      ...['ratelimit-remaining', String(remaining)],
      ...['ratelimit-reset', String(resetS)],
    ];
    return headers;
  };
}

/** Stores a batch, by the fast path if possible, and writes the response. Throws `Problem`. */
async function storeAndAnswer(
  positions: Positions,
  sent: ReceivedBatch,
  response: ServerResponse,
  context: RequestContext,
): Promise<void> {
  let headers: readonly string[] = [];
  const charge = (count: number) => {
    headers = sent.charge(count);
  };
  let results = positions.intake.takePlain(sent.sender, sent.bytes, charge);
  if (results === null) {
    const rows = rowsOf(sent.bytes);
    charge(rows.length);
    await sent.assertMayTake?.();
    results = await acceptPositions(positions, sent.sender, rows, context);
  }
  if (results === null) {
    throw new Problem('overloaded', 'positions.positionsNotAccepted', {
      retryAfterS: RETRY_AFTER_S,
    });
  }
  assertAnyAccepted(results);
  const text = resultsJson(results);
  // As a list: with an object, node would merge each member with the common headers.
  response.writeHead(202, [
    ...headers,
    ...['cache-control', 'no-store'],
    ...['content-type', 'application/json; charset=utf-8'],
    ...['content-length', String(Buffer.byteLength(text))],
  ]);
  response.end(text);
}

async function placeOf(
  { places }: Pick<Positions, 'places'>,
  tenant: Tenant,
  courierId: string,
): Promise<CourierPlace | undefined> {
  const found = await places.find(tenant, [courierId]).catch(() => null);
  if (found !== null) return found.get(courierId);
  throw new Problem('overloaded', 'couriers.placeSearchUnavailable', {
    retryAfterS: RETRY_AFTER_S,
  });
}

/**
 * Stores positions. If they cannot be checked or stored now, the client is asked to send them
 * again.
 */
async function acceptPositions(
  positions: Positions,
  sender: PositionSender,
  rows: readonly unknown[],
  context: RequestContext,
) {
  try {
    return await positions.intake.take(sender, rows);
  } catch (err) {
    context.log.warn({ err }, 'positions could not be taken and were refused with 503');
    return null;
  }
}

/**
 * How far the device's clock is ahead, in ms, or null if it sent no readable time: a wrong clock
 * must not block its positions.
 */
function offsetOf(request: IncomingMessage, nowMs: number): number | null {
  const sentAt = request.headers[SENT_AT];
  return sentAt === undefined ? null : clockOffsetMs(String(sentAt), nowMs);
}
