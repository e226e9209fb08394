import { h } from 'preact';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { cancelMappingJob, mappingJob, mappingJobs } from '../../../tracking/ports/mappings.ts';
import { deskForm, deskPage } from '../../console/kit/desk-route.ts';
import type { DeskCall, DeskDeps } from '../../console/kit/visit.ts';
import type { Route } from '../../kit/route.ts';
import { parseBody } from '../../kit/validation.ts';
import { JobPage, JobsPage } from './console-job-pages.tsx';
import { MappingPage, MappingsPage } from './console-pages.tsx';
import { JOBS_SHOWN, jobJson } from './job-schema.ts';
import { applyVersion, orderDiff, replaceOverlay, rollBack } from './orders.ts';
import {
  applyOrder,
  deploymentOverlay,
  diffOrder,
  documentedWithUnmapped,
  mappingView,
  VERSIONS_SHOWN,
} from './schema.ts';

export function mappingConsoleRoutes(deps: DeskDeps): readonly Route[] {
  const { parts } = deps;
  return [
    deskPage(deps, 'readMappings', async (call) => {
      const carriers = parts.adapters.list().map(({ manifest }) => manifest.name);
      const views = await Promise.all(carriers.map((carrier) => mappingView(parts, carrier)));
      return h(MappingsPage, { deps, call, views, problems: parts.mappings.problems() });
    }),
    deskPage(deps, 'readMapping', (call) => mappingPage(deps, call)),
    deskForm(deps, 'diffMappingFromHub', async ({ param, form, visitor }) => {
      const { name } = parts.carrier(param('carrier'));
      const { from, to } = parseBody(diffOrder, bodyFromForm(form, ['from', 'to']));
      const job = await orderDiff(parts, name, from ?? null, to, visitor.actor.id);
      return { seeOther: `/console/hub/mapping-jobs/${job.id}` };
    }),
    deskForm(deps, 'applyMappingFromHub', async ({ param, form, visitor }) => {
      const { name } = parts.carrier(param('carrier'));
      const sent = parseBody(applyOrder, bodyFromForm(form, ['version', ...ORDER_FIELDS]));
      const order = { ...toOrder(sent), by: visitor.actor.id };
      return redirectAfter(name, 'switched', await applyVersion(parts, name, sent.version, order));
    }),
    deskForm(deps, 'rollBackMappingFromHub', async ({ param, form, visitor }) => {
      const { name } = parts.carrier(param('carrier'));
      const fields = { version: 'files', ...bodyFromForm(form, ORDER_FIELDS) };
      const order = { ...toOrder(parseBody(applyOrder, fields)), by: visitor.actor.id };
      return redirectAfter(name, 'switched', await rollBack(parts, name, null, order));
    }),
    deskForm(deps, 'writeOverlay', async (call) => {
      const { name } = parts.carrier(call.param('carrier'));
      const { form, visitor } = call;
      const fields = { text: '', ...bodyFromForm(form, ['text', 'end_rollback', ...ORDER_FIELDS]) };
      const sent = parseBody(deploymentOverlay, fields);
      // Browsers send line breaks in text areas as CR LF.
      const text = sent.text.replaceAll('\r\n', '\n');
      const problems = await parts.mappings.checkOverlay(name, null, text);
      const broken = problems.some(({ severity }) => severity === 'error');
      if (broken || form.get('do') !== 'save') {
        return mappingPage(deps, call, { text, problems });
      }
      const order = { ...toOrder(sent), by: visitor.actor.id, endRollback: sent.end_rollback };
      return redirectAfter(name, 'overlay', await replaceOverlay(parts, name, null, text, order));
    }),
    ...jobConsoleRoutes(deps),
  ];
}

function jobConsoleRoutes(deps: DeskDeps): readonly Route[] {
  const { tracking } = deps.parts;
  const jobOf = async (id: string) => {
    const job = isUuid(id) ? await mappingJob(tracking, id) : null;
    if (job === null) throw new Problem('not_found', 'mappings.noSuchJob');
    return job;
  };
  return [
    deskPage(deps, 'readMappingJobs', async (call) => {
      return h(JobsPage, { deps, call, jobs: await mappingJobs(tracking, { limit: JOBS_SHOWN }) });
    }),
    deskPage(deps, 'readMappingJob', async (call) => {
      const job = jobJson(await jobOf(call.param('id')));
      return h(JobPage, { deps, call, job });
    }),
    deskForm(deps, 'cancelMappingJobFromHub', async ({ param }) => {
      const { id } = await jobOf(param('id'));
      const cancelled = await cancelMappingJob(tracking, id);
      return {
        seeOther: `/console/hub/mapping-jobs/${id}${cancelled === null ? '' : '?done=cancelled'}`,
      };
    }),
  ];
}

/** @param checked the result of checking an overlay that was entered but not stored. */
async function mappingPage(
  deps: DeskDeps,
  call: DeskCall,
  checked?: Parameters<typeof MappingPage>[0]['checked'],
) {
  const { parts } = deps;
  const { name } = parts.carrier(call.param('carrier'));
  const [view, versions, overlay, jobs, documented] = await Promise.all([
    mappingView(parts, name),
    parts.mappings.versions(name, VERSIONS_SHOWN),
    parts.mappings.overlay(name, null),
    mappingJobs(parts.tracking, { carrier: name, limit: JOBS_SHOWN }),
    documentedWithUnmapped(parts, name),
  ]);
  return h(MappingPage, {
    deps,
    call,
    view,
    versions,
    overlay,
    jobs,
    documented,
    ...(checked === undefined ? {} : { checked }),
  });
}

/** Redirects to the job if one was created, otherwise back to the carrier. */
function redirectAfter(
  carrier: string,
  done: string,
  { job }: { job: { readonly id: string } | null },
) {
  const to =
    job === null ? `/console/hub/mappings/${carrier}` : `/console/hub/mapping-jobs/${job.id}`;
  return { seeOther: `${to}?done=${done}` };
}

const FLAGS = new Set(['renormalize', 'notify', 'end_rollback']);
const ORDER_FIELDS = ['expected_generation', 'renormalize', 'notify'];

/** Returns a form's fields in the format of the API's body. */
function bodyFromForm(form: URLSearchParams, names: readonly string[]): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const name of names) {
    const value = form.get(name);
    if (value === null) continue;
    if (FLAGS.has(name)) body[name] = value === 'true';
    else if (name === 'expected_generation') body[name] = value === '' ? undefined : Number(value);
    else body[name] = value;
  }
  return body;
}

function toOrder(sent: {
  readonly expected_generation?: number | undefined;
  readonly renormalize?: boolean | undefined;
  readonly notify?: boolean | undefined;
}) {
  const { expected_generation: expectedGeneration, renormalize, notify } = sent;
  return { expectedGeneration, renormalize, notify };
}
