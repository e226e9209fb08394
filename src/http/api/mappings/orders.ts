import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { formatProblem, type MappingProblem } from '../../../normalization/index.ts';
import {
  type ActivateOutcome,
  type ChosenVersion,
  type MappingJob,
  mappingJobs,
  type OverlayOutcome,
  startDiff,
  startRenormalization,
} from '../../../tracking/ports/mappings.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { OpsParts } from '../ops/ops-parts.ts';

/** Actions on mappings for API and console, with refusals as `Problem`s. */

interface SwitchOrder {
  readonly expectedGeneration?: number | undefined;
  readonly renormalize?: boolean | undefined;
  readonly notify?: boolean | undefined;
  /**
   * For an overlay: store it even if the active version was restored by a rollback to a version
   * without it.
   */
  readonly endRollback?: boolean | undefined;
  /** `expectedGeneration` was sent as If-Match, so a mismatch is a 412. */
  readonly ifMatch?: boolean | undefined;
  /** Id of the API key that acts. */
  readonly by: string;
}

/**
 * Activates a mapping version: `files` (with the deployment's overlay), `active`, or a version's
 * hash or its prefix.
 */
export async function applyVersion(
  parts: OpsParts,
  carrier: string,
  version: string,
  order: SwitchOrder,
) {
  const how = { ...activationOf(order), why: 'applied by an operator' };
  const outcome =
    version === 'files'
      ? await parts.mappings.activateFiles(carrier, how)
      : await parts.mappings.activate(carrier, await fullVersion(parts, carrier, version), how);
  return switchedJson(parts, carrier, outcome, order);
}

/** Rolls back to a version, given by its hash or a prefix; null: to the previously active one. */
export async function rollBack(
  parts: OpsParts,
  carrier: string,
  to: string | null,
  order: SwitchOrder,
) {
  const how = { ...activationOf(order), why: 'rolled back by an operator' };
  const outcome =
    to === null
      ? await parts.mappings.rollback(carrier, how)
      : await parts.mappings.activate(carrier, await fullVersion(parts, carrier, to), how);
  return switchedJson(parts, carrier, outcome, order);
}

/**
 * Starts a job that compares two versions. If `from` is null, the comparison is with the stored
 * reading of each fact.
 */
export async function orderDiff(
  parts: OpsParts,
  carrier: string,
  from: string | null,
  to: string,
  by: string,
): Promise<MappingJob> {
  return startDiff(parts.tracking, {
    carrier,
    fromVersion: from === null ? null : await fullVersion(parts, carrier, from),
    toVersion: await fullVersion(parts, carrier, to),
    by,
  });
}

/**
 * Replaces an overlay. If `merchantId` is null, it is the deployment's. A blank text removes it.
 */
export async function replaceOverlay(
  parts: OpsParts,
  carrier: string,
  merchantId: string | null,
  text: string,
  order: SwitchOrder,
) {
  if (merchantId !== null && order.renormalize === true) {
    await refuseSecondJob(parts, carrier, merchantId);
  }
  const outcome = await parts.mappings.putOverlay(carrier, merchantId, text, {
    ...activationOf(order),
    why: text.trim() === '' ? 'the overlay was deleted' : 'the overlay was changed',
    endRollback: order.endRollback === true,
  });
  if (outcome.outcome !== 'stored') throw overlayRefusal(carrier, outcome, order);
  const scope = merchantId === null ? {} : { merchantId };
  return {
    carrier,
    generation: outcome.generation,
    version: outcome.version,
    warnings: outcome.warnings,
    job: await renormalizeIfOrdered(parts, carrier, scope, order),
  };
}

function activationOf({ by, expectedGeneration }: SwitchOrder) {
  return { by, ...(expectedGeneration === undefined ? {} : { expectedGeneration }) };
}

/** Answers with the active version and the ordered job; throws if nothing was activated. */
async function switchedJson(
  parts: OpsParts,
  carrier: string,
  outcome: ActivateOutcome,
  order: SwitchOrder,
) {
  if (outcome.outcome !== 'activated') throw switchRefusal(outcome);
  const { version, generation, previousVersion, rolledBack } = outcome.active;
  return {
    carrier,
    version,
    generation,
    previous_version: previousVersion,
    rolled_back: rolledBack,
    job: await renormalizeIfOrdered(parts, carrier, {}, order),
  };
}

