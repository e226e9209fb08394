import type { IncomingMessage, ServerResponse } from 'node:http';
import { SENT_AT_HEADER } from '../../../http/api/scans/schema.ts';
import { Aborted, parseJsonBytes, readJsonBytes } from '../../../http/kit/bodies/json-body.ts';
import { type MerchantApi, merchantRoute } from '../../../http/kit/merchant-route.ts';
import type { Operation } from '../../../http/kit/operation.ts';
import type { RequestContext, Route } from '../../../http/kit/route.ts';
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
import { courierUuid, noSuchCourier } from '../couriers/routes.ts';
import { createDriverGate } from '../driver/driver-route.ts';
import {
  getCourierPositionOperation,
  sendCourierPositionsOperation,
  sendDriverPositionsOperation,
  sendPositionsOperation,
} from './operations.ts';
import { placeJson } from './place-json.ts';
import { createPositionGate, type PositionGate, tooMany } from './position-gate.ts';
import { assertAnyAccepted, resultsJson } from './results-json.ts';
import { positionBatch } from './schema.ts';
import { courierTrail } from './trail-route.ts';

export interface PositionRoutesDeps {
  readonly positions: Positions;
  readonly couriers: Pick<Couriers, 'find'>;
  readonly devices: Pick<Devices, 'admit' | 'states'>;
  readonly keys: ApiKeysDeps;
  readonly clock: Clock;
}

const RETRY_AFTER_S = 2;
const SENT_AT = SENT_AT_HEADER.toLowerCase();

/** Receives positions, and returns a courier's place. */
export function positionRoutes(api: MerchantApi, deps: PositionRoutesDeps): readonly Route[] {
  const { positions, couriers, clock } = deps;
  const gate = createPositionGate(deps.keys);
  const drivers = createDriverGate(deps.devices, clock);
  const at = (request: IncomingMessage) => offsetOf(request, clock.nowMs());
  return [
    hotRoute(sendPositionsOperation, async (request, response, context) => {
      const key = await gate.admit(request, context.clientIp);
      const bytes = await readJsonBytes(request);
      const tenant = { merchantId: key.merchantId, mode: key.mode };
      const sender = { tenant, courierId: null, clockOffsetMs: at(request) };
      await answer(positions, { sender, bytes, charge: charging(gate, key) }, response, context);
    }),
    hotRoute(sendCourierPositionsOperation, async (request, response, context) => {
      const key = await gate.admit(request, context.clientIp);
      const bytes = await readJsonBytes(request);
      const tenant = { merchantId: key.merchantId, mode: key.mode };
      const courierId = context.params['id'] ?? '';
      const sender = { tenant, courierId, clockOffsetMs: at(request) };
      const mayTake = async () => {
        if (!(await positions.isOwn(tenant, courierId))) throw noSuchCourier();
      };
      const sent = { sender, bytes, charge: charging(gate, key), mayTake };
      await answer(positions, sent, response, context);
    }),
    hotRoute(sendDriverPositionsOperation, async (request, response, context) => {
      const driver = await drivers.admit(request, context.clientIp);
      // Hot path: check again only if the key may have been revoked while the body arrived.
      const wasHere = request.complete;
      const bytes = await readJsonBytes(request);
      if (!wasHere) await drivers.assertStill(driver);
      const courierId = wireId('courier', driver.courierId);
      const sender = { tenant: driver.tenant, courierId, clockOffsetMs: at(request) };
      await answer(positions, { sender, bytes, charge: () => [] }, response, context);
    }),
    ...courierTrail.routes(api, deps),
    merchantRoute(api, getCourierPositionOperation, async ({ tenant, param }) => {
      const courier = await couriers.find(tenant, courierUuid(param('id')));
      if (courier === null) throw noSuchCourier();
      const place = courier.onShift ? await placeOf(positions, tenant, courier.id) : undefined;
      if (place !== undefined) return { status: 200, body: placeJson(place, courier.device) };
      throw new Problem('not_found', 'positions.noKnownPosition', {
        fix: 'positions.awaitFirstShiftPosition',
      });
    }),
  ];
}

type HotHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => Promise<void>;

function hotRoute({ method, path }: Operation, handle: HotHandler): Route {
  return {
    method,
    path,
    hot: true,
    async handler(request, response, context) {
      try {
        await handle(request, response, context);
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        response.destroy();
      }
    },
  };
}

/** A received batch. */
interface Sent {
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
  readonly mayTake?: () => Promise<void>;
}

function rowsOf(bytes: Uint8Array): readonly unknown[] {
  const value = parseJsonBytes(bytes);
  // Checks only the batch as a whole; positions are parsed one by one.
  const isBatch = Array.isArray(value) && value.length > 0 && value.length <= POSITIONS_MAX;
  return isBatch ? value : parseBody(positionBatch, value);
}

/** Charges a key and returns its rate-limit headers. */
function charging(gate: PositionGate, key: Parameters<PositionGate['charge']>[0]): Sent['charge'] {
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

async function answer(
  positions: Positions,
  sent: Sent,
  response: ServerResponse,
  context: RequestContext,
): Promise<void> {
  let headers: readonly string[] = [];
  const charge = (many: number) => {
    headers = sent.charge(many);
  };
  let results = positions.intake.takePlain(sent.sender, sent.bytes, charge);
  if (results === null) {
    const rows = rowsOf(sent.bytes);
    charge(rows.length);
    await sent.mayTake?.();
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
