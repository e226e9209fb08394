import { h } from 'preact';
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
import { refusal } from '../../../api/exceptions/answers.ts';
import { CASES, casePosition } from '../../../api/exceptions/case-routes.ts';
import { isShown } from '../../../kit/file-types.ts';
import { readPage } from '../../../kit/paged.ts';
import type { Route } from '../../../kit/route.ts';
import { noteOf } from '../../kit/console-form.ts';
import type { PageAnswer } from '../../kit/page-answer.ts';
import { consoleForm, consolePage, WRITING_KEY } from '../console-route.ts';
import type { ConsoleDeps, FormCall } from '../visit.ts';
import { ExceptionPage } from './case-page.tsx';
import { ExceptionsPage, lastWeeks, SHOWN, type Shown } from './page.tsx';

const CASES_SHOWN = 50;
const GROUPS_SHOWN = 20;
/** A case has few claims: a new one follows each rejected one. */
const CLAIMS_SHOWN = 100;
const WEEKS_SHOWN = 12;
/** The maximum number of rows: weeks times kinds. */
const CHART_ROWS_MAX = 200;
const DAYS_COUNTED_MS = 90 * 86_400_000;

/** Exceptions of all merchants: counts by kind, and working on one. */
export function exceptionConsoleRoutes(deps: ConsoleDeps): readonly Route[] {
  const { exceptions } = deps.parts;
  if (exceptions === undefined) return [];
  return [
    overviewPage(deps, exceptions),
    casePage(deps, exceptions),
    evidencePage(deps, exceptions),
    ...caseForms(deps, exceptions),
  ];
}

