import type { CodeMatch } from '../../adapters/contract/contract.ts';
import { isUuid } from '../../kernel/ids.ts';
import { type MappingProblem, showCodes } from '../../normalization/index.ts';
import type { ActiveMappings, ChosenVersion } from '../mappings/active-mappings.ts';
import type { MappingJob, RenormalizationOrder } from '../renormalize/jobs/jobs.ts';
import type { TrackingDeps } from '../tracking.ts';
import { hasRule, isSameMatch, type NewRule, suggestedMatch, withRule } from './overlay-rule.ts';
import { dismissEntry, type ReviewRow, reviewEntry, settleEntries } from './review.sql.ts';
import { isKnown } from './review-queue.ts';

export interface SettleDeps {
  readonly tracking: Pick<TrackingDeps, 'db' | 'adapter' | 'clock' | 'mapping'>;
  readonly mappings: Pick<ActiveMappings, 'active' | 'overlay' | 'putOverlay'>;
  readonly renormalize: (order: RenormalizationOrder) => Promise<MappingJob>;
}

/** An operator's decision on the meaning of a code. */
interface Decision extends Omit<NewRule, 'match'> {
  /**
   * The codes on which the rule matches; null means the most specific combination of the entry's
   * codes.
   */
  readonly match: CodeMatch | null;
  readonly notify: boolean;
  readonly note: string | null;
  /** Who decided: an API key's id. */
  readonly by: string;
}

export type ResolveOutcome =
  | {
      readonly outcome: 'resolved';
      readonly row: ReviewRow;
      readonly rule: NewRule;
      readonly version: string;
      readonly job: MappingJob;
    }
  | { readonly outcome: 'not_found' }
  /** A rule already knows the codes; it must be changed where it is. */
  | { readonly outcome: 'settled'; readonly row: ReviewRow }
  /** The carrier is not part of this installation, so nothing reads its codes. */
  | { readonly outcome: 'no_adapter' }
  /** The match does not fit the entry, or fits no combination the adapter matches on. */
  | { readonly outcome: 'bad_match'; readonly reason: string }
  /** The rule cannot be added to the current overlay. */
  | { readonly outcome: 'invalid'; readonly problems: readonly MappingProblem[] }
  /** Somebody chose a version without the overlay; storing the overlay would end that. */
  | { readonly outcome: 'rolled_back'; readonly carrier: string; readonly active: ChosenVersion }
  | { readonly outcome: 'conflict' };

/**
 * Attempts before giving up: somebody else may change the overlay at the same moment, but failing
 * more often has another cause.
 */
const TRIES_MAX = 3;

/**
 * Adds a code's meaning as a rule to the hub's overlay, active for all processes when this
 * resolves, and orders the affected parcels to be read again.
 */
export async function resolveReview(
  deps: SettleDeps,
  id: string,
  decision: Decision,
): Promise<ResolveOutcome> {
  const { pipeline } = deps.tracking.db;
  const row = isUuid(id) ? await reviewEntry(pipeline, id) : null;
  if (row === null) return { outcome: 'not_found' };
  if (row.settledAtMs !== null || isKnown(deps, row)) return { outcome: 'settled', row };
  const adapter = deps.tracking.adapter(row.carrier);
  if (adapter === null) return { outcome: 'no_adapter' };
  const match = decision.match ?? suggestedMatch(adapter.manifest, row.codes);
  const fault = matchFault(match, row.codes, adapter.manifest.matchOrder);
  if (match === null || fault !== null) return { outcome: 'bad_match', reason: fault ?? '' };
  const ruled = deps.tracking.mapping(row.carrier)?.rules.find((r) => isSameMatch(r.match, match));
  if (ruled !== undefined) {
    const reason = `${showCodes(match)} already has a rule (${ruled.file}:${ruled.line}, ${ruled.status}), which this one would replace for every parcel, not only those with the unknown code.`;
    return { outcome: 'bad_match', reason };
  }
  const { status, reason, milestone, logical, by } = decision;
  const rule: NewRule = { match, status, reason, milestone, logical };
  const resolution = await addRule(deps, row.carrier, rule, by);
  if (resolution.outcome === 'taken') return { outcome: 'settled', row };
  if (resolution.outcome !== 'stored') return resolution;
  const job = await deps.renormalize({
    carrier: row.carrier,
    toVersion: resolution.version,
    codes: [match],
    notify: decision.notify,
    by,
  });
  const atMs = deps.tracking.clock.nowMs();
  await settleEntries(pipeline, [row.id], { by, note: decision.note, atMs });
  const settled = (await reviewEntry(pipeline, row.id)) ?? row;
  return { outcome: 'resolved', row: settled, rule, version: resolution.version, job };
}

