import { manualClock } from 'waybill/adapter/kit';
import { type SandboxCarrier, sandboxClock, startSandbox } from 'waybill/adapter/sandbox';
import type { ConformanceCheck, ReadSubject } from '../check.ts';

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
