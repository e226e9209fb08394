import { Problem } from '../../../../kernel/errors.ts';
import { isUuid } from '../../../../kernel/ids.ts';
import type { Tenant } from '../../../../kernel/tenant.ts';
import { visibleMerchants } from '../../../../merchants/index.ts';
import { withTenant } from '../../../../platform/database/database.ts';
import {
  CASE_OUTCOMES,
  type CaseOutcomeOf,
  type Exceptions,
  RESOLVED_TO,
  STATS_BY,
} from '../../../../reactions/exceptions/index.ts';
import { noteOf } from '../../../console/console-form.ts';
import { consoleForm, consolePage } from '../../../console/console-route.ts';
import { noticeOf } from '../../../console/notices.ts';
import type { ConsoleDeps, FormCall, PageAnswer } from '../../../console/visit.ts';
import { readPage } from '../../../kit/paged.ts';
import type { Route } from '../../../kit/route.ts';
import { CASES, casePosition, refusal } from '../routes.ts';
import { SHOWN_TYPES } from './case-evidence.tsx';
import { ExceptionPage } from './case-page.tsx';
import { lastWeeks } from './chart.tsx';
import { ExceptionsPage, SHOWN, type Shown } from './page.tsx';

const CASES_SHOWN = 50;
const GROUPS_SHOWN = 20;
/** A case has a few in its life: one after another, as each was rejected. */
const CLAIMS_SHOWN = 100;
const WEEKS_SHOWN = 12;
/** A week and each kind of it. */
const CHART_ROWS_MAX = 200;
const DAYS_COUNTED_MS = 90 * 86_400_000;

