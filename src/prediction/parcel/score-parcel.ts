import { zonesOfPlace } from '../../kernel/places/zones-of-place.ts';
import { isStatus } from '../../kernel/status.ts';
import { isLocalDate } from '../calendar/local-date.ts';
import type { Prediction } from '../chain/prediction.ts';
import type { Learner } from '../model/learner.ts';
import {
  localDay,
  type Moment,
  type ParcelPlace,
  type ParcelStop,
  usableStops,
} from '../sample/parcel.ts';

import type { PredictionTerms } from '../terms.ts';
import { NO_WARNING } from '../warning/decide.ts';
import { type Stop, wallAt } from './due-at.ts';
import { NOTHING, predictParcel } from './predict-parcel.ts';

/** A parcel whose date is requested, with the columns of a file. */
export interface ScoredParcel {
  readonly id: string;
  readonly carrier: string;
  readonly serviceLevel: string | null;
  /** The sender's key, as `pooledSender` formats it. */
  readonly sender: string;
  readonly origin: ParcelPlace;
  readonly destination: ParcelPlace;
  readonly weightG: number | null;
  /** In the writer's local time; the place's own is used if it is known. */
  readonly labelAt: Moment | null;
  readonly handedOverAt: Moment;
  /** A day at the destination. */
  readonly promised: string | null;
  /** Later scans; impossible ones are skipped (`usableStops`). */
  readonly stops: readonly ParcelStop[];
}

interface ScoreTerms extends PredictionTerms {
  /** Null while no model is active. */
  readonly learner: Learner | null;
  readonly nowMs: number;
}

/**
 * The date of a parcel that was handed over, from its data and scans: the model's, or by the rule.
 * A later acceptance is predicted as of then. Pure.
 */
export function scoreParcel(terms: ScoreTerms, scored: ScoredParcel): Prediction {
  const { origin, destination, carrier, serviceLevel, promised } = scored;
  const zone = zoneOf(destination);
  const originZone = zoneOf(origin);
  const zoneAt = (country: string) =>
    country === destination.country ? zone : country === origin.country ? originZone : null;
  const handedOverAt = inZone(scored.handedOverAt, originZone);
  const acceptance: Stop = {
    at: handedOverAt,
    status: 'picked_up',
    country: origin.country === '' ? null : origin.country,
  };
  const nowMs = Math.max(terms.nowMs, handedOverAt.instantMs);
  const known = scored.stops.map((stop) => ({
    ...stop,
    at: inZone(stop.at, zoneAt(stop.country)),
  }));
  const stops = usableStops({ handedOverAt, stops: known }, nowMs);
  const status = stops.at(-1)?.status ?? 'in_transit';
  const parcel = {
    stops,
    id: scored.id,
    carrier,
    serviceLevel: serviceLevel ?? '',
    sender: scored.sender,
    origin,
    destination,
    weightG: scored.weightG,
    handedOverAt,
    labelAt: scored.labelAt && inZone(scored.labelAt, originZone),
    promisedDay:
      promised !== null && isLocalDate(promised)
        ? localDay(Date.parse(`${promised}T00:00:00Z`))
        : null,
  };
  const by = {
    policy: terms.policy,
    calendarOf: terms.calendarOf,
    learner: terms.learner,
    records: { carrier: null, rule: null },
    profiles: {},
    nowMs,
  };
  const forecast = predictParcel(by, {
    status: isStatus(status) ? status : 'in_transit',
    reason: null,
    isExpired: false,
    carrier,
    serviceLevel,
    estimate: null,
    promised,
    way: { parcel, acceptance, newest: newestOf(stops) ?? acceptance },
    destination: areaOf(destination),
    origin: areaOf(origin),
    zone,
    originZone,
    before: { date: null, source: null, moved: null, warning: NO_WARNING },
  });
  return forecast?.prediction ?? NOTHING;
}

/** The newest stop that shows progress; a problem does not. */
function newestOf(stops: readonly ParcelStop[]): Stop | null {
  const newest = stops.findLast(({ status }) => status !== 'exception');
  return newest === undefined ? null : { ...newest, country: newest.country || null };
}

function inZone(moment: Moment, zone: string | null): Moment {
  return zone === null ? moment : { ...moment, wallMs: wallAt(moment.instantMs, zone) };
}

function zoneOf({ country, region, postal }: ParcelPlace): string | null {
  if (country === '') return null;
  const zones = zonesOfPlace({ country, region: region || null, postalCode: postal || null });
  return zones.length === 1 ? (zones[0] ?? null) : null;
}

function areaOf({ country, region }: ParcelPlace) {
  return { country: country || null, region: region || null };
}