/** Starts the job that reads stored parcels again, if the order says so; null: there is none. */
async function renormalizeIfOrdered(
  parts: OpsParts,
  carrier: string,
  scope: { readonly merchantId?: string },
  { renormalize, notify, by }: SwitchOrder,
): Promise<MappingJob | null> {
  const active = parts.mappings.active(carrier);
  if (renormalize !== true || active === null) return null;
  return startRenormalization(parts.tracking, {
    carrier,
    toVersion: active.version,
    notify: notify ?? false,
    by,
    ...scope,
  });
}

/** Throws a 409 if the merchant has an open job: jobs of a carrier run one after the other. */
async function refuseSecondJob(
  parts: OpsParts,
  carrier: string,
  merchantId: string,
): Promise<void> {
  const jobs = await mappingJobs(parts.tracking, { carrier, limit: JOBS_LOOKED_AT });
  const open = jobs.some(
    ({ state, scope }) =>
      (state === 'waiting' || state === 'running') && scope.merchantId === merchantId,
  );
  if (!open) return;
  throw new Problem('conflict', 'mappings.renormalizationRunning', {
    retryAfterS: 30,
  });
}

const JOBS_LOOKED_AT = 200;

/** Returns the full hash of a version given by keyword or prefix; throws a 404 if there is none. */
async function fullVersion(parts: OpsParts, carrier: string, named: string): Promise<string> {
  if (named === 'active') {
    const active = parts.mappings.active(carrier);
    if (active !== null) return active.version;
  } else if (named === 'files') {
    // The version that applying the files would activate.
    const overlaid = await parts.mappings.ofFiles(carrier);
    if (overlaid?.ok === true) return overlaid.mapping.version;
    if (overlaid !== null) {
      throw invalidMapping('mappings.overlayIncompatibleWithFiles', overlaid.problems);
    }
  } else {
    const mapping = await parts.mappings.load(carrier, named);
    if (mapping !== null) return mapping.version;
  }
  throw unknownVersion(carrier);
}

function switchRefusal(outcome: Exclude<ActivateOutcome, { outcome: 'activated' }>): Problem {
  switch (outcome.outcome) {
    case 'conflict': {
      const { active } = outcome;
      return new Problem(
        'conflict',
        { 'mappings.anotherVersionActivated': { generation: active?.generation ?? 'none' } },
        {
          extra: { generation: active?.generation ?? 0, version: active?.version ?? null },
        },
      );
    }
    case 'unknown_version':
      return unknownVersion('the carrier');
    case 'none_before':
      return new Problem('conflict', 'mappings.noPreviousVersion');
    case 'invalid':
      return invalidMapping('mappings.partsIncompatible', outcome.problems);
  }
}

function unknownVersion(carrier: string): Problem {
  return new Problem('not_found', { 'mappings.noUniqueVersion': { carrier } });
}

function overlayRefusal(
  carrier: string,
  outcome: Exclude<OverlayOutcome, { outcome: 'stored' }>,
  { ifMatch }: SwitchOrder,
): Problem {
  if (outcome.outcome === 'conflict') {
    const { generation } = outcome;
    const code = ifMatch === true ? 'precondition_failed' : 'conflict';
    const detail: ErrorText =
      generation === 0
        ? 'mappings.overlayDeletedMeanwhile'
        : { 'mappings.overlayChangedMeanwhile': { generation } };
    return new Problem(code, detail, { extra: { generation } });
  }
  if (outcome.outcome === 'rolled_back') {
    return rolledBackRefusal(carrier, outcome.active, 'replace');
  }
  return invalidMapping('mappings.overlayIncompatible', outcome.problems);
}

/** @param may `replace`: the text says that a complete new overlay helps, too. */
export function rolledBackRefusal(
  carrier: string,
  active: ChosenVersion,
  may: 'apply' | 'replace' = 'apply',
): Problem {
  const { version, activatedBy, activatedAtMs, why } = active;
  const at = iso(activatedAtMs);
  return new Problem(
    'conflict',
    {
      'mappings.overlayChangeEndsRollback': {
        carrier,
        version: version.slice(0, 12),
        activatedBy,
        at,
        why,
        may,
      },
    },
    { extra: { version } },
  );
}

const PROBLEMS_SHOWN = 50;

function invalidMapping(detail: ErrorText, problems: readonly MappingProblem[]): Problem {
  return new Problem('invalid', detail, {
    errors: problems.slice(0, PROBLEMS_SHOWN).map((problem) => ({
      pointer: '/text',
      reason: { 'values.verbatim': { text: formatProblem(problem) } },
      fix: { 'values.verbatim': { text: problem.fix } },
    })),
  });
}
