import type { Queryable } from '../../platform/database/database.ts';
import { changedReadings, type Tables } from './compare/changed-readings.ts';
import {
  type FactGroup,
  groupsOfWindow,
  groupsRecorded,
  merchantsWithRules,
  type Scope,
  windowEnd,
} from './scan.sql.ts';

/** The number of facts read, and the shipments with changed readings. */
export interface Scanned {
  readonly facts: number;
  readonly shipments: readonly string[];
}

export interface ScanDeps {
  readonly db: Queryable;
  readonly carrier: string;
  readonly scope: Scope;
  /** The version to compare with; null means the stored readings. */
  readonly from: Tables | null;
  readonly to: Tables;
}

/** An id that sorts before every existing one. */
export const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * Finds changed readings in the next window of shipments; null if no more are left. Only codes and
 * readings are read: a history is loaded only where some reading really differs.
 */
export async function scanWindow(
  deps: ScanDeps,
  afterId: string,
  shipments: number,
): Promise<(Scanned & { readonly endId: string }) | null> {
  const endId = await windowEnd(deps.db, afterId, shipments);
  if (endId === null) return null;
  const groups = await groupsOfWindow(deps.db, await scanParams(deps), afterId, endId);
  return { ...findChanged(deps, groups), endId };
}

/** Finds changed readings among the facts recorded in a time range. */
export async function scanRecorded(deps: ScanDeps, fromMs: number, toMs: number): Promise<Scanned> {
  return findChanged(deps, await groupsRecorded(deps.db, await scanParams(deps), fromMs, toMs));
}

async function scanParams({ db, carrier, scope }: ScanDeps) {
  return { carrier, ...scope, merchantsWithOwnRules: await merchantsWithRules(db, carrier) };
}

/** Counts the facts of the groups, and lists the shipments of the groups that change. */
function findChanged({ from, to }: ScanDeps, groups: readonly FactGroup[]): Scanned {
  const changed = changedReadings(from, to);
  const shipments = new Set<string>();
  let facts = 0;
  for (const group of groups) {
    facts += group.facts;
    if (changed(group, group.merchantId) === null) continue;
    for (const id of group.shipments.slice(1, -1).split(',')) shipments.add(id);
  }
  return { facts, shipments: [...shipments] };
}
