import { seededHex } from '../samples/places-near.ts';
import type {
  Scenario,
  ScenarioEvent,
  ScenarioInstance,
  VisibleEvent,
  VisibleInstance,
  VisibleParcel,
} from './scenario.ts';
import { MINUTE_MS } from './scenario.ts';

/** A number that follows a scenario, with all data needed to replay it. */
export interface RegisteredParcel {
  readonly number: string;
  readonly scenario: string;
  /** The parcel's start, epoch milliseconds, to which the script's offsets are added. */
  readonly startMs: number;
  /** How many times faster than written the scenario runs. */
  readonly pace: number;
}

/** A registered number, and its script with times in epoch milliseconds. */
export interface Parcel extends RegisteredParcel {
  readonly lives: readonly ScheduledInstance[];
  readonly seed: string;
}

interface ScheduledInstance {
  readonly script: ScenarioInstance;
  readonly startedAtMs: number;
  readonly knownFromMs: number;
  /** The estimates; the list grows when a parcel is diverted. */
  readonly estimates: { visibleFromMs: number; atMs: number; untilMs: number | null }[];
  /** The events; the list grows when the control API adds one. */
  readonly events: ScheduledEvent[];
}

export interface ScheduledEvent {
  readonly life: number;
  readonly index: number;
  readonly script: ScenarioEvent;
  readonly atMs: number;
  readonly visibleFromMs: number;
  readonly deletedFromMs: number | null;
  /** Whether it was added by hand rather than written in the scenario. */
  readonly added: boolean;
  /** Whether the parcel was diverted before it happened. */
  calledOff: boolean;
}

/** How long after it happened an event becomes visible, because a scan is rarely shown at once. */
const VISIBLE_AFTER_MS = 120_000;
/** How long before its first request a settled scenario ended. */
const SETTLED_MS = 3_600_000;
const SECOND_MS = 1_000;

/** Converts the scenario of a registered number to times in epoch milliseconds. */
export function scheduleParcel(
  registered: RegisteredParcel,
  scenario: Scenario,
  seed: string,
): Parcel {
  const { startMs, pace } = registered;
  return {
    ...registered,
    seed,
    lives: scenario.lives.map((life, lifeIndex) => {
      const { startsMs = 0 } = life;
      // A start in the past stays where it is, however fast the scenario plays.
      const startedAtMs = startMs + (startsMs < 0 ? startsMs : startsMs / pace);
      const at = (offsetMs: number) => Math.round(startedAtMs + offsetMs / pace);
      const events = life.events.map((event, index) => scheduleEvent(event, lifeIndex, index, at));
      const firstMs = Math.min(...events.map(({ visibleFromMs }) => visibleFromMs));
      return {
        script: life,
        startedAtMs: wholeSecond(startedAtMs),
        knownFromMs: life.knownMs === undefined ? firstMs : at(life.knownMs),
        estimates: (life.estimates ?? []).map(({ visibleMs, atMs, windowMs }) => ({
          visibleFromMs: at(visibleMs),
          atMs: wholeSecond(at(atMs)),
          untilMs: windowMs === undefined ? null : wholeSecond(at(atMs + windowMs)),
        })),
        events,
      };
    }),
  };
}

function scheduleEvent(
  script: ScenarioEvent,
  life: number,
  index: number,
  at: (offsetMs: number) => number,
): ScheduledEvent {
  const { happensMs, visibleMs = happensMs + VISIBLE_AFTER_MS, deletedMs } = script;
  return {
    life,
    index,
    script,
    atMs: wholeSecond(at(happensMs)),
    visibleFromMs: at(visibleMs),
    deletedFromMs: deletedMs === undefined ? null : at(deletedMs),
    added: false,
    calledOff: false,
  };
}

/** Adds an event to the newest instance, at the given times, and returns it. */
export function addEvent(
  parcel: Parcel,
  script: ScenarioEvent,
  atMs: number,
  visibleFromMs: number,
): ScheduledEvent {
  const index = parcel.lives.length - 1;
  const life = parcel.lives[index];
  if (life === undefined) throw new Error(`${parcel.number} has no life`);
  const event: ScheduledEvent = {
    life: index,
    index: life.events.length,
    script,
    atMs: wholeSecond(atMs),
    visibleFromMs,
    deletedFromMs: null,
    added: true,
    calledOff: false,
  };
  life.events.push(event);
  return event;
}

/**
 * Ends the newest instance's scenario: events after `nowMs` will not happen. Returns false for a
 * parcel without an instance that has begun.
 */
export function callOff(parcel: Parcel, nowMs: number): boolean {
  const life = parcel.lives.at(-1);
  if (life === undefined || life.knownFromMs > nowMs) return false;
  for (const event of life.events) if (event.atMs > nowMs) event.calledOff = true;
  return true;
}

/** Changes the expected delivery of the newest instance from now on. */
export function expectAt(parcel: Parcel, nowMs: number, atMs: number): void {
  const estimate = { visibleFromMs: nowMs, atMs: wholeSecond(atMs), untilMs: null };
  parcel.lives.at(-1)?.estimates.push(estimate);
}

/** The start, on a whole minute, with which the whole scenario is in the past. */
export function settledStartMs(scenario: Scenario, nowMs: number): number {
  const ends = scenario.lives.flatMap(({ startsMs = 0, events }) =>
    events.map(
      ({ happensMs, visibleMs = happensMs + VISIBLE_AFTER_MS, deletedMs = 0 }) =>
        startsMs + Math.max(visibleMs, deletedMs),
    ),
  );
  const startMs = nowMs - Math.max(0, ...ends) - SETTLED_MS;
  return Math.floor(startMs / MINUTE_MS) * MINUTE_MS;
}

/** What the carrier shows of a parcel at `nowMs`; null while it knows none of its instances. */
export function visibleAt(parcel: Parcel, nowMs: number): VisibleParcel | null {
  const lives = parcel.lives.flatMap((life, index) =>
    life.knownFromMs <= nowMs ? [visibleLife(life, index, parcel, nowMs)] : [],
  );
  return lives.length === 0 ? null : { number: parcel.number, scenario: parcel.scenario, lives };
}

function visibleLife(
  life: ScheduledInstance,
  index: number,
  parcel: Parcel,
  nowMs: number,
): VisibleInstance {
  const { script } = life;
  const estimate = life.estimates.filter(({ visibleFromMs }) => visibleFromMs <= nowMs).at(-1);
  return {
    seed: seededHex(parcel.seed, index),
    index,
    startedAtMs: life.startedAtMs,
    service: script.service,
    origin: script.origin,
    destination: script.destination,
    weightG: script.weightG,
    pieces: script.pieces ?? 1,
    estimate: estimate === undefined ? null : { atMs: estimate.atMs, untilMs: estimate.untilMs },
    events: life.events
      .filter(
        ({ visibleFromMs, deletedFromMs, calledOff }) =>
          !calledOff && visibleFromMs <= nowMs && (deletedFromMs === null || deletedFromMs > nowMs),
      )
      .map(visibleEvent)
      .sort((a, b) => a.atMs - b.atMs || a.index - b.index),
    details: script.details ?? {},
  };
}

export function visibleEvent({ index, script, atMs }: ScheduledEvent): VisibleEvent {
  const { codes, text, place, details = {} } = script;
  return { index, codes, text, place, atMs, details };
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / SECOND_MS) * SECOND_MS;
}
