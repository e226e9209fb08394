import type { ErrorText } from '../../kernel/errors.ts';
import type { LatLng } from '../../kernel/places/distance.ts';
import type { ProofKind } from '../../kernel/proof-kinds.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { together } from '../../platform/database/database.ts';
import {
  type DrawParcel,
  registerAllMinted,
  type Shipment,
} from '../../tracking/ports/shipments.ts';
import { type PackageSize, straightMS, timesOf } from '../dispatch/index.ts';
import { type FoundAddress, findAddress, type GivenPlace, sealDetails } from './addresses.ts';
import { togetherByTenant } from './couriers-at-work.ts';
import type { DeliveriesDeps } from './deps.ts';
import { insertDeliveries, type NewDeliveryRow, wakeMatcher } from './store/deliveries.sql.ts';
import { insertSteps } from './store/offers.sql.ts';

/** A time window, epoch ms; null: any time. */
interface Window {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** A delivery that a merchant requests. */
export interface WantedDelivery {
  readonly origin: GivenPlace;
  readonly destination: GivenPlace;
  readonly packageSize: PackageSize;
  readonly weightG: number | null;
  readonly recipient: Readonly<Record<string, unknown>>;
  readonly readyMs: number | null;
  readonly pickup: Window;
  readonly delivery: Window;
  readonly notes: string | null;
  readonly requireProof: readonly ProofKind[];
  readonly orderIds: readonly string[];
}

type CreateOutcome =
  | {
      readonly kind: 'created';
      readonly shipment: Shipment;
      readonly pickupMs: number;
      readonly arrivalMs: number;
    }
  /** No coordinates were found for an address. */
  | {
      readonly kind: 'unknown_address';
      readonly which: 'origin' | 'destination';
      readonly reason: ErrorText;
      readonly fix: ErrorText;
    };

/** How long before the pickup time offers begin. */
export const AHEAD_MS = 20 * 60_000;
/** The assumed time for finding a courier and the way to the pickup, while no courier is known. */
const APPROACH_MS = 12 * 60_000;

/**
 * Registers a delivery as a shipment of own couriers with a number of its own, and starts the
 * search for a courier, in one transaction.
 */
export async function createDelivery(
  deps: DeliveriesDeps,
  tenant: Tenant,
  wanted: WantedDelivery,
): Promise<CreateOutcome> {
  const origin = await findAddress(deps, wanted.origin);
  if (origin.kind === 'unknown') return refused('origin', origin);
  const destination = await findAddress(deps, wanted.destination);
  if (destination.kind === 'unknown') return refused('destination', destination);
  const nowMs = deps.clock.nowMs();
  const readyMs = Math.max(wanted.readyMs ?? nowMs, wanted.pickup.fromMs ?? 0);
  const times = firstEstimate(origin.place, destination.place, { nowMs, readyMs });
  const located = { origin: origin.place, destination: destination.place };
  const request: DeliveryRequest = {
    draw: () => ({
      carrier: deps.ownCarrier,
      trackingNumber: deps.mint(),
      weightG: wanted.weightG,
      requireProof: wanted.requireProof,
      orderIds: wanted.orderIds,
      personal: {
        recipient: wanted.recipient,
        origin: origin.party,
        destination: destination.party,
      },
    }),
    rowOf: (id) => ({
      shipmentId: id,
      details: sealDetails(deps.keyring, id, { ...located, notes: wanted.notes }),
      packageSize: wanted.packageSize,
      weightG: wanted.weightG,
      nowMs,
      readyMs,
      pickup: wanted.pickup,
      delivery: wanted.delivery,
      pickupAtMs: times.pickupMs,
      arrivalAtMs: times.arrivalMs,
      nextPassAtMs: Math.max(nowMs, readyMs - AHEAD_MS),
    }),
  };
  const shipment = await registerTogether(deps, tenant, request);
  return { kind: 'created', shipment, ...times };
}

/** A request to create a delivery, with any free number. */
interface DeliveryRequest {
  readonly draw: DrawParcel;
  readonly rowOf: (shipmentId: string) => NewDeliveryRow;
}

/** Creates deliveries. Concurrent requests of a merchant share one transaction. */
const registerTogether = togetherByTenant<DeliveryRequest, Shipment>((deps, tenant, request) => {
  const draws = request.map(({ draw }) => draw);
  return registerAllMinted(deps.tracking, tenant, draws, async (tx, made) => {
    const rows = [...made].flatMap(([index, { id }]) => request[index]?.rowOf(id) ?? []);
    const steps = rows.map(({ shipmentId, nowMs }) => ({
      shipmentId,
      atMs: nowMs,
      what: 'wanted',
      courierId: null,
      detail: {},
    }));
    // Pipelined: sent together, run one after the other.
    await together([
      insertDeliveries(tx, tenant, rows),
      insertSteps(tx, tenant, steps),
      wakeMatcher(tx),
    ]);
  });
});

function refused(
  which: 'origin' | 'destination',
  { reason, fix }: Extract<FoundAddress, { kind: 'unknown' }>,
): CreateOutcome {
  return { kind: 'unknown_address', which, reason, fix };
}

/** Estimates pickup and arrival before a courier is found; assumes a bicycle. */
function firstEstimate(
  origin: LatLng,
  destination: LatLng,
  { nowMs, readyMs }: { readonly nowMs: number; readonly readyMs: number },
) {
  const from = { ...origin, lat: origin.lat + approachDegrees() };
  return timesOf({ origin, destination, readyMs }, { from, leavesMs: nowMs, by: 'bike' });
}

const METRES_PER_DEGREE = 111_195;

/** How many degrees of latitude a bicycle rides in the assumed approach time. */
function approachDegrees(): number {
  return ((APPROACH_MS / 1000) * straightMS('bike')) / METRES_PER_DEGREE;
}
