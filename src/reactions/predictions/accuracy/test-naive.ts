import { isTerminal } from '../../../kernel/status.ts';
import { warningFigures } from '../../../prediction/warning/score.ts';
import type { AccuracyQuery, Whose } from './accuracy.sql.ts';
import type { AccuracyGroup, DateFigures } from './accuracy.ts';
import type { TestPromise } from './test-ledger.ts';

/** A parcel of a test's ledger; its shown dates are in order. */
export interface NaiveParcel {
  readonly deliveredOn: string | null;
  readonly promises: readonly TestPromise[];
}

interface Judged {
  readonly deliveredOn: string;
  readonly of: Readonly<Partial<Record<Whose, TestPromise>>>;
  readonly warning: { readonly probability: number; readonly wasMissed: boolean } | null;
}

/**
 * The figures of `accuracyRows`, computed as simply as possible, parcel by parcel; all groups,
 * unordered.
 */
export function naiveAccuracy(
  parcels: readonly NaiveParcel[],
  query: AccuracyQuery,
  warn: number,
): AccuracyGroup[] {
  const groups = new Map<string | null, Judged[]>();
  if (query.by === null) groups.set(null, []);
  for (const judged of parcels.flatMap((parcel) => judge(parcel, query))) {
    const head = judged.of.ours ?? judged.of.carrier ?? judged.of.promise;
    if (head === undefined) continue;
    const { carrier = '', lane = '', service = '', stage = 'in_transit' } = head;
    if (query.carrier !== null && query.carrier !== carrier) continue;
    if (query.lane !== null && query.lane !== lane) continue;
    if (query.serviceLevel !== null && query.serviceLevel !== service) continue;
    if (query.stage !== null && query.stage !== stage) continue;
    const month = judged.deliveredOn.slice(0, 7);
    const source = judged.of.ours?.source ?? null;
    const keys = { carrier, lane, service_level: service, stage, month, source };
    const key = query.by === null ? null : keys[query.by];
    groups.set(key, [...(groups.get(key) ?? []), judged]);
  }
  return [...groups].map(([group, of]) => ({
    group,
    parcels: of.length,
    ours: figures(of, 'ours'),
    carrier: figures(of, 'carrier'),
    promise: figures(of, 'promise'),
    compared: compared(of),
    warnings: warningFigures(
      of.flatMap(({ warning }) => (warning === null ? [] : [warning])),
      warn,
    ),
  }));
}

function judge({ deliveredOn, promises }: NaiveParcel, { from, to, at }: AccuracyQuery): Judged[] {
  if (deliveredOn === null || deliveredOn < from || deliveredOn > to) return [];
  const due = promises.filter(({ stage = 'in_transit' }) => !isTerminal(stage));
  const parts =
    at === 'stage'
      ? [...new Set(due.map(({ stage }) => stage))].map((stage) =>
          due.filter((it) => it.stage === stage),
        )
      : [due];
  const promised =
    due.find(({ whose }) => whose === 'promise') ?? due.find(({ whose }) => whose === 'carrier');
  return parts.map((shown) => {
    const pick = (whose: Whose) => {
      const own = shown.filter((it) => it.whose === whose);
      if (at === 'first') return own[0];
      return at === 'hand_over' ? own.find(({ atHandOver }) => atHandOver) : own.at(-1);
    };
    const said = shown.flatMap(({ whose, missProbability = null, shownAt = '' }) =>
      whose === 'ours' &&
      missProbability !== null &&
      promised !== undefined &&
      shownAt.slice(0, 10) <= promised.date
        ? [missProbability]
        : [],
    );
    const [ours, carrier, promise] = [pick('ours'), pick('carrier'), pick('promise')];
    return {
      deliveredOn,
      of: { ...(ours && { ours }), ...(carrier && { carrier }), ...(promise && { promise }) },
      warning:
        promised === undefined || said.length === 0
          ? null
          : { probability: Math.max(...said), wasMissed: deliveredOn > promised.date },
    };
  });
}

function figures(of: readonly Judged[], whose: Whose): DateFigures {
  const errors: number[] = [];
  const windows: { covered: boolean; width: number }[] = [];
  for (const { deliveredOn, of: dates } of of) {
    const it = dates[whose];
    if (it === undefined) continue;
    errors.push(daysFrom(it.date, deliveredOn));
    const [first, last] = it.window ?? [null, null];
    if (first === null || last === null) continue;
    const covered = first <= deliveredOn && deliveredOn <= last;
    windows.push({ covered, width: daysFrom(first, last) });
  }
  return {
    n: errors.length,
    maeDays: mean(errors.map(Math.abs)),
    exactShare: mean(errors.map((error) => Number(error === 0))),
    within1Day: mean(errors.map((error) => Number(Math.abs(error) <= 1))),
    lateShare: mean(errors.map((error) => Number(error > 0))),
    biasDays: mean(errors),
    windows: windows.length,
    coverage: mean(windows.map(({ covered }) => Number(covered))),
    widthDays: mean(windows.map(({ width }) => width)),
  };
}

function compared(of: readonly Judged[]): AccuracyGroup['compared'] {
  const both = of.filter(({ of: { ours, carrier } }) => ours && carrier);
  return {
    n: both.length,
    oursMaeDays: figures(both, 'ours').maeDays,
    carrierMaeDays: figures(both, 'carrier').maeDays,
  };
}

function daysFrom(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, of) => sum + of, 0) / values.length;
}
