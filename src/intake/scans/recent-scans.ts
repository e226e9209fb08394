import { LRUCache } from 'lru-cache';
import type { Tenant } from '../../kernel/tenant.ts';

/** Half a minute at full load; some 250 bytes each. */
const REMEMBERED_MAX = 100_000;

/**
 * The scans this process stored last, so that a scanner that repeats a scan after a lost answer is
 * answered at once. Only an optimisation: a repeated scan that gets through is the same fact again
 * and changes nothing.
 */
export interface RecentScans {
  has(name: string): boolean;
  /** Only once they are on disk. */
  add(names: readonly string[]): void;
}

export function createRecentScans(max = REMEMBERED_MAX): RecentScans {
  const known = new LRUCache<string, true>({ max });
  return {
    has: (name) => known.has(name),
    add(names) {
      for (const name of names) known.set(name, true);
    },
  };
}

/**
 * Distinguishes a scan from every other of the installation. No part of it contains a line break.
 */
export function scanName(
  { merchantId, mode }: Tenant,
  carrier: string,
  trackingNumber: string,
  identity: readonly string[],
): string {
  return `${merchantId}\n${mode}\n${carrier}\n${trackingNumber}\n${identity.join('\n')}`;
}
