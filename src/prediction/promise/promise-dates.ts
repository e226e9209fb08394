import { zonesOfPlace } from '../../kernel/places/zones-of-place.ts';
import { type LocalDate, localTimeAt } from '../calendar/local-date.ts';
import { acceptanceDay, type Place } from '../calendar/place-calendar.ts';
import {
  dayFormats,
  localeAt,
  type PredictionTexts,
  windowInWords,
} from '../calendar/window-words.ts';
import { daysByRule } from '../chain/by-rule.ts';
import { choosePrediction } from '../chain/choose.ts';
import type { Prediction } from '../chain/prediction.ts';
import { forecastParcel } from '../model/forecast-parcel.ts';
import type { Learner } from '../model/learner.ts';
import { instantAt, wallAt } from '../parcel/due-at.ts';
import type { Moment, OpenParcel, ParcelPlace } from '../sample/parcel.ts';
import type { PredictionTerms } from '../terms.ts';

/** The local time at the origin at which a working day begins. */
const DAY_BEGINS_MS = 8 * 3_600_000;

/** One end of the lane, as far as a checkout knows it. */
export interface PromisePlace extends Place {
  readonly country: string;
  readonly postalCode: string | null;
}

/** A parcel that does not exist yet. */
interface PromiseRequest {
  readonly origin: PromisePlace;
  readonly destination: PromisePlace;
  readonly carrier: string | null;
  readonly serviceLevels: readonly string[];
  /** When the carrier gets it. */
  readonly shipAtMs: number;
  readonly nowMs: number;
  /** The future sender, see `pooledSender`. */
  readonly sender: string;
}

export interface PromisedDate extends Prediction {
  readonly serviceLevel: string;
  /** The day from which days are counted, by the origin's local time and cut-off. */
  readonly acceptanceDate: LocalDate;
  /** `Thu, 12 Nov – Sat, 14 Nov`; null without a date. */
  readonly text: string | null;
}

/** The language of the texts, and its own conventions for dates. */
interface PromiseLanguage {
  readonly texts: PredictionTexts;
  /** BCP 47, such as `en-US`. */
  readonly locale: string;
}

/** One date for each service level, in the requested order. */
function promiseDates(
  { policy, calendarOf }: PredictionTerms,
  request: PromiseRequest,
  { texts, locale }: PromiseLanguage,
  learner: Learner | null,
): PromisedDate[] {
  const { origin, destination, carrier, nowMs } = request;
  const zone = zoneOf(destination);
  // If the origin's zone is unknown, any of its country's is better than none.
  const originZone = zonesOfPlace(origin)[0] ?? 'UTC';
  const at = (wallMs: number) => instantAt(wallMs, zone);
  const formats = dayFormats(localeAt(locale, destination.country));
  const now = zone === null ? null : localTimeAt(nowMs, zone);
  const isAbroad = origin.country !== destination.country;
  const levels = request.serviceLevels.map((serviceLevel) => {
    const service = { carrier, serviceLevel };
    const date = acceptanceDay(request.shipAtMs, originZone, calendarOf(origin, service));
    const parcel = parcelOf(
      request,
      serviceLevel,
      handoverMoment(request.shipAtMs, date, originZone),
    );
    const model = learner && forecastParcel(learner, parcel, nowMs, at);
    const prediction = choosePrediction(policy, {
      candidates: [
        ...(model === null ? [] : [model.candidate]),
        { source: 'rule', after: 'hand_over', date, isAbroad, record: null },
      ],
      nowMs,
      zone,
      service,
      promised: null,
      calendar: calendarOf(destination, service),
    });
    const ruleDays = daysByRule(policy, service, { after: 'hand_over', isAbroad });
    return { serviceLevel, acceptanceDate: date, ruleDays, prediction };
  });
  return alignRuleDates(levels).map(({ prediction, serviceLevel, acceptanceDate }) => {
    const text = windowInWords(prediction, now, texts, formats);
    return { ...prediction, serviceLevel, acceptanceDate, text };
  });
}

