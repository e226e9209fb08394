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
  /** Those called without problems. */
  readonly atWork: number;
  /** When its newest message was received; null if there was none lately. */
  readonly newestAt: string | null;
  /** The active mapping; null: none. */
  readonly mapping: {
    readonly version: string;
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
  const figures = await readFigures(parts);
  return Promise.all(parts.adapters.list().map(({ manifest }) => cardOf(parts, figures, manifest)));
}

export async function carrierCard(
  parts: OpsParts,
  manifest: AdapterManifest,
): Promise<CarrierCard> {
  return cardOf(parts, await readFigures(parts), manifest);
}

type Figures = Awaited<ReturnType<typeof readFigures>>;

/** Reads the figures of all carriers. */
async function readFigures({ db: { pipeline }, observedCoverage }: OpsParts) {
  const [coverage, dead, newest, counts] = await Promise.all([
    observedCoverage(),
    deadByCarrier(pipeline),
    newestByCarrier(pipeline),
    countAccounts(pipeline),
  ]);
  return { coverage, dead, newest, counts };
}

async function cardOf(
  parts: OpsParts,
  { coverage, dead, newest, counts }: Figures,
  { name, capabilities, docs }: AdapterManifest,
): Promise<CarrierCard> {
  const scorecard = parts.adapters.home(name)?.scorecard ?? null;
  const accounts = counts.filter(({ carrier }) => carrier === name);
  const countOf = (isMeant: (state: string) => boolean) =>
    accounts.reduce((sum, { state, count }) => sum + (isMeant(state) ? count : 0), 0);
  const active = parts.mappings.active(name);
  return {
    carrier: name,
    accounts: countOf(() => true),
    inTrouble: countOf((state) => state !== 'ok' && state !== 'idle'),
    atWork: countOf((state) => state === 'ok'),
    newestAt: iso(newest.find(({ carrier }) => carrier === name)?.receivedAtMs ?? null),
    mapping: active && {
      version: active.version,
      rolledBack: active.rolledBack,
    },
    level: scorecard?.level ?? null,
    checks: scorecard && { passed: scorecard.checksPassed, total: scorecard.checksTotal },
    capabilities,
    documented: (await documentedWithUnmapped(parts, name))?.share ?? null,
    observedCoverage: coverage.get(name) ?? null,
    deadLetters: dead.find(({ carrier }) => carrier === name)?.count ?? 0,
    docs: docs.slice(0, DOCS_SHOWN),
  };
}

const DOCS_SHOWN = 2;
