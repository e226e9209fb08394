import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { compileMapping, documentationOf } from '../../../normalization/index.ts';
import { cancelMappingJob, mappingJob, mappingJobs } from '../../../tracking/ports/mappings.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { pageOfAll, readPage, readPageById, wholeList } from '../../kit/paged.ts';
import {
  expectationOf,
  overlayAnswer,
  overlayJson,
  storedAnswer,
} from '../mapping-overlays/routes.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { opsResource } from '../ops/ops-resource.ts';
import { jobJson, jobsQuery, mappingJobList, shownJob } from './job-schema.ts';
import { applyVersion, orderDiff, replaceOverlay, rollBack } from './orders.ts';
import {
  applyOrder,
  checkedMapping,
  coverageList,
  deploymentOverlay,
  diffOrder,
  documentedWithUnmapped,
  IF_MATCH,
  mappingCheck,
  mappingList,
  mappingView,
  overlay,
  removeOverlayQuery,
  rollbackOrder,
  storedOverlay,
  switched,
  versionList,
  versionsQuery,
} from './schema.ts';

const VERSIONS = {
  name: 'mapping-versions',
  position: z.strictObject({ version: z.string().regex(/^[0-9a-f]{64}$/) }),
};

const CARRIER = { carrier: "The carrier's id." };

