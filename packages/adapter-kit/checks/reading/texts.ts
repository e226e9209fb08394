import { isDeepStrictEqual } from 'node:util';
import {
  type CarrierAdapter,
  type ParseOutcome,
  type Payload,
  parseJsonOrNull,
  placeTimeInZone,
  type ReportedFact,
  wallClockMs,
} from 'waybill/adapter';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { parseSafely } from '../outcome.ts';

/** Limit of texts; fixtures of whole batches contain thousands, mostly repeated ones. */
const TEXTS_MAX = 150;

type Reports = Extract<ParseOutcome, { outcome: 'reports' }>;

/** The reports in a payload; null when it yields none, or `parse` throws. */
export function reportsIn(adapter: CarrierAdapter, payload: Payload): Reports | null {
  const result = parseSafely(adapter, payload);
  return 'thrown' in result || result.outcome.outcome !== 'reports' ? null : result.outcome;
}

export function factsIn(adapter: CarrierAdapter, payload: Payload): readonly ReportedFact[] {
  return (reportsIn(adapter, payload)?.reports ?? []).flatMap(({ facts }) => facts);
}

const ELEMENT = /<([A-Za-z_][\w.:-]*)>([^<]*)<\/\1>/g;

/** The distinct texts in a payload's members or elements. */
export function textsOf(text: string): readonly string[] {
  const json = parseJsonOrNull(text);
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string' && value.trim() !== '') found.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  if (json === null) for (const [, , inner = ''] of text.matchAll(ELEMENT)) visit(inner);
  else visit(json.value);
  return [...found].slice(0, TEXTS_MAX);
}

/** The payload with one text replaced by another, wherever it is a whole value. */
export function withText(payload: Payload, before: string, after: string): Payload {
  const json = parseJsonOrNull(payload.text);
  const text =
    json === null
      ? payload.text.replaceAll(`>${before}<`, () => `>${after}<`)
      : JSON.stringify(json.value, (_key, value: unknown) => (value === before ? after : value));
  return { ...payload, text };
}

const FIX =
  'parse.ts: make times with kernel/time/zoned-time.ts, from local time and an offset or a zone.';
/**
 * Zones far from each other, one of them with half hours and daylight saving time: no machine is in
 * both.
 */
const ZONES = ['America/St_Johns', 'Pacific/Kiritimati'];
const PROBLEMS_MAX = 5;

/**
 * Checks that times are local to the place, that each says how its zone is known, and that the
 * machine's zone does not matter.
 */
export function timeChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter, fixtures, elsewhere } = subject;
  return [
    {
      id: 'times.source',
      title: 'says for each time how its zone is known, and is right',
      skip: null,
      fix: FIX,
      problems: () => {
        const all = fixtures.flatMap(({ name, payload }) => {
          const outcome = adapter.parse(payload);
          const reports = outcome.outcome === 'reports' ? outcome.reports : [];
          return reports.flatMap(({ facts }) => facts.map((fact) => ({ name, fact })));
        });
        const timed = all.filter(({ fact }) => fact.time.local !== null);
        return [
          ...(timed.length > 0 ? [] : ['no fixture has a fact with a time']),
          ...(timed.some(({ fact }) => fact.time.zoneSource !== 'none')
            ? []
            : ['no fixture has a time whose zone is known']),
          ...all.flatMap(({ name, fact }) => zoneProblems(fact).map((each) => `${name}: ${each}`)),
        ].slice(0, PROBLEMS_MAX);
      },
    },
    {
      id: 'times.machine-zone',
      title: 'reads its fixtures the same way on machines in other time zones',
      skip: elsewhere === null ? 'no second process is available to read them in' : null,
      fix: FIX,
      problems: async () => {
        const payloads = fixtures.map(({ payload }) => payload);
        const here = payloads.map((payload) => asStored(adapter.parse(payload)));
        const problems: string[] = [];
        for (const zone of ZONES) {
          const there = (await elsewhere?.(zone, payloads)) ?? [];
          fixtures.forEach(({ name }, index) => {
            if (isDeepStrictEqual(asStored(there[index]), here[index])) return;
            problems.push(`${name}: with TZ=${zone} it reads otherwise`);
          });
        }
        return problems.slice(0, PROBLEMS_MAX);
      },
    },
  ];
}

/** The faults of a time with a zone: its offset must be that zone's. */
function zoneProblems({ time, codes }: ReportedFact): readonly string[] {
  const { local, offsetMin, precision, zone, zoneSource } = time;
  if (local === null || zoneSource === 'none') return [];
  const shown = `${JSON.stringify(codes)} at ${local}`;
  if (wallClockMs(local) === null) return [`${shown} is not a real time`];
  if (zone === null) {
    return zoneSource === 'offset'
      ? []
      : [`${shown}: known by ${zoneSource}, but without its zone`];
  }
  const expected = placeTimeInZone(local, precision, zone, zoneSource).offsetMin;
  return expected === offsetMin ? [] : [`${shown}: ${offsetMin} min is not ${zone} (${expected})`];
}

function asStored(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

/**
 * How long a backtracking matcher may take on hostile text. `exponential`: twice the time for each
 * further character. `polynomial`: the square of the length, or worse. `unknown`: too complicated
 * to judge within `PATTERN_TIMEOUT_MS`.
 */
export type PatternCost = 'linear' | 'polynomial' | 'exponential' | 'unknown';

/**
 * Time limit of a judgement. recheck needs milliseconds for the patterns of carriers' numbers;
 * nobody can read a pattern that takes longer.
 */
const PATTERN_TIMEOUT_MS = 5_000;

const knownCosts = new Map<string, Promise<PatternCost>>();

/** Judges a pattern by its automaton, not by trying it. Each distinct pattern is judged once. */
export function patternCost(
  { source, flags }: RegExp,
  timeoutMs = PATTERN_TIMEOUT_MS,
): Promise<PatternCost> {
  const key = `${flags}/${source}`;
  const cost = knownCosts.get(key) ?? measureCost(source, flags, timeoutMs);
  knownCosts.set(key, cost);
  return cost;
}

async function measureCost(source: string, flags: string, timeoutMs: number): Promise<PatternCost> {
  const { check } = await loadRecheck();
  const found = await check(source, flags, { timeout: timeoutMs });
  if (found.status === 'safe') return 'linear';
  if (found.status === 'unknown') return 'unknown';
  return found.complexity.type;
}

/** Loads recheck, a development dependency of 57 MB that only authors of adapters need. */
async function loadRecheck() {
  try {
    return await import('recheck');
  } catch (error) {
    throw new Error(
      'Patterns cannot be checked: the package "recheck" is not installed. Run "npm install --no-save recheck@4".',
      { cause: error },
    );
  }
}
