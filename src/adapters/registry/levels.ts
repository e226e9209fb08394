import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Retention } from '../../platform/settings/retention.ts';
import type { AdapterManifest } from '../contract/contract.ts';

/**
 * The levels of the conformance kit; what each requires is a public list of check ids. Levels are
 * cumulative: gold is bronze, silver and gold. A check that does not apply (pushes of a carrier
 * without pushes) requires nothing; one that could not be run has not passed.
 */
export type Level = 'bronze' | 'silver' | 'gold' | 'platinum';

export const LEVELS = ['bronze', 'silver', 'gold', 'platinum'] as const satisfies readonly Level[];

/**
 * Bronze: nothing that a stranger sends breaks the adapter, is accepted as genuine or makes it
 * hang; it has no state.
 */
const BRONZE = [
  'folder.documents',
  'manifest.limits',
  'manifest.match-keys',
  'manifest.match-order',
  'manifest.codes',
  'manifest.push',
  'manifest.claims',
  'extras.claims',
  'mapping.fixtures',
  'mapping.unknown-codes',
  'numbers.normalize',
  'numbers.fixtures',
  'numbers.check-digits',
  'numbers.certainty',
  'numbers.linear-time',
  'numbers.patterns',
  'parse.fixtures',
  'parse.expected',
  'parse.well-formed',
  'parse.cut',
  'parse.mutated',
  'parse.garbage',
  'parse.linear-time',
  'purity.input',
  'purity.state',
  'purity.world',
  'purity.imports',
  'webhook.no-secret',
  'webhook.live-secrets',
  'webhook.other-secret',
  'webhook.no-header',
  'webhook.headers-first',
  'webhook.altered-byte',
  'webhook.truncated',
  'webhook.stale',
  'webhook.renamed-header',
  'webhook.forged',
  'access.credentials',
  'access.origins',
  'access.headers',
  'access.token-call',
  'access.token-read',
  'access.verify',
  'bridge.claims',
  'fixtures.private',
] as const;

/** Silver: its reports are reliable, whatever the carrier answers and wherever the hub runs. */
const SILVER = [
  'parse.order',
  'parse.asked',
  'parse.words',
  'parse.reasons',
  'parse.repeats',
  'parse.long-lists',
  'parse.instants',
  'parse.timeless',
  'parse.holes',
  'parse.whole-codes',
  'parse.stands',
  'parse.estimates',
  'parse.units',
  'identity.push-and-pull',
  'identity.words',
  'identity.event-ids',
  'times.source',
  'times.machine-zone',
  'pull.nothing',
  'pull.failures',
  'pull.garbage',
  'pull.once-each',
  'pull.own-numbers',
  'pull.partial-batch',
  'pull.cut',
  'pull.cassettes',
  'pull.mutated',
  'pull.odd-numbers',
  'session.token-once',
  'session.refused-token',
  'session.throttled',
  'session.time-out',
  'bridge.nothing',
  'bridge.failures',
  'bridge.garbage',
  'bridge.odd-numbers',
  'subscribe.failures',
  'subscribe.garbage',
  'proof.failures',
  'proof.garbage',
  'pickup-points.failures',
  'pickup-points.garbage',
  'pickup-points.odd-places',
  'redirect.failures',
  'redirect.garbage',
  'redirect.one-call',
  'redirect.odd-numbers',
  'mapping.deliveries',
  'mapping.reasons',
  'coverage.mapped',
  'docs.readme',
  'docs.sources',
  'docs.fixtures',
  'fixtures.status',
] as const;

/** Gold: it works end to end without an account, and maps every code that the carrier documents. */
const GOLD = [
  'sandbox.present',
  'sandbox.scenarios',
  'sandbox.same-answer',
  'sandbox.limits',
  'sandbox.unknown-number',
  'sandbox.token',
  'sandbox.credentials',
  'sandbox.throttled',
  'sandbox.outage',
  'sandbox.time-out',
  'sandbox.push',
  'sandbox.bridge',
  'sandbox.quota',
  'sandbox.scans',
  'sandbox.pickup-points',
  'sandbox.redirect',
  'coverage.complete',
] as const;

/**
 * Platinum: somebody has read every code and every promise, the codes come from two sources, and
 * there are no exemptions.
 */
