import { z } from 'zod';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import { documentedCoverage } from '../../../normalization/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { listPage, paging } from '../../kit/paged.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { shownJob } from './job-schema.ts';

export const VERSIONS_SHOWN = 20;
const VERSIONS_SHOWN_MAX = 100;
/** A deployment's overlay may have half a mebibyte; a check of a whole file sends more. */
const YAML_CHARS_MAX = 900_000;

const version = z
  .string()
  .regex(/^([0-9a-f]{6,64}|active|files)$/, issueText('mappings.useHashOrName'))
  .describe(
    "A version's hash or a prefix of it; `active`: the active version; `files`: the files with the hub's overlay, which applying them would activate.",
  );

const generation = z
  .int()
  .min(0)
  .describe(
    'The value you read. If it has changed since, nothing is stored and the answer is 409.',
  );

const renormalize = z
  .boolean()
  .optional()
  .describe('Start a job that reads stored parcels again with it. Default: false.');
const notify = z
  .boolean()
  .optional()
  .describe('Notifies people of the changes to past parcels. Default: false.');

const problem = z
  .strictObject({
    file: z.string(),
    line: z.int(),
    column: z.int(),
    severity: z.enum(['error', 'warning']),
    found: z.string(),
    fix: z.string(),
  })
  .meta({ id: 'MappingProblem' });

const coverage = {
  codes: z.int(),
  mapped: z.int(),
  reviewed: z.int(),
  share: z.number().nullable(),
};
const documented = z.strictObject(coverage);

const activeMapping = z
  .strictObject({
    carrier: z.string(),
    display_name: z.string(),
    version: z.string().nullable().describe('Null if none was ever valid.'),
    generation: z.int(),
    since: instantOrNull,
    by: z.string().nullable(),
    why: z.string().nullable(),
    files_version: z.string().nullable(),
    previous_version: z.string().nullable(),
    rolled_back: z.boolean().describe('The version was chosen by a person; the files may differ.'),
    rules: z.int(),
    documented: documented.nullable(),
  })
  .meta({ id: 'ActiveMapping' });

export const mappingList = z
  .strictObject({
    data: z.array(activeMapping),
    problems: z.array(problem).describe('Why files or overlays are not active.'),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'ActiveMappingList' });

export const coverageList = listPage(
  z.strictObject({
    carrier: z.string(),
    documented: z.strictObject({
      ...coverage,
      unmapped: z.array(z.strictObject({ kind: z.string(), code: z.string() })),
    }),
    seen: z
      .strictObject({
        ...coverage,
        facts: z.int(),
        facts_mapped: z.int(),
        facts_share: z.number().nullable(),
        sampled: z.boolean(),
      })
      .describe('Codes in stored facts; `codes` counts distinct combinations.'),
  }),
).meta({ id: 'MappingCoverage' });

export const versionsQuery = z.strictObject(
  paging({ limit: VERSIONS_SHOWN, limitMax: VERSIONS_SHOWN_MAX }),
);

export const versionList = listPage(
  z.strictObject({
    version: z.string(),
    rules: z.int(),
    origin: z.enum(['files', 'overlay', 'merchant', 'other']),
    base_version: z.string().nullable(),
    stored_at: instant,
    activated_at: instantOrNull.describe('When it was last activated.'),
    activated_by: z.string().nullable(),
    is_active: z.boolean(),
  }),
).meta({ id: 'MappingVersionList' });

const yaml = z.string().max(YAML_CHARS_MAX).meta({ example: 'carrier: acme\nrules: []\n' });

export const mappingCheck = z
  .strictObject({
    yaml,
    as: z
      .enum(['overlay', 'file'])
      .optional()
      .describe('Default: `overlay` (goes before the active version); or a whole `file`.'),
  })
  .meta({ id: 'MappingCheck' });

export const checkedMapping = z
  .strictObject({ ok: z.boolean(), problems: z.array(problem) })
  .meta({ id: 'CheckedMapping' });

export const diffOrder = z
  .strictObject({
    from: version.optional().describe("Default: each fact's stored reading."),
    to: version,
  })
  .meta({ id: 'DiffOrder' });