export const mappings = opsResource(
  { noun: 'mapping', tag: 'Operators' },
  {
    list: {
      id: 'listMappings',
      method: 'GET',
      path: '/ops/mappings',
      summary: 'List the active mappings',
      description:
        "Each carrier's active version, since when and by whom; and if the files are not active, why.",
      scope: 'ops:read',
      query: wholeList,
      answers: { 200: { description: 'One entry per carrier.', schema: mappingList } },
    },
    coverage: {
      id: 'getMappingCoverage',
      method: 'GET',
      path: '/ops/mappings/coverage',
      summary: 'Get the mapping coverage',
      description:
        'Of documented codes, and of codes in stored facts. Computed at most once a minute.',
      scope: 'ops:read',
      query: wholeList,
      answers: { 200: { description: 'One entry per carrier.', schema: coverageList } },
    },
    versions: {
      params: CARRIER,
      id: 'listMappingVersions',
      method: 'GET',
      path: '/ops/mappings/:carrier/versions',
      summary: 'List the stored versions of a mapping',
      scope: 'ops:read',
      query: versionsQuery,
      answers: { 200: { description: 'Newest first.', schema: versionList } },
      errors: ['not_found'],
    },
    check: {
      params: CARRIER,
      id: 'checkMapping',
      method: 'POST',
      path: '/ops/mappings/:carrier/check',
      summary: 'Validate a mapping',
      description:
        'Schema errors; unreachable, shadowed and duplicate rules; failing tests. Each with its line and a fix.',
      scope: 'ops:read',
      body: mappingCheck,
      answers: { 200: { description: 'The findings. Nothing changes.', schema: checkedMapping } },
      errors: ['not_found'],
      example: {
        yaml: 'carrier: carrier-id\nrules:\n  - { match: { event: "ZZ" }, status: none }\n',
      },
    },
    compare: {
      params: CARRIER,
      id: 'compareMappings',
      method: 'POST',
      path: '/ops/mappings/:carrier/diff',
      summary: 'Compare two mapping versions on stored history',
      description: 'A job that changes nothing: counts by old and new status, with sample parcels.',
      scope: 'ops:read',
      body: diffOrder,
      answers: { 202: { description: 'The job.', schema: shownJob } },
      errors: ['not_found'],
      example: { from: 'active', to: 'files' },
    },
    apply: {
      params: CARRIER,
      id: 'applyMapping',
      method: 'POST',
      path: '/ops/mappings/:carrier/apply',
      summary: 'Activate a mapping version',
      description:
        "`files`: the files with the hub's overlay. Every process follows within a second.",
      scope: 'ops:write',
      body: applyOrder,
      answers: { 200: { description: 'Active.', schema: switched } },
      errors: ['not_found', 'conflict'],
      example: { version: 'files', renormalize: true },
    },
    rollBack: {
      params: CARRIER,
      id: 'rollBackMapping',
      method: 'POST',
      path: '/ops/mappings/:carrier/rollback',
      summary: 'Roll back to the previous mapping version',
      description:
        'Or to any other, with `to`. The answer names the new version and the one it replaced.',
      scope: 'ops:write',
      body: rollbackOrder,
      answers: { 200: { description: 'Active.', schema: switched } },
      errors: ['not_found', 'conflict'],
      example: { renormalize: true },
    },
  },
  (parts: OpsParts) => {
    const { mappings } = parts;
    return {
      list: async ({ query }) => {
        const page = pageOfAll('mappings', null, query, parts.adapters.list(), {
          key: ({ manifest }) => manifest.name,
          json: ({ manifest }) => mappingView(parts, manifest.name),
        });
        const data = await Promise.all(page.data);
        return { status: 200, body: { ...page, data, problems: mappings.problems() } };
      },
      coverage: async ({ query }) => {
        const observedCoverage = await parts.observedCoverage();
        const data = [];
        for (const [carrier, coverage] of observedCoverage) {
          const documented = await documentedWithUnmapped(parts, carrier);
          if (documented !== null) data.push({ carrier, documented, seen: coverage });
        }
        const body = pageOfAll('mapping-coverage', null, query, data, {
          key: ({ carrier }) => carrier,
          json: (row) => row,
        });
        return { status: 200, body };
      },
      versions: async ({ param, query }) => {
        const { name } = parts.carrier(param('carrier'));
        const active = mappings.active(name);
        const body = await readPage(
          VERSIONS,
          null,
          { ...query, carrier: name },
          (after, limit) => mappings.versions(name, limit, after?.version),
          {
            position: ({ version }) => ({ version }),
            json: (stored) => ({
              version: stored.version,
              rules: stored.rules,
              origin: stored.origin,
              base_version: stored.baseVersion,
              stored_at: iso(stored.storedAtMs),
              activated_at: iso(stored.activatedAtMs),
              activated_by: stored.activatedBy,
              is_active: stored.version === active?.version,
            }),
          },
        );
        return { status: 200, body };
      },
      check: async ({ param, body }) => {
        const manifest = parts.carrier(param('carrier'));
        const problems = await problemsOf(parts, manifest.name, body.yaml, body.as ?? 'overlay');
        const ok = problems.every(({ severity }) => severity !== 'error');
        return { status: 200, body: { ok, problems } };
      },
      compare: async ({ param, body, key }) => {
        const { name } = parts.carrier(param('carrier'));
        const job = await orderDiff(parts, name, body.from ?? null, body.to, key.id);
        return { status: 202, body: jobJson(job) };
      },
      apply: async ({ param, body, key }) => {
        const { name } = parts.carrier(param('carrier'));
        const order = { ...toOrder(body), by: key.id };
        const done = await applyVersion(parts, name, body.version, order);
        return { status: 200, body: { ...done, job: done.job && jobJson(done.job) } };
      },
      rollBack: async ({ param, body, key }) => {
        const { name } = parts.carrier(param('carrier'));
        const done = await rollBack(parts, name, body.to ?? null, { ...toOrder(body), by: key.id });
        return { status: 200, body: { ...done, job: done.job && jobJson(done.job) } };
      },
    };
  },
);

