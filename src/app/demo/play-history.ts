import { EMPTY_SNAPSHOT } from '../../adapters/contract/contract.ts';
import type { Event } from '../../events/event.ts';
import { DEMO_TENANT } from '../../kernel/tenant.ts';
import { placeTimeInZone, wallClockAt } from '../../kernel/time/zoned-time.ts';
import { count } from '../../reactions/analytics/index.ts';
import {
  createExceptions,
  type ExceptionsDeps,
  updateCases,
} from '../../reactions/exceptions/index.ts';
import { type InventedReport, inThePast, recordInvented } from '../../tracking/ports/running.ts';
import { registerShipments } from '../../tracking/ports/shipments.ts';
import type { DemoParcel } from './demo-parcel.ts';

interface PlayDeps {
  readonly exceptions: ExceptionsDeps;
  /** Called between two steps. Returns false to stop playing. */
  readonly mayContinue: () => Promise<boolean>;
}

interface HistoryEntry {
  readonly atMs: number;
  readonly parcel: DemoParcel;
  /** Null: the parcel is registered. */
  readonly scan: DemoParcel['scans'][number] | null;
}

/** The longest time that a step covers. Its parcels are registered when it begins. */
const STEP_MS = 8 * 3_600_000;
/** The maximum number of entries in a step: its shards are then locked for about 50 ms. */
const STEP_MAX = 60;
/** How long the invented carriers take to report a scan. */
const REPORTED_AFTER_MS = 90_000;
/** After this time the shop has settled the case of a damaged parcel, and any other case. */
const SETTLED_AFTER_MS = { damaged: 5 * 86_400_000, others: 12 * 86_400_000 } as const;

/**
 * Records a planned history step by step, with the clock at each step's end: parcels, scans, cases
 * and counts are produced by the production code. Nothing is appended to the log, so that no
 * other consumer ever sees it. False: it was stopped.
 */
export async function playHistory(
  deps: PlayDeps,
  parcels: readonly DemoParcel[],
): Promise<boolean> {
  for (const step of stepsOf(parcels)) {
    if (!(await deps.mayContinue())) return false;
    await playStep(deps, step);
  }
  return true;
}

/** Statuses that open a case or count as an attempt, if they are seen before the next scan. */
const TROUBLE_STATUSES: ReadonlySet<string> = new Set([
  'exception',
  'delivery_attempted',
  'returning',
]);

/**
 * Divides a history into steps. A step ends before the next scan of a parcel in trouble, because
 * that scan would hide the trouble. Pure.
 */
export function stepsOf(parcels: readonly DemoParcel[]): readonly (readonly HistoryEntry[])[] {
  const all = parcels
    .flatMap((parcel): HistoryEntry[] => [
      { atMs: parcel.createdAtMs, parcel, scan: null },
      ...parcel.scans.map((scan) => ({ atMs: scan.atMs, parcel, scan })),
    ])
    .sort((one, other) => one.atMs - other.atMs);
  const steps: HistoryEntry[][] = [];
  let step: HistoryEntry[] = [];
  let troubled = new Set<DemoParcel>();
  for (const entry of all) {
    const { atMs, parcel, scan } = entry;
    const isFull = step.length >= STEP_MAX || atMs - (step[0]?.atMs ?? atMs) > STEP_MS;
    if (steps.length === 0 || isFull || troubled.has(parcel)) {
      step = [];
      troubled = new Set();
      steps.push(step);
    }
    step.push(entry);
    if (scan !== null && TROUBLE_STATUSES.has(scan.status)) troubled.add(parcel);
  }
  return steps;
}

/** Records one step: registers its parcels, then records its scans, cases and counts. */
async function playStep({ exceptions }: PlayDeps, step: readonly HistoryEntry[]): Promise<void> {
  const nowMs = (step.at(-1)?.atMs ?? 0) + REPORTED_AFTER_MS;
  const events: Event[] = [];
  const tracking = inThePast(exceptions.tracking, nowMs, events);
  const past = { ...exceptions, tracking };
  const registered = step.flatMap(({ parcel, scan }) => (scan === null ? [parcel] : []));
  if (registered.length > 0) {
    // Before the first scan, which a parcel cannot have before it is added.
    const before = inThePast(exceptions.tracking, step[0]?.atMs ?? nowMs, events);
    await registerShipments(before, DEMO_TENANT, registered.map(registration));
  }
  await recordInvented(
    tracking,
    DEMO_TENANT,
    step.flatMap(({ parcel, scan }) => (scan === null ? [] : [reportOf(parcel, scan)])),
  );
  await updateCases(past, events);
  await resolveOldCases(past, nowMs);
  await count({ tracking }, events);
}

function registration(parcel: DemoParcel) {
  const { service, trackingNumber, orderId, promisedOn, weightG, tags, recipient } = parcel;
  const { name } = recipient;
  const { zone: _from, ...origin } = parcel.origin;
  const { zone: _to, ...destination } = parcel.destination;
  return {
    carrier: service.carrier,
    trackingNumber,
    orderIds: [orderId],
    serviceLevel: service.name,
    promisedDate: promisedOn,
    weightG,
    tags,
    personal: { recipient, origin, destination: { name, ...destination } },
  };
}

function reportOf(
  { service, trackingNumber }: DemoParcel,
  { atMs, place, codes, expectedOn }: DemoParcel['scans'][number],
): InventedReport {
  const local = wallClockAt(atMs, place.zone) ?? '';
  return {
    carrier: service.carrier,
    receivedAtMs: atMs + REPORTED_AFTER_MS,
    report: {
      trackingNumber,
      aliases: [],
      carrierPieceId: null,
      asOf: null,
      fullHistory: false,
      facts: [
        {
          codes,
          identity: ['demo', ...Object.values(codes), local],
          time: placeTimeInZone(local, 'second', place.zone, 'postal_code'),
          place: {
            city: place.city,
            region: place.region,
            postalCode: place.postal_code,
            country: place.country,
            facility: null,
          },
          text: null,
          piece: null,
          logical: false,
        },
      ],
      snapshot: {
        ...EMPTY_SNAPSHOT,
        estimatedDelivery: expectedOn === null ? null : { date: expectedOn, from: null, to: null },
      },
      links: [],
    },
  };
}

/** Resolves cases after some days, as the shop's staff would: not every case is closed by a scan. */
async function resolveOldCases(past: ExceptionsDeps, nowMs: number): Promise<void> {
  const { list, resolve } = createExceptions(past);
  const filter = { state: 'open' } as const;
  for (const { exceptionCase } of await list(DEMO_TENANT, { filter, after: null, limit: 50 })) {
    const { id, kind, openedAtMs } = exceptionCase;
    const isDamaged = kind === 'damaged';
    const settledAfterMs = SETTLED_AFTER_MS[isDamaged ? 'damaged' : 'others'];
    if (openedAtMs > nowMs - settledAfterMs) continue;
    const how = { outcome: isDamaged ? 'returned' : 'resolved', to: null, note: null } as const;
    await resolve(DEMO_TENANT, id, { actor: 'merchant', apiKeyId: null }, how);
  }
}