export const applyOrder = z
  .strictObject({ version, expected_generation: generation.optional(), renormalize, notify })
  .meta({ id: 'ApplyOrder' });

export const rollbackOrder = z
  .strictObject({
    to: z
      .string()
      .regex(/^[0-9a-f]{6,64}$/, issueText('mappings.useVersionHash'))
      .optional()
      .describe(
        "A version's hash or a prefix of it. Default: the previously active version. A second rollback without it returns to where the first began.",
      ),
    expected_generation: generation.optional(),
    renormalize,
    notify,
  })
  .meta({ id: 'RollbackOrder' });

export const switched = z
  .strictObject({
    carrier: z.string(),
    version: z.string(),
    generation: z.int(),
    previous_version: z.string().nullable(),
    rolled_back: z.boolean(),
    job: shownJob.nullable(),
  })
  .meta({ id: 'SwitchedMapping' });

export const overlay = z
  .strictObject({
    carrier: z.string(),
    text: z.string(),
    generation: z.int(),
    updated_at: instant,
    updated_by: z.string(),
  })
  .meta({ id: 'MappingOverlay' });

export const newOverlay = z
  .strictObject({ text: yaml, expected_generation: generation.optional(), renormalize, notify })
  .meta({ id: 'NewMappingOverlay' });

export const deploymentOverlay = newOverlay
  .extend({
    end_rollback: z
      .boolean()
      .optional()
      .describe(
        'Activate it even after a rollback to a version without the current overlay, which is refused otherwise. Default: false.',
      ),
  })
  .meta({ id: 'NewDeploymentOverlay' });

export const removeOverlayQuery = z.strictObject({
  renormalize: z.enum(['true', 'false']).optional(),
});

export const storedOverlay = z
  .strictObject({
    carrier: z.string(),
    generation: z.int(),
    version: z.string().describe('The mapping used from now on.'),
    warnings: z.array(problem),
    job: shownJob.nullable(),
  })
  .meta({ id: 'StoredMappingOverlay' });

export const IF_MATCH = {
  'If-Match':
    'The `ETag` of the overlay you read. If it has changed since, nothing is stored and the answer is 412.',
};

/** Returns a carrier's mapping as API and console show it. */
export async function mappingView(parts: OpsParts, carrier: string) {
  const manifest = parts.carrier(carrier);
  const active = parts.mappings.active(carrier);
  const mapping = parts.mappings.current(carrier);
  return {
    carrier,
    display_name: manifest.displayName,
    version: active?.version ?? mapping?.version ?? null,
    generation: active?.generation ?? 0,
    since: iso(active?.activatedAtMs ?? null),
    by: active?.activatedBy ?? null,
    why: active?.why ?? null,
    files_version: active?.filesVersion ?? null,
    previous_version: active?.previousVersion ?? null,
    rolled_back: active?.rolledBack ?? false,
    rules: mapping?.rules.length ?? 0,
    documented: await documentedOf(parts, carrier),
  };
}

export type MappingView = Awaited<ReturnType<typeof mappingView>>;

async function documentedOf(parts: OpsParts, carrier: string) {
  const found = await documentedWithUnmapped(parts, carrier);
  if (found === null) return null;
  const { codes, mapped, reviewed, share } = found;
  return { codes, mapped, reviewed, share };
}

/**
 * Returns how many of a carrier's documented codes its mapping covers, and those that it lacks; null
 * while the carrier has no active mapping.
 */
export async function documentedWithUnmapped(parts: OpsParts, carrier: string) {
  const mapping = parts.mappings.current(carrier);
  if (mapping === null) return null;
  const { codeKinds } = parts.carrier(carrier);
  const list = await parts.documentedOf(carrier);
  const { codes, mapped, reviewed, share, unmapped } = documentedCoverage(mapping, list, codeKinds);
  return { codes, mapped, reviewed, share, unmapped: unmapped.slice(0, UNMAPPED_SHOWN) };
}

/** Longer lists of gaps are for the command's output. */
const UNMAPPED_SHOWN = 500;