/** Results of `dismissReview`; `ended`: the entry was already settled or dismissed. */
type DismissOutcome = 'dismissed' | 'not_found' | 'ended';

/** Closes an entry without a rule: the code is read as in transit, and is not queued again. */
export async function dismissReview(
  { tracking }: { readonly tracking: Pick<TrackingDeps, 'db' | 'clock'> },
  id: string,
  { by, note }: { readonly by: string; readonly note: string | null },
): Promise<DismissOutcome> {
  if (!isUuid(id)) return 'not_found';
  const { pipeline } = tracking.db;
  const end = { by, note, atMs: tracking.clock.nowMs() };
  if (await dismissEntry(pipeline, id, end)) return 'dismissed';
  return (await reviewEntry(pipeline, id)) === null ? 'not_found' : 'ended';
}

/**
 * Adds a rule to the deployment's overlay. It retries when another process changed the overlay
 * meanwhile; `taken`: the overlay has a rule for this match already.
 */
async function addRule(
  { mappings }: SettleDeps,
  carrier: string,
  rule: NewRule,
  by: string,
): Promise<
  | { outcome: 'stored'; version: string }
  | { outcome: 'invalid'; problems: readonly MappingProblem[] }
  | Extract<ResolveOutcome, { outcome: 'rolled_back' | 'conflict' }>
  | { outcome: 'taken' }
> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const stored = await mappings.overlay(carrier, null);
    // Also handles two concurrent decisions: only one of them gets into the overlay.
    if (stored !== null && hasRule(stored.text, rule.match)) {
      const active = mappings.active(carrier);
      return active?.rolledBack
        ? { outcome: 'rolled_back', carrier, active }
        : { outcome: 'taken' };
    }
    const text = withRule(stored?.text ?? '', carrier, rule);
    if (text === null) return { outcome: 'invalid', problems: [UNREADABLE] };
    const put = await mappings.putOverlay(carrier, null, text, {
      by,
      why: 'an unknown code was resolved',
      expectedGeneration: stored?.generation ?? 0,
    });
    if (put.outcome === 'stored') return { outcome: 'stored', version: put.version };
    if (put.outcome === 'invalid') return put;
    if (put.outcome === 'rolled_back') return { ...put, carrier };
  }
  return { outcome: 'conflict' };
}

const UNREADABLE: MappingProblem = {
  file: 'overlay',
  line: 0,
  column: 0,
  severity: 'error',
  found: "The deployment's overlay is not a YAML document with a list of rules.",
  fix: 'Correct it, or delete it and resolve the code again.',
};

/** Returns why a rule cannot match on these codes; null if it can. */
function matchFault(
  match: CodeMatch | null,
  codes: CodeMatch,
  matchOrder: readonly (readonly string[])[],
): string | null {
  const combinations = matchOrder.map((keys) => keys.join(' + ')).join(', ');
  if (match === null) return `The codes match none of the combinations: ${combinations}.`;
  const different = Object.entries(match).find(([key, value]) => codes[key] !== value);
  if (different !== undefined) return `${different[0]} of the entry is different.`;
  const keys = Object.keys(match);
  const known = matchOrder.some(
    (each) => each.length === keys.length && each.every((key) => keys.includes(key)),
  );
  return known ? null : `Rules of this carrier match on one of: ${combinations}.`;
}
