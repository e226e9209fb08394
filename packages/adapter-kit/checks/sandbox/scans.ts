import { isDeepStrictEqual } from 'node:util';
import { type AdapterManifest, parseJsonOrNull } from 'waybill/adapter';
import { manualClock } from 'waybill/adapter/kit';
import { type SandboxCarrier, sandboxClock, startSandbox } from 'waybill/adapter/sandbox';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import type { SandboxBench } from './bench.ts';

/** A Wednesday in spring, at noon in Berlin; by then the scenarios are in the past. */
const START_MS = Date.UTC(2026, 3, 15, 10);
const PROBLEMS_MAX = 5;

/** Checks the carrier of own couriers, for which nothing is pulled because its scanners send. */
export function scanChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter, sandbox } = subject;
  if (!adapter.manifest.capabilities.includes('scans')) return [];
  return [
    {
      id: 'sandbox.scans',
      title: 'reads what the scanners of its sandbox send',
      skip: sandbox === null ? 'there is no sandbox.ts' : null,
      fix: 'sandbox.ts: GET /scans/{number} must return the body as sent so far; otherwise parse.ts.',
      problems: async () =>
        sandbox === null ? [] : (await scanProblems(subject, sandbox)).slice(0, PROBLEMS_MAX),
    },
  ];
}

async function scanProblems(
  { adapter, reader }: ReadSubject,
  carrier: SandboxCarrier,
): Promise<readonly string[]> {
  const clock = sandboxClock(manualClock(START_MS), { speed: 0 });
  const running = await startSandbox({ carriers: [carrier], clock });
  const problems: string[] = [];
  try {
    for (const { name: scenario, numbers, lives } of carrier.scenarios) {
      const scans = lives.reduce((sum, { events }) => sum + events.length, 0);
      const [number] = numbers;
      if (number === undefined || scans === 0) continue;
      const answer = await fetch(`${running.origin}/${carrier.name}/scans/${number}`);
      const outcome = adapter.parse({ text: await answer.text(), kind: 'webhook' });
      const facts = outcome.outcome === 'reports' ? outcome.reports.flatMap((r) => r.facts) : [];
      if (facts.length !== scans) {
        problems.push(`${scenario}: ${facts.length} of ${scans} scans are read`);
      }
      for (const { codes } of facts) {
        if (reader?.(codes).known !== false) continue;
        problems.push(`${scenario}: no rule knows ${JSON.stringify(codes)}`);
      }
    }
  } finally {
    await running.stop();
  }
  return problems;
}

/**
 * Finds what differs between two answers at the same moment. The carrier has no update then, so all
 * differences are volatile.
 */
export async function changingAnswers(
  { volatileFields }: AdapterManifest,
  bench: SandboxBench,
  number: string,
): Promise<readonly string[]> {
  const [first, second] = [await bench.track([number]), await bench.track([number])].map(
    ([outcome]) => (outcome?.outcome === 'answer' ? outcome.text : ''),
  );
  const [one, other] = [first ?? '', second ?? ''].map((text) => {
    const json = parseJsonOrNull(text);
    return json === null ? text : withoutMembers(json.value, new Set(volatileFields));
  });
  if (isDeepStrictEqual(one, other)) return [];
  const names = changedMembers(one, other);
  return [`${number}: asked twice at once, ${names.join(', ') || 'the text'} differs`];
}

/** Checks that with a budget of one call the second is refused, and the adapter stops. */
export async function uncountedCalls(
  bench: SandboxBench,
  number: string,
): Promise<readonly string[]> {
  await bench.track([number]);
  const [outcome] = await bench.track([number]);
  return outcome?.outcome === 'rate_limited'
    ? []
    : [`with one call to spend, the second ends as ${outcome?.outcome}`];
}

function withoutMembers(value: unknown, leftOut: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutMembers(each, leftOut));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !leftOut.has(name))
      .map(([name, member]) => [name, withoutMembers(member, leftOut)]),
  );
}

/** Returns the names of the innermost members that differ. */
function changedMembers(one: unknown, other: unknown): readonly string[] {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
    return [];
  }
  const others = new Map<string, unknown>(Object.entries(other));
  return Object.entries(one).flatMap(([name, member]) => {
    if (isDeepStrictEqual(member, others.get(name))) return [];
    const inside = changedMembers(member, others.get(name));
    return inside.length > 0 ? inside : [`"${name}"`];
  });
}