const PLATINUM = [
  'coverage.reviewed',
  'coverage.sources',
  'fixtures.breadth',
  'docs.retention',
] as const;

export const CHECKS_BY_LEVEL = {
  bronze: BRONZE,
  silver: SILVER,
  gold: GOLD,
  platinum: PLATINUM,
} as const satisfies Readonly<Record<Level, readonly string[]>>;

export type CheckId = (typeof CHECKS_BY_LEVEL)[Level][number];

/**
 * The checks from which `quality.yaml` may exempt a carrier without losing the level: those that
 * some carriers cannot pass, through no fault of their adapter. Every other exemption keeps a
 * carrier below the level that requires the check.
 */
export const EXEMPT_WITHOUT_LOSS: readonly CheckId[] = [
  // A carrier may publish no time zone, no terms, or no document under a link of its own.
  'docs.sources',
  'docs.retention',
  'times.source',
];

/** All check ids, in the order of the levels. */
export const CHECK_IDS: readonly CheckId[] = LEVELS.flatMap((level) => [...CHECKS_BY_LEVEL[level]]);

export function isCheckId(text: string): text is CheckId {
  return CHECK_IDS.some((id) => id === text);
}

/** The lowest level that requires a check. */
export function levelOf(id: CheckId): Level {
  return LEVELS.find((level) => CHECKS_BY_LEVEL[level].some((each) => each === id)) ?? 'platinum';
}

/** The kit's latest result, stored next to an adapter. */
export interface StoredScorecard {
  /** The level reached; null: not even bronze. */
  readonly level: Level | null;
  readonly checksPassed: number;
  readonly checksTotal: number;
  /** The capabilities whose checks have passed. */
  readonly capabilities: readonly string[];
}

const SCORECARD_FILE = 'scorecard.json';

const schema = z.object({
  level: z.enum(LEVELS).nullable(),
  checks_passed: z.int().min(0),
  checks_total: z.int().min(0),
  capabilities: z.array(z.string()),
});

/**
 * Reads the stored result; null if there is none that can be read. An adapter works without one.
 */
export function readScorecard(folder: string): StoredScorecard | null {
  const path = join(folder, SCORECARD_FILE);
  if (!existsSync(path)) return null;
  try {
    return parseScorecard(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/** Reads a stored result from its JSON; null if it is none. */
export function parseScorecard(value: unknown): StoredScorecard | null {
  const { data } = schema.safeParse(value);
  if (data === undefined) return null;
  const { level, checks_passed, checks_total, capabilities } = data;
  return { level, checksPassed: checks_passed, checksTotal: checks_total, capabilities };
}

const DAY_MS = 86_400_000;

/** How long after its delivery a carrier's parcel may be retained. */
export interface CarrierTerm {
  readonly carrier: string;
  readonly retentionMs: number;
  /** The source: the carrier's terms, or the operator's setting that replaces them. */
  readonly source: 'terms' | 'setting';
}

type Carriers = readonly { readonly manifest: Pick<AdapterManifest, 'name' | 'retention'> }[];

/**
 * The terms of the carriers that have one. The operator's setting takes precedence over the
 * adapter's.
 */
export function carrierTerms(
  carriers: Carriers,
  { carriersMs }: Pick<Retention, 'carriersMs'>,
): CarrierTerm[] {
  return carriers.flatMap(({ manifest: { name: carrier, retention } }): CarrierTerm[] => {
    const settingMs = carriersMs.get(carrier);
    if (settingMs !== undefined)
      return settingMs === null ? [] : [{ carrier, retentionMs: settingMs, source: 'setting' }];
    const days = retention.deleteDaysAfterDelivery;
    return days === null ? [] : [{ carrier, retentionMs: days * DAY_MS, source: 'terms' }];
  });
}

/**
 * The carriers in the table of periods that are not installed; their names are most likely
 * misspelt.
 */
export function unknownCarriers(
  carriers: Carriers,
  { carriersMs }: Pick<Retention, 'carriersMs'>,
): string[] {
  const known = new Set(carriers.map(({ manifest }) => manifest.name));
  return [...carriersMs.keys()].filter((carrier) => !known.has(carrier));
}
