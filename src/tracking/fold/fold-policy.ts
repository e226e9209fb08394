import type { AdapterManifest } from '../../adapters/contract/contract.ts';
import type { FoldPolicy } from './fold-input.ts';

const DAY_MS = 86_400_000;

/**
 * Returns the part of a carrier's manifest that the fold needs. Null stands for a carrier that is
 * not installed: it is never polled.
 */
export function foldPolicy(manifest: AdapterManifest | null): FoldPolicy {
  if (manifest === null) {
    return { pullsFullHistory: false, historyMaxEvents: null, historyMaxAgeMs: null };
  }
  const { maxEvents, maxAgeDays } = manifest.historyCap;
  return {
    pullsFullHistory: manifest.pullsFullHistory,
    historyMaxEvents: maxEvents,
    historyMaxAgeMs: maxAgeDays === null ? null : maxAgeDays * DAY_MS,
  };
}
