import { type Finding, fail, ok, warn } from '../../platform/checkup/finding.ts';
import { findLockHolder } from '../../platform/process/folder-lock.ts';
import { readRunFile } from '../../platform/process/run-file.ts';

const ANSWER_MS_MAX = 5_000;

/**
 * Returns the findings in the `/readyz` answer of the hub that runs with this data folder, one for
 * each of its sentences: both have one source. Empty if none runs.
 */
export async function checkRunningHub(data: string): Promise<Finding[]> {
  const holder = await findLockHolder(data);
  if (holder === null) return [];
  const running = readRunFile(data, holder.pid);
  if (running === null) {
    const found = `process ${holder.pid} uses ${data} and has not published its URL`;
    return [warn('hub', found, 'It may be starting: check its log, and try again in a moment.')];
  }
  const said = await readinessOf(running.url);
  if (said === null) {
    const found = `process ${running.pid} is running, but ${running.url}/readyz does not answer`;
    return [fail('hub', found, 'Check its log; restart it if this continues.')];
  }
  const fix = `This is the answer of ${running.url}/readyz; docs/operators.md says what to do.`;
  const findings = [
    ...said.notReady.map((found) => fail('hub', found, fix)),
    ...said.degraded.map((found) => warn('hub', found, fix)),
  ];
  return findings.length > 0 ? findings : [ok('hub', `${running.url} is ready`)];
}

async function readinessOf(
  url: string,
): Promise<{ notReady: readonly string[]; degraded: readonly string[] } | null> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const answer = await fetch(`${url}/readyz`, { signal, redirect: 'error' });
    const said = (await answer.json()) as { not_ready?: unknown; degraded?: unknown };
    return { notReady: textsOf(said.not_ready), degraded: textsOf(said.degraded) };
  } catch {
    return null;
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}