/** Exceptions of all merchants: how many, of which kind, and working on one. */
export function exceptionConsoleRoutes(deps: ConsoleDeps): readonly Route[] {
  const { exceptions, clock, db, log } = deps.parts;
  if (exceptions === undefined) return [];

  async function find(id: string): Promise<Tenant> {
    const tenant = isUuid(id) ? await exceptions?.tenantOf(id.toLowerCase()) : null;
    if (!tenant) throw new Problem('not_found', 'There is no such exception.');
    return tenant;
  }

  /** What a form does to a case, and back to its page. */
  function form(
    name: string,
    done: string,
    act: (all: Exceptions, tenant: Tenant, id: string, call: FormCall) => Promise<CaseOutcomeOf>,
  ): Route {
    return consoleForm(deps, `/ops/exceptions/:id/${name}`, async (call): Promise<PageAnswer> => {
      const id = call.param('id');
      const tenant = await find(id);
      log.info({ exception_id: id, key_id: call.visitor.key.id, act: name }, 'an operator works');
      const outcome = await act(exceptions as Exceptions, tenant, id, call);
      if (outcome.kind !== 'done') throw refusal(outcome);
      return { seeOther: `/ops/exceptions/${id}?done=${done}` };
    });
  }
  const by = ({ visitor }: FormCall) => ({ actor: 'operator' as const, apiKeyId: visitor.key.id });

  return [
    consolePage(deps, '/ops/exceptions', async (call) => {
      const nowMs = clock.nowMs();
      const shown = SHOWN.find(([name]) => name === call.query.get('show'))?.[0] ?? 'open';
      const group = STATS_BY.find((each) => each === call.query.get('by')) ?? 'reason';
      const cases = await readPage(
        CASES,
        null,
        { shown, cursor: call.query.get('cursor') ?? undefined, limit: CASES_SHOWN },
        (after, limit) =>
          exceptions.list(null, {
            filter: filterOf(shown, nowMs),
            after: after && { openedAt: after.at, id: after.id },
            limit,
          }),
        { position: casePosition, json: (row) => row },
      );
      const weeks = lastWeeks(nowMs, WEEKS_SHOWN);
      const fromMs = Date.parse(`${weeks[0]}T00:00:00Z`);
      const untilMs = nowMs + 1;
      return ExceptionsPage({
        deps,
        call,
        shown,
        by: group,
        notice: noticeOf(call.query),
        cases: cases.data,
        nextCursor: cases.next_cursor,
        chart: {
          weeks,
          rows: await exceptions.stats(null, {
            by: ['week', 'kind'],
            fromMs,
            untilMs,
            limit: CHART_ROWS_MAX,
          }),
        },
        stats: await exceptions.stats(null, {
          by: [group],
          fromMs: nowMs - DAYS_COUNTED_MS,
          untilMs,
          limit: GROUPS_SHOWN,
        }),
      });
    }),
    consolePage(deps, '/ops/exceptions/:id', async (call) => {
      const tenant = await find(call.param('id'));
      const view = await exceptions.show(tenant, call.param('id'));
      if (view === null) throw new Problem('not_found', 'The shipment of it was deleted.');
      const [owner] = await withTenant(db.app, tenant, (tx) => visibleMerchants(tx));
      const merchant = owner?.slug ?? 'nobody';
      const caseId = view.is.id;
      const claims = await exceptions.claims(tenant, { caseId, after: null, limit: CLAIMS_SHOWN });
      return ExceptionPage({
        deps,
        call,
        view,
        merchant,
        notice: noticeOf(call.query),
        claims: claims.map(({ claim }) => claim),
        evidence: await exceptions.listEvidence(tenant, caseId),
      });
    }),
    consolePage(deps, '/ops/exceptions/:id/evidence/:evidence', async (call) => {
      const [id, evidenceId] = [call.param('id'), call.param('evidence')];
      const tenant = await find(id);
      if (call.visitor.power !== 'write') {
        throw new Problem('forbidden', 'Your key only looks: photos may name people and places.');
      }
      const found = await exceptions.readEvidence(tenant, id, evidenceId);
      if (found === null) throw new Problem('not_found', 'There is no such photo or paper.');
      log.info(
        { exception_id: id, evidence_id: evidenceId, key_id: call.visitor.key.id },
        'an operator looks at evidence',
      );
      const { mediaType } = found.evidence;
      return {
        bytes: found.bytes,
        name: `evidence-${found.evidence.id}`,
        extension: mediaType.replace(/^.*\//, ''),
        pictureType: SHOWN_TYPES.has(mediaType) && !call.query.has('download') ? mediaType : null,
      };
    }),
    form('attributes', 'kept', async (all, tenant, id, call) => {
      const wanted = attributesOf(call.form);
      return all.change(tenant, id, by(call), wanted);
    }),
    form('note', 'noted', (all, tenant, id, call) => {
      const note = noteOf(call.form);
      if (note === null) throw new Problem('bad_request', 'The note is empty.');
      return all.note(tenant, id, by(call), note);
    }),
    form('resolve', 'ended', (all, tenant, id, call) => {
      const outcome = CASE_OUTCOMES.find((each) => each === call.form.get('outcome'));
      if (outcome === undefined) throw new Problem('bad_request', 'The form names no outcome.');
      const to = RESOLVED_TO.find((each) => each === call.form.get('to')) ?? null;
      return all.resolve(tenant, id, by(call), { outcome, to, note: noteOf(call.form) });
    }),
    form('delivery-request', 'delivery_request', (all, tenant, id, call) => {
      const done = call.form.get('done') === 'true';
      const deliveryRequest = call.form.get('delivery_request') ?? '';
      return all.resolveDeliveryRequest(tenant, id, deliveryRequest, by(call), {
        done,
        note: noteOf(call.form),
      });
    }),
    form('refuse-address', 'address_refused', async (all, tenant, id, call) => {
      const outcome = await all.refuseAddress(tenant, id, by(call), noteOf(call.form));
      return outcome.kind === 'nothing_proposed' ? { kind: 'no_such_request' } : outcome;
    }),
    consoleForm(deps, '/ops/exceptions/:id/approve-address', async (call) => {
      const id = call.param('id');
      const tenant = await find(id);
      log.info(
        { exception_id: id, key_id: call.visitor.key.id },
        'an operator approves an address',
      );
      const outcome = await exceptions.approveAddress(tenant, id, by(call), {
        address: null,
        askCarrier: true,
        note: noteOf(call.form),
      });
      switch (outcome.kind) {
        case 'approved':
          return { seeOther: `/ops/exceptions/${id}?done=address_approved` };
        case 'nothing_proposed':
          throw new Problem('conflict', 'Nobody has proposed an address that waits.');
        case 'later':
          throw new Problem('carrier_unavailable', 'The carrier cannot be asked now.', outcome);
        default:
          throw refusal(outcome);
      }
    }),
  ];
}

/** As much as the API takes for an owner. */
const OWNER_CHARS_MAX = 100;
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;

/** The times of the console are UTC, also those that are typed in. */
function attributesOf(form: URLSearchParams) {
  const owner = (form.get('owner') ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  const deadline = form.get('deadline') ?? '';
  const ms = LOCAL.test(deadline) ? Date.parse(`${deadline}:00Z`) : Number.NaN;
  if (deadline !== '' && Number.isNaN(ms)) {
    throw new Problem('bad_request', 'The deadline is no date and time.');
  }
  return {
    owner: owner === '' ? null : owner.slice(0, OWNER_CHARS_MAX),
    // What was not touched keeps its seconds.
    ...(deadline === form.get('was') ? {} : { deadlineAtMs: deadline === '' ? null : ms }),
  };
}

function filterOf(shown: Shown, nowMs: number) {
  switch (shown) {
    case 'open':
    case 'closed':
      return { state: shown };
    case 'merchant':
      return { state: 'open' as const, waitingFor: 'merchant' as const };
    case 'overdue':
      return { state: 'open' as const, dueBeforeMs: nowMs };
  }
}