function overviewPage(deps: ConsoleDeps, exceptions: Exceptions): Route {
  const { clock } = deps.parts;
  return consolePage(deps, '/ops/exceptions', async (call) => {
    const nowMs = clock.nowMs();
    const shown = SHOWN.find((name) => name === call.query.get('show')) ?? 'open';
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
    return h(ExceptionsPage, {
      deps,
      call,
      shown,
      by: group,
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
  });
}

function casePage(deps: ConsoleDeps, exceptions: Exceptions): Route {
  const { db, custody } = deps.parts;
  return consolePage(deps, '/ops/exceptions/:id', async (call) => {
    const tenant = await tenantOf(exceptions, call.param('id'));
    const view = await exceptions.show(tenant, call.param('id'));
    if (view === null) throw new Problem('not_found', 'operators.caseShipmentDeleted');
    const [owner] = await withTenant(db.app, tenant, (tx) => visibleMerchants(tx));
    const caseId = view.exceptionCase.id;
    const claims = await exceptions.claims(tenant, { caseId, after: null, limit: CLAIMS_SHOWN });
    return h(ExceptionPage, {
      deps,
      call,
      view,
      merchant: owner?.slug,
      claims: claims.map(({ claim }) => claim),
      evidence: await exceptions.listEvidence(tenant, caseId),
      courierNotes: (await custody?.notes(tenant, view.shipment.id)) ?? [],
    });
  });
}

function evidencePage(deps: ConsoleDeps, exceptions: Exceptions): Route {
  const { log } = deps.parts;
  return consolePage(deps, '/ops/exceptions/:id/evidence/:evidence', async (call) => {
    const [id, evidenceId] = [call.param('id'), call.param('evidence')];
    const tenant = await tenantOf(exceptions, id);
    if (call.visitor.power !== 'write') {
      throw new Problem('forbidden', 'operators.photosNeedWritingKey', { fix: WRITING_KEY });
    }
    const found = await exceptions.readEvidence(tenant, id, evidenceId);
    if (found === null) throw new Problem('not_found', 'operators.noSuchEvidence');
    log.info(
      { exception_id: id, evidence_id: evidenceId, key_id: call.visitor.key.id },
      'an operator viewed evidence',
    );
    const { mediaType } = found.evidence;
    return {
      bytes: found.bytes,
      name: `evidence-${found.evidence.id}`,
      extension: mediaType.replace(/^.*\//, ''),
      pictureType: isShown(mediaType) && !call.query.has('download') ? mediaType : null,
    };
  });
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

/** Actions of operators on a case. */
function caseForms(deps: ConsoleDeps, exceptions: Exceptions): readonly Route[] {
  const { log } = deps.parts;

  /** A form that applies an action to a case, then redirects to its page. */
  function form(
    name: string,
    done: string,
    act: (tenant: Tenant, id: string, call: FormCall) => Promise<CaseOutcomeOf>,
  ): Route {
    return consoleForm(deps, `/ops/exceptions/:id/${name}`, async (call): Promise<PageAnswer> => {
      const id = call.param('id');
      const tenant = await tenantOf(exceptions, id);
      log.info({ exception_id: id, key_id: call.visitor.key.id, act: name }, 'an operator acted');
      const outcome = await act(tenant, id, call);
      if (outcome.kind !== 'done') throw refusal(outcome);
      return { seeOther: `/ops/exceptions/${id}?done=${done}` };
    });
  }
  return [
    form('attributes', 'kept', async (tenant, id, call) => {
      const wanted = attributesOf(call.form);
      return exceptions.change(tenant, id, by(call), wanted);
    }),
    form('note', 'noted', (tenant, id, call) => {
      const note = noteOf(call.form);
      if (note === null) throw new Problem('bad_request', 'operators.noteEmpty');
      return exceptions.note(tenant, id, by(call), note);
    }),
    form('resolve', 'ended', (tenant, id, call) => {
      const outcome = CASE_OUTCOMES.find((each) => each === call.form.get('outcome'));
      if (outcome === undefined) throw new Problem('bad_request', 'operators.outcomeMissing');
      const to = RESOLVED_TO.find((each) => each === call.form.get('to')) ?? null;
      return exceptions.resolve(tenant, id, by(call), {
        outcome,
        to,
        note: noteOf(call.form),
      });
    }),
    form('delivery-request', 'delivery_request', (tenant, id, call) => {
      const done = call.form.get('done') === 'true';
      const deliveryRequest = call.form.get('delivery_request') ?? '';
      return exceptions.resolveDeliveryRequest(tenant, id, deliveryRequest, by(call), {
        done,
        note: noteOf(call.form),
      });
    }),
    form('refuse-address', 'address_refused', async (tenant, id, call) => {
      const outcome = await exceptions.refuseAddress(tenant, id, by(call), noteOf(call.form));
      return outcome.kind === 'nothing_proposed' ? { kind: 'no_such_request' } : outcome;
    }),
    approveAddressForm(deps, exceptions),
  ];
}

function approveAddressForm(deps: ConsoleDeps, exceptions: Exceptions): Route {
  const { log } = deps.parts;
  return consoleForm(deps, '/ops/exceptions/:id/approve-address', async (call) => {
    const id = call.param('id');
    const tenant = await tenantOf(exceptions, id);
    log.info({ exception_id: id, key_id: call.visitor.key.id }, 'an operator approved an address');
    const outcome = await exceptions.approveAddress(tenant, id, by(call), {
      address: null,
      askCarrier: true,
      note: noteOf(call.form),
    });
    switch (outcome.kind) {
      case 'approved':
        return { seeOther: `/ops/exceptions/${id}?done=address_approved` };
      case 'nothing_proposed':
        throw new Problem('conflict', 'operators.noProposedAddress');
      case 'later':
        throw new Problem('carrier_unavailable', 'operators.carrierUnreachable', outcome);
      default:
        throw refusal(outcome);
    }
  });
}

function by({ visitor }: FormCall) {
  return { actor: 'operator' as const, apiKeyId: visitor.key.id };
}

/** The same limit as for an owner in the API. */
const OWNER_CHARS_MAX = 100;
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;

/** Times in the console are UTC, including those typed in. */
function attributesOf(form: URLSearchParams) {
  const owner = (form.get('owner') ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  const deadline = form.get('deadline') ?? '';
  const ms = LOCAL.test(deadline) ? Date.parse(`${deadline}:00Z`) : Number.NaN;
  if (deadline !== '' && Number.isNaN(ms)) {
    throw new Problem('bad_request', 'operators.invalidDeadline');
  }
  return {
    owner: owner === '' ? null : owner.slice(0, OWNER_CHARS_MAX),
    // An unchanged deadline keeps its seconds.
    ...(deadline === form.get('was') ? {} : { deadlineAtMs: deadline === '' ? null : ms }),
  };
}

/** The tenant of a case; throws when the case does not exist. */
async function tenantOf(exceptions: Exceptions, id: string): Promise<Tenant> {
  const tenant = isUuid(id) ? await exceptions.tenantOf(id.toLowerCase()) : null;
  if (tenant === null) throw new Problem('not_found', 'operators.noSuchCase');
  return tenant;
}