/** The hub's overlay on the mapping of each carrier. */
export const activeOverlays = opsResource(
  { noun: 'mapping', tag: 'Operators' },
  {
    get: {
      params: CARRIER,
      id: 'getDeploymentOverlay',
      method: 'GET',
      path: '/ops/mappings/:carrier/overlay',
      summary: "Get the hub's mapping overlay",
      scope: 'ops:read',
      answers: { 200: { description: 'The overlay.', schema: overlay } },
      errors: ['not_found'],
    },
    set: {
      params: CARRIER,
      id: 'setDeploymentOverlay',
      method: 'PUT',
      path: '/ops/mappings/:carrier/overlay',
      summary: "Replace the hub's mapping overlay",
      description:
        "Its rules go before the files, for all merchants. An overlay that does not compile changes nothing. `ETag` and `If-Match` prevent two people from overwriting each other's edits.",
      scope: 'ops:write',
      body: deploymentOverlay,
      headers: IF_MATCH,
      answers: { 200: { description: 'Active.', schema: storedOverlay } },
      errors: ['not_found', 'conflict', 'precondition_failed'],
    },
    remove: {
      params: CARRIER,
      id: 'deleteDeploymentOverlay',
      method: 'DELETE',
      path: '/ops/mappings/:carrier/overlay',
      summary: "Delete the hub's mapping overlay",
      scope: 'ops:write',
      query: removeOverlayQuery,
      headers: IF_MATCH,
      answers: { 200: { description: 'Only the files are active.', schema: storedOverlay } },
      errors: ['not_found', 'conflict', 'precondition_failed'],
    },
  },
  (parts: OpsParts) => ({
    get: async ({ param }) => {
      const { name } = parts.carrier(param('carrier'));
      return overlayAnswer(name, await parts.mappings.overlay(name, null));
    },
    set: async ({ param, body, key, request }) => {
      const { name } = parts.carrier(param('carrier'));
      const stored = await parts.mappings.overlay(name, null);
      const expected = expectationOf(request, stored, body.expected_generation);
      const order = { ...toOrder(body), ...expected, by: key.id, endRollback: body.end_rollback };
      return storedAnswer(await replaceOverlay(parts, name, null, body.text, order));
    },
    remove: async ({ param, query, key, request }) => {
      const { name } = parts.carrier(param('carrier'));
      const stored = await parts.mappings.overlay(name, null);
      overlayJson(name, stored);
      const expected = expectationOf(request, stored, undefined);
      const order = { ...expected, by: key.id, renormalize: query.renormalize === 'true' };
      return storedAnswer(await replaceOverlay(parts, name, null, '', order));
    },
  }),
);

export const mappingJobResource = opsResource(
  { noun: 'job', tag: 'Operators' },
  {
    list: {
      id: 'listMappingJobs',
      method: 'GET',
      path: '/ops/mapping-jobs',
      summary: 'List comparison and renormalization jobs',
      scope: 'ops:read',
      query: jobsQuery,
      answers: { 200: { description: 'Newest first.', schema: mappingJobList } },
    },
    get: {
      id: 'getMappingJob',
      method: 'GET',
      path: '/ops/mapping-jobs/:id',
      summary: 'Get a job and its progress',
      scope: 'ops:read',
      answers: { 200: { description: 'The job.', schema: shownJob } },
    },
    cancel: {
      id: 'cancelMappingJob',
      method: 'POST',
      path: '/ops/mapping-jobs/:id/cancel',
      summary: 'Cancel a job',
      description: 'What it has already changed stays changed.',
      scope: 'ops:write',
      answers: { 200: { description: 'The ended job.', schema: shownJob } },
      errors: ['conflict'],
    },
  },
  (parts: OpsParts) => ({
    list: async ({ query }) => {
      const { carrier = null } = query;
      const body = await readPageById(
        'mapping-jobs',
        null,
        query,
        (before, limit) => mappingJobs(parts.tracking, { carrier, limit, before }),
        jobJson,
      );
      return { status: 200, body };
    },
    get: async ({ id, found }) => {
      const job = found(await mappingJob(parts.tracking, id));
      return { status: 200, body: jobJson(job) };
    },
    cancel: async ({ id, found }) => {
      const job = found(await mappingJob(parts.tracking, id));
      const cancelled = await cancelMappingJob(parts.tracking, job.id);
      if (cancelled === null)
        throw new Problem('conflict', { 'mappings.jobAlreadyEnded': { state: job.state } });
      return { status: 200, body: jobJson(cancelled) };
    },
  }),
);

/** Returns the problems of an overlay on the active mapping, or of a whole file. */
async function problemsOf(parts: OpsParts, carrier: string, yaml: string, as: 'overlay' | 'file') {
  const manifest = parts.carrier(carrier);
  const documentation = documentationOf(manifest, await parts.documentedOf(carrier), null);
  if (as === 'overlay') return parts.mappings.checkOverlay(carrier, null, yaml, documentation);
  const outcome = compileMapping(yaml, `${carrier}.yaml`, { ...manifest, documentation });
  return outcome.ok ? outcome.warnings : outcome.problems;
}

function toOrder(body: {
  readonly expected_generation?: number | undefined;
  readonly renormalize?: boolean | undefined;
  readonly notify?: boolean | undefined;
}) {
  const { expected_generation: expectedGeneration, renormalize, notify } = body;
  return { expectedGeneration, renormalize, notify };
}
