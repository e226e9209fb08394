import type { AdapterManifest } from '../../../adapters/index.ts';
import { deadByCarrier, newestByCarrier } from '../../../intake/index.ts';
import { countAccounts } from '../../../poller/index.ts';
import type { StoredCoverage } from '../../../tracking/ports/mappings.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { documentedWithUnmapped } from '../mappings/schema.ts';
import type { OpsParts } from '../ops/ops-parts.ts';

/** A carrier as shown in the console. */
export interface CarrierCard {
  readonly carrier: string;
  /** Accounts of all merchants, and those of them that have problems. */
  readonly accounts: number;
  readonly inTrouble: number;
  /** When its newest message was received; null if there was none lately. */
  readonly newestAt: string | null;
  /** The active mapping; null: none. */
  readonly mapping: {
    readonly version: string;
    readonly since: string | null;
    readonly rolledBack: boolean;
  } | null;
  /** The carrier's level from the conformance kit; null when the adapter has no scorecard. */
  readonly level: string | null;
  readonly checks: { readonly passed: number; readonly total: number } | null;
  readonly capabilities: AdapterManifest['capabilities'];
  readonly documented: number | null;
  readonly observedCoverage: StoredCoverage | null;
  readonly deadLetters: number;
  readonly docs: AdapterManifest['docs'];
}

export async function carrierCards(parts: OpsParts): Promise<CarrierCard[]> {
  const { pipeline } = parts.db;
  const [observedCoverage, dead, newest, counts] = await Promise.all([
    parts.observedCoverage(),
    deadByCarrier(pipeline),
    newestByCarrier(pipeline),
    countAccounts(pipeline),
  ]);
  const sumOf = (found: typeof counts) => found.reduce((sum, { count }) => sum + count, 0);
  return Promise.all(
    parts.adapters.list().map(async ({ manifest }) => {
      const { name, capabilities, docs } = manifest;
      const card = parts.adapters.home(name)?.scorecard ?? null;
      const accounts = counts.filter(({ carrier }) => carrier === name);
      const active = parts.mappings.active(name);
      return {
        carrier: name,
        accounts: sumOf(accounts),
        inTrouble: sumOf(accounts.filter(({ state }) => state !== 'ok' && state !== 'idle')),
        newestAt: iso(newest.find(({ carrier }) => carrier === name)?.receivedAtMs ?? null),
        mapping: active && {
          version: active.version,
          since: iso(active.activatedAtMs),
          rolledBack: active.rolledBack,
        },
        level: card?.level ?? null,
        checks: card && { passed: card.checksPassed, total: card.checksTotal },
        capabilities,
        documented: (await documentedWithUnmapped(parts, name))?.share ?? null,
        observedCoverage: observedCoverage.get(name) ?? null,
        deadLetters: dead.find(({ carrier }) => carrier === name)?.count ?? 0,
        docs: docs.slice(0, DOCS_SHOWN),
      };
    }),
  );
}

const DOCS_SHOWN = 2;
