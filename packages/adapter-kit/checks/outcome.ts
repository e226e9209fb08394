import {
  type CarrierAdapter,
  type CarrierReport,
  type CodeMatch,
  type ParseOutcome,
  type Payload,
  type PlaceTime,
  type ReportedEstimate,
  type ReportedFact,
  wallClockMs,
} from 'waybill/adapter';
import { PARSE_OUTCOMES } from 'waybill/adapter/kit';

/** The faults in an outcome, whatever the payload was; empty when it is well formed. */
export function outcomeProblems(adapter: CarrierAdapter, outcome: ParseOutcome): readonly string[] {
  const problems = textProblems(outcome, 'outcome');
  if (!PARSE_OUTCOMES.includes(outcome.outcome))
    problems.push(`"${outcome.outcome}" is not an outcome`);
  if (outcome.outcome !== 'reports') {
    if (outcome.reason === '') problems.push(`${outcome.outcome}: no reason`);
    return problems;
  }
  if (outcome.reports.length + outcome.misses.length === 0) problems.push('reports nothing at all');
  outcome.reports.forEach((report, i) => {
    const found = reportProblems(adapter, report);
    problems.push(...found.map((problem) => `reports[${i}]: ${problem}`));
  });
  return problems;
}

/** Calls `parse`; returns its outcome, or what it threw as a problem. */
export function parseSafely(
  adapter: CarrierAdapter,
  payload: Payload,
): { readonly outcome: ParseOutcome } | { readonly thrown: string } {
  try {
    return { outcome: adapter.parse(payload) };
  } catch (error) {
    return { thrown: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

/** Every identity in an outcome, with its number, sorted: equal for the same content. */
export function identitiesOf(outcome: ParseOutcome): readonly string[] {
  if (outcome.outcome !== 'reports') return [];
  const all = outcome.reports.flatMap((report) =>
    report.facts.map((fact) => JSON.stringify([report.trackingNumber, ...fact.identity])),
  );
  return [...new Set(all)].sort();
}

function reportProblems(adapter: CarrierAdapter, report: CarrierReport): readonly string[] {
  const { trackingNumber, aliases, snapshot } = report;
  const problems: string[] = [];
  if (trackingNumber === '') problems.push('no tracking number');
  // Another carrier's parcel keeps that carrier's spelling.
  const isOwn = report.carrier === undefined || adapter.manifest.role === 'bridge';
  if (isOwn && adapter.numbers.normalize(trackingNumber) !== trackingNumber) {
    problems.push(`"${trackingNumber}" is not normalized`);
  }
  if (aliases.includes(trackingNumber)) problems.push('is an alias of itself');
  if (report.asOf !== null) problems.push(...timeProblems(report.asOf));
  if (report.fullHistory && report.facts.length === 0) problems.push('full history without a fact');
  for (const fact of report.facts) problems.push(...factProblems(adapter, fact));
  if (snapshot.summary !== null) {
    problems.push(...codeProblems(adapter, snapshot.summary.codes));
    problems.push(...timeProblems(snapshot.summary.time));
  }
  const day = snapshot.estimatedDelivery?.date;
  if (day !== undefined && (day.length !== 10 || wallClockMs(day) === null)) {
    problems.push(`estimated delivery on "${day}"`);
  }
  problems.push(...windowProblems(snapshot.estimatedDelivery));
  if (snapshot.weightG !== null && !(snapshot.weightG > 0)) problems.push('weighs nothing');
  return problems;
}

const CLOCK = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

function windowProblems(estimate: ReportedEstimate | null): readonly string[] {
  return [estimate?.from, estimate?.to]
    .filter((end) => typeof end === 'string')
    .filter((end) => wallClockMs(CLOCK.exec(end)?.[1] ?? '') === null)
    .map((end) => `"${end}" is not an end of an estimate's window`);
}

/** The windows whose ends are reversed. Times with the same offset are compared as texts. */
export function reversedWindows(outcome: ParseOutcome): readonly string[] {
  const reports = outcome.outcome === 'reports' ? outcome.reports : [];
  return reports.flatMap(({ snapshot: { estimatedDelivery } }) => {
    const { from, to } = estimatedDelivery ?? { from: null, to: null };
    const [first, last] = [CLOCK.exec(from ?? ''), CLOCK.exec(to ?? '')];
    if (first === null || last === null || first[2] !== last[2]) return [];
    return (first[1] ?? '') > (last[1] ?? '') ? [`a window from ${from} to ${to}`] : [];
  });
}

function factProblems(adapter: CarrierAdapter, fact: ReportedFact): readonly string[] {
  const problems = [...codeProblems(adapter, fact.codes), ...timeProblems(fact.time)];
  if (fact.identity.length < 3 || !fact.identity[0]) {
    problems.push('identity without version, code and time');
  }
  const country = fact.place?.country ?? null;
  if (country !== null && !/^[A-Z]{2}$/.test(country)) problems.push(`country "${country}"`);
  return problems;
}

function codeProblems({ manifest }: CarrierAdapter, codes: CodeMatch): readonly string[] {
  const keys = Object.keys(codes);
  const unknownKeys = keys.filter((key) => !manifest.matchKeys.includes(key));
  return [
    ...(keys.length === 0 ? ['a fact without a code'] : []),
    ...unknownKeys.map((key) => `code key "${key}" is not among the match keys`),
    ...keys.filter((key) => !codes[key]).map((key) => `code "${key}" is empty`),
  ];
}

const LENGTHS = { none: 0, date: 10, minute: 16, second: 19 };

function timeProblems(time: PlaceTime): readonly string[] {
  const { local, offsetMin, precision, zoneSource } = time;
  const problems: string[] = [];
  if ((local ?? '').length !== LENGTHS[precision]) {
    problems.push(`"${local}" does not match precision "${precision}"`);
  }
  if (local !== null && wallClockMs(local) === null) problems.push(`"${local}" is not a real time`);
  if ((offsetMin === null) !== (zoneSource === 'none')) {
    problems.push(`offset ${offsetMin} contradicts zoneSource "${zoneSource}"`);
  }
  if (offsetMin !== null && !(Number.isInteger(offsetMin) && Math.abs(offsetMin) <= 14 * 60)) {
    problems.push(`offset ${offsetMin}`);
  }
  return problems;
}

/**
 * The texts in a value that PostgreSQL refuses: with NUL or half a surrogate pair. One such text
 * would lose the whole report.
 */
function textProblems(value: unknown, path: string): string[] {
  if (typeof value === 'string') {
    const isStorable = !/[\0\p{Cs}]/u.test(value);
    return isStorable
      ? []
      : [`${path} contains NUL or half a surrogate pair, which PostgreSQL cannot store`];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => textProblems(member, `${path}.${key}`));
}
