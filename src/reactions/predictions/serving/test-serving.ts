import { definedOnly } from '../../../kernel/defined-only.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import {
  type Learner,
  openTerms,
  readPredictionPolicy,
  type WeatherSeverity,
} from '../../../prediction/index.ts';
import type { NewShipment } from '../../../tracking/ports/shipments.ts';
import {
  acmeMapping,
  body,
  publicTrackOf,
  startAcme,
  type TestReport,
} from '../../../tracking/test-acme.ts';
import type { TestTracking } from '../../../tracking/test-tracking.ts';
import { startPredicting } from './consume-log.ts';

/** An entry of the log as it is stored. */
export interface LogRow {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previous_attributes: Readonly<Record<string, unknown>>;
}

/** Tracking with one carrier whose parcels are predicted, and a clock that does not move. */
export interface TestServing {
  readonly hub: TestTracking;
  /** The active model, which a test may set; null: none. */
  model: { readonly version: number; readonly learner: Learner } | null;
  /** Registers a parcel; returns its id. */
  parcel(number: string, more?: Partial<NewShipment>): Promise<string>;
  /** Adds a report of the carrier, and waits until the dates are computed. */
  tell(number: string, reported: Omit<TestReport, 'number'>): Promise<void>;
  idle(): Promise<void>;
  /** Advances the clock, and computes the dates that are due by then. */
  passTo(at: string): Promise<void>;
  track(number: string): Promise<Record<string, unknown> | null>;
  /** The log entries about a parcel, oldest first. */
  logged(id: string): Promise<LogRow[]>;
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const MAPPING = acmeMapping({
  MOVE: 'status: in_transit',
  WEATHER: 'status: exception, reason: weather_delay',
  PICKUP: 'status: available_for_pickup',
  LOST: 'status: exception, reason: lost',
  BACK: 'status: returned_to_sender',
});

export async function startTestServing(weather?: WeatherSeverity): Promise<TestServing> {
  const hub = await startAcme({ announcesDatesSeparately: true }, () => MAPPING);
  const policy = await readPredictionPolicy(`${PROJECT_ROOT}config/prediction.yaml`);
  const predicting = startPredicting({
    tracking: hub.deps,
    terms: openTerms(policy),
    model: { current: () => test.model },
    randomBytes: systemRandom,
    ...definedOnly({ weather }),
    listener: { on: () => () => {} },
    log: createLog({ level: 'silent' }),
  });
  const test: TestServing = {
    hub,
    model: null,
    async parcel(trackingNumber, more) {
      const { shipment } = await hub.register({ carrier: 'acme', trackingNumber, ...more });
      await predicting.idle();
      return shipment.id;
    },
    async tell(number, reported) {
      hub.clock.advance(1_000);
      await hub.receive({ carrier: 'acme', body: body({ number, ...reported }) });
      await predicting.idle();
    },
    idle: () => predicting.idle(),
    async passTo(at) {
      hub.clock.advance(Date.parse(at) - hub.clock.nowMs());
      await predicting.passDue();
    },
    track: (number) => publicTrackOf(hub, number),
    async logged(id) {
      return test.rows(
        'select type, data, previous_attributes from event_log where subject_id = $1 order by sequence',
        [id],
      );
    },
    async rows<Row extends object>(sql: string, values: readonly unknown[] = []) {
      const { rows } = await hub.db.pipeline.query<Row>(sql, [...values]);
      return rows;
    },
    async close() {
      await predicting.stop();
      await hub.close();
    },
  };
  return test;
}
