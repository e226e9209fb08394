import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { compileMapping, documentationOf } from '../../../normalization/index.ts';
import { cancelMappingJob, iso, mappingJob, mappingJobs } from '../../../tracking/index.ts';
import { BY_ID, pageOfAll, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import {
  expectationOf,
  overlayAnswer,
  overlayJson,
  storedJson,
} from '../mapping-overlays/overlay-json.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { type OpsApi, opsRoute } from '../ops/ops-route.ts';
import { jobJson } from './job-json.ts';
import {
  applyMappingOperation,
  cancelJobOperation,
  checkMappingOperation,
  deleteOverlayOperation,
  diffMappingOperation,
  getJobOperation,
  getOverlayOperation,
  listJobsOperation,
  listMappingsOperation,
  listVersionsOperation,
  mappingCoverageOperation,
  putOverlayOperation,
  rollbackMappingOperation,
} from './operations.ts';
import { applyVersion, orderDiff, replaceOverlay, rollBack } from './orders.ts';
import { documentedWithUnmapped, mappingView } from './view.ts';

const JOBS = { name: 'mapping-jobs', position: BY_ID };
const VERSIONS = {
  name: 'mapping-versions',
  position: z.strictObject({ version: z.string().regex(/^[0-9a-f]{64}$/) }),
};

export function mappingRoutes(api: OpsApi, parts: OpsParts): readonly Route[] {
  const { mappings } = parts;
  return [
    opsRoute(api, listMappingsOperation, async ({ query }) => {
      const page = pageOfAll('mappings', null, query, parts.adapters.list(), {
        key: ({ manifest }) => manifest.name,
        json: ({ manifest }) => mappingView(parts, manifest.name),
      });
      const data = await Promise.all(page.data);
      return { status: 200, body: { ...page, data, problems: mappings.problems() } };
    }),
    opsRoute(api, mappingCoverageOperation, async ({ query }) => {
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
    }),
    opsRoute(api, listVersionsOperation, async ({ param, query }) => {
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
    }),
    opsRoute(api, checkMappingOperation, async ({ param, body }) => {
      const manifest = parts.carrier(param('carrier'));
      const problems = await problemsOf(parts, manifest.name, body.yaml, body.as ?? 'overlay');
      const ok = problems.every(({ severity }) => severity !== 'error');
      return { status: 200, body: { ok, problems } };
    }),
    opsRoute(api, diffMappingOperation, async ({ param, body, key }) => {
      const { name } = parts.carrier(param('carrier'));
      const job = await orderDiff(parts, name, body.from ?? null, body.to, key.id);
      return { status: 202, body: jobJson(job) };
    }),
    opsRoute(api, applyMappingOperation, async ({ param, body, key }) => {
      const { name } = parts.carrier(param('carrier'));
      const order = { ...orderOf(body), by: key.id };
      const done = await applyVersion(parts, name, body.version, order);
      return { status: 200, body: { ...done, job: done.job && jobJson(done.job) } };
    }),
    opsRoute(api, rollbackMappingOperation, async ({ param, body, key }) => {
      const { name } = parts.carrier(param('carrier'));
      const done = await rollBack(parts, name, body.to ?? null, { ...orderOf(body), by: key.id });
      return { status: 200, body: { ...done, job: done.job && jobJson(done.job) } };
    }),
    ...overlayRoutes(api, parts),
    ...jobRoutes(api, parts),
  ];
}

function overlayRoutes(api: OpsApi, parts: OpsParts): readonly Route[] {
  return [
    opsRoute(api, getOverlayOperation, async ({ param }) => {
      const { name } = parts.carrier(param('carrier'));
      return overlayAnswer(name, await parts.mappings.overlay(name, null));
    }),
    opsRoute(api, putOverlayOperation, async ({ param, body, key, request }) => {
      const { name } = parts.carrier(param('carrier'));
      const stored = await parts.mappings.overlay(name, null);
      const expected = expectationOf(request, stored, body.expected_generation);
      const order = { ...orderOf(body), ...expected, by: key.id, endRollback: body.end_rollback };
      return storedJson(await replaceOverlay(parts, name, null, body.text, order));
    }),
    opsRoute(api, deleteOverlayOperation, async ({ param, query, key, request }) => {
      const { name } = parts.carrier(param('carrier'));
      const stored = await parts.mappings.overlay(name, null);
      overlayJson(name, stored);
      const expected = expectationOf(request, stored, undefined);
      const order = { ...expected, by: key.id, renormalize: query.renormalize === 'true' };
      return storedJson(await replaceOverlay(parts, name, null, '', order));
    }),
  ];
}

function jobRoutes(api: OpsApi, parts: OpsParts): readonly Route[] {
  return [
    opsRoute(api, listJobsOperation, async ({ query }) => {
      const { carrier = null } = query;
      const body = await readPage(
        JOBS,
        null,
        query,
        (after, limit) =>
          mappingJobs(parts.tracking, { carrier, limit, before: after?.id ?? null }),
        { position: ({ id }) => ({ id }), json: jobJson },
      );
      return { status: 200, body };
    }),
    opsRoute(api, getJobOperation, async ({ param }) => {
      const job = await jobOf(parts, param('id'));
      return { status: 200, body: jobJson(job) };
    }),
    opsRoute(api, cancelJobOperation, async ({ param }) => {
      const job = await jobOf(parts, param('id'));
      const cancelled = await cancelMappingJob(parts.tracking, job.id);
      if (cancelled === null) throw new Problem('conflict', `The job is already ${job.state}.`);
      return { status: 200, body: jobJson(cancelled) };
    }),
  ];
}

async function jobOf(parts: OpsParts, id: string) {
  const job = isUuid(id) ? await mappingJob(parts.tracking, id) : null;
  if (job === null) throw new Problem('not_found', 'There is no such job.');
  return job;
}

/** Problems of an overlay on the active mapping, or of a whole file. */
async function problemsOf(parts: OpsParts, carrier: string, yaml: string, as: 'overlay' | 'file') {
  const manifest = parts.carrier(carrier);
  const documentation = documentationOf(manifest, await parts.documentedOf(carrier), null);
  if (as === 'overlay') return parts.mappings.checkOverlay(carrier, null, yaml, documentation);
  const outcome = compileMapping(yaml, `${carrier}.yaml`, { ...manifest, documentation });
  return outcome.ok ? outcome.warnings : outcome.problems;
}

function orderOf(body: {
  readonly expected_generation?: number | undefined;
  readonly renormalize?: boolean | undefined;
  readonly notify?: boolean | undefined;
}) {
  const { expected_generation: expectedGeneration, renormalize, notify } = body;
  return { expectedGeneration, renormalize, notify };
}
