import type { CarrierAdapter } from 'waybill/adapter';
import type { SandboxCarrier } from 'waybill/adapter/sandbox';
import { settled } from './asking/session.ts';
import { type SandboxBench, withSandbox } from './sandbox/bench.ts';

/**
 * Runs work with the carrier's sandbox; returns the problems. If the adapter rejects, that is a
 * problem of the adapter, not of the kit.
 */
export async function inSandbox(
  adapter: CarrierAdapter,
  carrier: SandboxCarrier,
  work: (bench: SandboxBench) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const result = await settled(() => withSandbox(adapter, carrier, work));
  return 'thrown' in result ? [result.thrown] : result.value;
}

const PROBLEMS_MAX = 5;

/** Collects the problems of all items, each once, up to a maximum. */
export async function gather<T>(
  items: readonly T[],
  problemsOf: (item: T) => Promise<readonly string[]> | readonly string[],
): Promise<readonly string[]> {
  const problems = new Set<string>();
  for (const item of items) for (const each of await problemsOf(item)) problems.add(each);
  return [...problems].slice(0, PROBLEMS_MAX);
}