function parcelOf(
  { origin, destination, carrier, sender }: PromiseRequest,
  serviceLevel: string,
  handedOverAt: Moment,
): OpenParcel {
  return {
    id: '',
    carrier: carrier ?? '',
    serviceLevel,
    sender,
    origin: toParcelPlace(origin),
    destination: toParcelPlace(destination),
    weightG: null,
    labelAt: null,
    promisedDay: null,
    handedOverAt,
  };
}

/**
 * A parcel after the cut-off, or on a weekend, counts as handed over at the start of the next
 * working day.
 */
function handoverMoment(shipAtMs: number, day: LocalDate, zone: string): Moment {
  const beginsMs = Date.parse(day) + DAY_BEGINS_MS;
  if (localTimeAt(shipAtMs, zone).date === day) {
    return { instantMs: shipAtMs, wallMs: wallAt(shipAtMs, zone) };
  }
  return { instantMs: instantAt(beginsMs, zone), wallMs: beginsMs };
}

function toParcelPlace({ country, region, postalCode }: PromisePlace): ParcelPlace {
  return { country, region: region ?? '', postal: postalCode ?? '', lat: null, lng: null };
}

/**
 * The zone of a place; null if the country has several and neither region nor postal code decides.
 */
function zoneOf(place: PromisePlace): string | null {
  const zones = zonesOfPlace(place);
  return zones.length === 1 ? (zones[0] ?? null) : null;
}

/** A service level's date, and the working days that the rule gives it on this lane. */
export interface LevelDate {
  readonly serviceLevel: string;
  readonly ruleDays: number;
  readonly prediction: Prediction;
}

/**
 * Replaces a date of the rule that contradicts the model's date for another service level: on a
 * lane where standard parcels arrive within a day, express does not take the rule's two. The
 * model's dates never move. The rule's own days show which level is quicker; if they are equal,
 * neither is.
 */
export function alignRuleDates<Level extends LevelDate>(dates: readonly Level[]): Level[] {
  return dates.map((own) => {
    const bound = own.prediction.source === 'rule' ? contradictingLevel(own, dates) : null;
    if (bound === null) return own;
    const { date, from, to } = bound.prediction;
    const reason = { code: 'kept_in_order', service_level: bound.serviceLevel } as const;
    const reasons = [...own.prediction.reasons, reason];
    return { ...own, prediction: { ...own.prediction, date, from, to, reasons } };
  });
}

/**
 * The earliest date of a slower level, if it is earlier; else the latest of a quicker one, if it
 * is later.
 */
function contradictingLevel(own: LevelDate, dates: readonly LevelDate[]): LevelDate | null {
  const day = dayOf(own);
  if (day === null) return null;
  const known = dates
    .filter(({ prediction }) => prediction.source === 'model' && prediction.date !== null)
    .sort((a, b) => ((dayOf(a) ?? '') < (dayOf(b) ?? '') ? -1 : 1));
  const slower = known.find((other) => other.ruleDays > own.ruleDays && (dayOf(other) ?? '') < day);
  const quicker = known.findLast(
    (other) => other.ruleDays < own.ruleDays && (dayOf(other) ?? '') > day,
  );
  return slower ?? quicker ?? null;
}

function dayOf({ prediction }: LevelDate): string | null {
  return prediction.date;
}

/** Dates for a checkout, before a parcel exists. */
export interface Promises {
  datesFor(request: PromiseRequest, language: PromiseLanguage): Promise<readonly PromisedDate[]>;
}

/**
 * Creates the service that computes delivery dates for a checkout.
 *
 * @param learner returns the active model; null: there is none.
 */
export function openPromises(
  terms: () => Promise<PredictionTerms>,
  learner: () => Learner | null,
): Promises {
  return {
    datesFor: async (request, language) =>
      promiseDates(await terms(), request, language, learner()),
  };
}
