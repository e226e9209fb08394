import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type {
  PickupPointsOutcome,
  RedirectOptionsOutcome,
  RedirectOutcome,
  RedirectRequest,
} from '../../adapters/contract/extras.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { openLocalBlobs } from '../../platform/blobs.ts';
import { createLog } from '../../platform/observability/log.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import type { NewShipment } from '../../tracking/ports/shipments.ts';
import { note, pull } from '../../tracking/record/test-pulls.ts';
import { acmeMapping, startAcme } from '../../tracking/test-acme.ts';
import type { TestTracking } from '../../tracking/test-tracking.ts';
import type { ExceptionCase } from './cases/case.ts';
import { casesOfShipment } from './cases/cases.sql.ts';
import type { CarrierAnswer, ExceptionsDeps } from './deps.ts';
import { consumeForCases } from './exceptions.ts';
import { readPolicyFile } from './policy/own-policy.ts';
import type { ExceptionPolicy } from './policy/policy.ts';

/** A carrier whose answers the test defines. It records the requests that it receives. */
export interface TestCarrier {
  points: CarrierAnswer<PickupPointsOutcome>;
  options: CarrierAnswer<RedirectOptionsOutcome>;
  redirected: CarrierAnswer<RedirectOutcome>;
  /** A function that runs while the carrier is being asked. */
  meanwhile: () => Promise<void>;
  readonly requested: RedirectRequest[];
}

export interface TestExceptions {
  readonly hub: TestTracking;
  readonly deps: ExceptionsDeps;
  readonly carrier: TestCarrier;
  readonly tenant: Tenant;
  /** Registers a parcel. Each report is pulled a minute after the previous one. */
  parcel(number: string, more?: Partial<NewShipment>): Promise<TestParcel>;
  /** Resolves when everything in the log is processed. */
  settled(): Promise<void>;
  /** The number of log entries that are not processed yet. */
  lag(): Promise<number>;
  close(): Promise<void>;
}

export interface TestParcel {
  readonly id: string;
  readonly number: string;
  /**
   * Sets everything that the carrier reports about the parcel from now on, as lines such as `DMG
   * 2026-03-10T09:00`.
   */
  tell(...lines: readonly string[]): Promise<void>;
  /** Pushes reports with a secret header only, so that they are unconfirmed. */
  rumour(...lines: readonly string[]): Promise<void>;
  timer(kind: 'stalled'): Promise<void>;
  cases(): Promise<ExceptionCase[]>;
  status(): Promise<string>;
  /**
   * The log entries about cases: the type, such as `exception_opened`, and the case in the entry.
   */
  logged(): Promise<{ type: string; case: Record<string, unknown> }[]>;
}

const NOT_OFFERED = { outcome: 'not_offered' } as const;

/** The test carrier's own codes besides the usual ones. */
const MAPPING = acmeMapping({
  ATT: 'status: delivery_attempted, reason: recipient_unavailable',
  BADADDR: 'status: exception, reason: address_not_found',
  DMG: 'status: exception, reason: damaged',
  LOST: 'status: exception, reason: lost',
  CUST: 'status: exception, reason: customs_hold',
  DOCS: 'status: exception, reason: missing_documents',
  WEATHER: 'status: exception, reason: weather_delay',
  EXC: 'status: exception',
  HOLD: 'status: exception, reason: held',
  RTS: 'status: returning',
  BACK: 'status: returned_to_sender',
  PICKUP: 'status: available_for_pickup',
  MOVE: 'status: in_transit',
});

export async function startTestExceptions(
  policy: Partial<ExceptionPolicy> = {},
): Promise<TestExceptions> {
  const hub = await startAcme({}, () => MAPPING);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-exceptions-'));
  const carrier: TestCarrier = {
    points: NOT_OFFERED,
    options: NOT_OFFERED,
    redirected: NOT_OFFERED,
    meanwhile: async () => {},
    requested: [],
  };
  const shipped = await readPolicyFile(`${PROJECT_ROOT}config/exception-policy.yaml`);
  const deps: ExceptionsDeps = {
    tracking: hub.deps,
    policy: { ...shipped, ...policy },
    carriers: {
      pickupPoints: async () => carrier.points,
      redirectOptions: async () => carrier.options,
      redirect: async (_tenant, _name, request) => {
        carrier.requested.push(request);
        await carrier.meanwhile();
        return carrier.redirected;
      },
    },
    blobs: openLocalBlobs(folder),
    log: createLog({ level: 'silent' }),
  };
  const consumer = consumeForCases({ ...deps, listener: { on: () => () => {} } });
  await consumer.idle();
  return {
    hub,
    deps,
    carrier,
    tenant: hub.tenant,
    async parcel(number, more = {}) {
      const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: number, ...more });
      return parcelOf(hub, number, shipment.id, () => consumer.idle());
    },
    settled: () => consumer.idle(),
    lag: () => consumer.lag(),
    async close() {
      await consumer.stop();
      await hub.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function parcelOf(
  hub: TestTracking,
  number: string,
  id: string,
  settled: () => Promise<void>,
): TestParcel {
  const eventsOf = (lines: readonly string[]) =>
    lines.map((line) => {
      const [code = '', at = ''] = line.split(' ');
      return { code, at: `${at}:00`, city: 'Springfield' };
    });
  return {
    id,
    number,
    async tell(...lines) {
      await pull(hub, { number, events: eventsOf(lines) });
      await settled();
    },
    async rumour(...lines) {
      hub.clock.advance(60_000);
      const body = Buffer.from(JSON.stringify([{ number, events: eventsOf(lines) }]));
      await hub.receive({ carrier: 'acme', trust: 'secret', body });
      await settled();
    },
    async timer(kind) {
      const { rows } = await hub.db.pipeline.query<{ sequence: number }>(
        'select sequence from shipments where id = $1',
        [id],
      );
      const sequence = rows[0]?.sequence ?? 0;
      await note(hub, { note: kind, shipmentId: id, trackingNumber: number, sequence });
      await settled();
    },
    cases: () => casesOfShipment(hub.db.pipeline, id),
    async status() {
      const { rows } = await hub.db.pipeline.query<{ status: string }>(
        'select status from shipments where id = $1',
        [id],
      );
      return rows[0]?.status ?? 'none';
    },
    async logged() {
      const { rows } = await hub.db.pipeline.query<{ type: string; data: { case: object } }>(
        `select type, data from event_log
         where subject_id = $1 and type like 'shipment.exception%' order by sequence`,
        [id],
      );
      return rows.map(({ type, data }) => ({
        type: type.replace('shipment.', ''),
        case: data.case as Record<string, unknown>,
      }));
    },
  };
}
