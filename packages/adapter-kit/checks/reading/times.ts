import { isDeepStrictEqual } from 'node:util';
import { placeTimeInZone, type ReportedFact, wallClockMs } from 'waybill/adapter';
import type { ConformanceCheck, ReadSubject } from '../check.ts';

const FIX =
  'parse.ts: make times with kernel/time/zoned-time.ts, from local time and an offset or a zone.';
/** Far from each other, one with half hours and summer time: no machine is in both. */
const ZONES = ['America/St_Johns', 'Pacific/Kiritimati'];
const PROBLEMS_MAX = 5;

/** Times are the place's: a wall clock, how its zone is known, and never the machine's zone. */
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
        const here = payloads.map((payload) => plain(adapter.parse(payload)));
        const problems: string[] = [];
        for (const zone of ZONES) {
          const there = (await elsewhere?.(zone, payloads)) ?? [];
          fixtures.forEach(({ name }, nr) => {
            if (isDeepStrictEqual(plain(there[nr]), here[nr])) return;
            problems.push(`${name}: with TZ=${zone} it reads otherwise`);
          });
        }
        return problems.slice(0, PROBLEMS_MAX);
      },
    },
  ];
}

/** An offset next to a zone must be that zone's. */
function zoneProblems({ time, codes }: ReportedFact): readonly string[] {
  const { local, offsetMin, precision, zone, zoneSource } = time;
  if (local === null || zoneSource === 'none') return [];
  const shown = `${JSON.stringify(codes)} at ${local}`;
  if (wallClockMs(local) === null) return [`${shown} is no real time`];
  if (zone === null) {
    return zoneSource === 'offset'
      ? []
      : [`${shown}: known by ${zoneSource}, but without its zone`];
  }
  const expected = placeTimeInZone(local, precision, zone, zoneSource).offsetMin;
  return expected === offsetMin ? [] : [`${shown}: ${offsetMin} min is not ${zone} (${expected})`];
}

function plain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
