import { carriersCalled, type Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { uuidV4 } from '../../../kernel/ids.ts';
import { isTerminal } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import {
  ARCHIVED_TAG,
  externalIdsOf,
  insertExternalId,
  type NewShipment,
  patchShipment,
  registerShipments,
  type Shipment,
} from '../../../tracking/ports/shipments.ts';
import type { CreateShipment } from '../../api/shipments/input-schema.ts';
import { newShipment } from '../../api/shipments/new-shipment.ts';
import type { FoundTracker, TrackerDeps } from './present.ts';
import { REQUESTED_CARRIER } from './tracker.ts';
import { EASYPOST_SERVICE, isCurrent, type TrackerId, trackerIdsOf } from './tracker-ids.ts';

/** The request for a tracker. */
export interface WantedTracker {
  readonly tracking_code: string;
  readonly carrier?: string | null | undefined;
}

/** The carrier of test numbers. */
const TEST_CARRIER = 'sandbox';
/** EasyPost's test numbers, and those that users invent. */
const TEST_CODE = /^\s*EZ\d/i;

/**
 * Registers a number as `POST /v1/shipments` does. The same number gets the same tracker for three
 * months, unless it is deleted; after that, a new one: of a new tracking instance if the last has
 * ended, otherwise of the same shipment. Throws `Problem` when the carrier is unknown.
 */
export async function createTracker(
  deps: TrackerDeps,
  tenant: Tenant,
  wanted: WantedTracker,
): Promise<FoundTracker> {
  const shipment = shipmentFor(deps, tenant, wanted);
  const found = await register(deps, tenant, shipment);
  const { id, shipment: registered } =
    found.id === null ? await register(deps, tenant, { ...shipment, isReused: true }) : found;
  if (id === null) throw new Error('a registration had no tracker');
  return { id, shipment: withRequestedCarrier(registered, shipment) };
}

interface Registered {
  /** Null: the number needs a new instance, because the last one has ended. */
  readonly id: TrackerId | null;
  readonly shipment: Shipment;
}

async function register(
  { tracking }: TrackerDeps,
  tenant: Tenant,
  wanted: NewShipment,
): Promise<Registered> {
  const nowMs = tracking.clock.nowMs();
  const decided: { id: TrackerId | null; isDeleted: boolean } = { id: null, isDeleted: false };
  // Under the lock of the number, so that two requests at once get the same tracker.
  const alongside = async (
    tx: Queryable,
    [first]: readonly { readonly created: boolean; readonly shipment: Shipment }[],
  ) => {
    if (first === undefined) return;
    const { created, shipment } = first;
    const { id: shipmentId } = shipment;
    const stored = created ? [] : await externalIdsOf(tx, EASYPOST_SERVICE, [shipmentId]);
    const [newest] = trackerIdsOf(shipment, stored);
    decided.isDeleted = newest === undefined;
    if (newest !== undefined && (created || isCurrent(newest, nowMs))) {
      decided.id = newest;
    } else if (!needsInstance(shipment, wanted)) {
      const uuid = uuidV4(tracking.randomBytes(16));
      const externalId = wireId('tracker', uuid);
      const row = { service: EASYPOST_SERVICE, externalId, shipmentId };
      await insertExternalId(tx, tenant, row, nowMs);
      decided.id = { uuid, shipmentId, createdAtMs: nowMs };
    }
  };
  const [registered] = await registerShipments(tracking, tenant, [wanted], { alongside });
  if (registered === undefined) throw new Error('a registration had no outcome');
  const { shipment } = registered;
  const { id, isDeleted } = decided;
  if (!isDeleted || id === null || !shipment.tags.includes(ARCHIVED_TAG)) return { id, shipment };
  const changed = await patchShipment(tracking, tenant, shipment.id, ({ tags }) => ({
    tags: tags.filter((tag) => tag !== ARCHIVED_TAG),
  }));
  return { id, shipment: changed ?? shipment };
}

/** Whether the number has to begin again; the sandbox would never report on such an instance. */
function needsInstance({ state, carrier }: Shipment, { isReused }: NewShipment): boolean {
  return isTerminal(state.status) && isReused !== true && carrier !== TEST_CARRIER;
}

/**
 * Returns the registration of a number. Throws `Problem` when the carrier is unknown.
 *
 * @param more further members, as `POST /v1/shipments` has them.
 */
export function shipmentFor(
  { registry, vocabulary }: Pick<TrackerDeps, 'registry' | 'vocabulary'>,
  { mode }: Pick<Tenant, 'mode'>,
  { tracking_code: number, carrier: name }: WantedTracker,
  more: CreateShipment = {},
): NewShipment {
  if (mode === 'test' && TEST_CODE.test(number)) {
    const test = { ...more, tracking_number: number, carrier: TEST_CARRIER };
    const named = newNamed(registry, test);
    const isOwnName = !name || vocabulary.carriersNamed(name).includes(TEST_CARRIER);
    return isOwnName ? named : { ...named, metadata: { [REQUESTED_CARRIER]: name } };
  }
  const carriers = name ? carriersNamed({ registry, vocabulary }, name) : [];
  const carrier = carriers[0] ?? name ?? null;
  return newNamed(registry, { ...more, tracking_number: number, carrier });
}

/** Returns our names of a carrier that has EasyPost's name, or is otherwise called so. */
export function carriersNamed(
  { registry, vocabulary }: Pick<TrackerDeps, 'registry' | 'vocabulary'>,
  name: string,
): readonly string[] {
  const known = vocabulary.carriersNamed(name).filter((carrier) => carrier !== TEST_CARRIER);
  if (known.length > 0) return known;
  return carriersCalled(registry, name);
}

/** Where a request has the members that errors about a shipment name. */
const POINTERS: Readonly<Record<string, string>> = {
  '/tracking_number': '/tracker/tracking_code',
  '/carrier': '/tracker/carrier',
};

function newNamed(registry: Registry, wanted: Parameters<typeof newShipment>[1]): NewShipment {
  try {
    return newShipment(registry, wanted);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, detail, extra } = error;
    const errors = error.errors.map((item) => ({
      ...item,
      pointer: POINTERS[item.pointer] ?? item.pointer,
    }));
    throw new Problem(code, detail, { errors, extra });
  }
}

/** An earlier request may have named another carrier; each is answered with its own. */
function withRequestedCarrier(shipment: Shipment, { metadata }: NewShipment): Shipment {
  return metadata === undefined
    ? shipment
    : { ...shipment, metadata: { ...shipment.metadata, ...metadata } };
}
