import { h } from 'preact';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  CASE_OUTCOMES,
  type CaseOutcomeOf,
  type Exceptions,
  RESOLVED_TO,
  STATS_BY,
} from '../../../reactions/exceptions/index.ts';
import { refusal } from '../../api/exceptions/answers.ts';
import { CASES, casePosition } from '../../api/exceptions/case-routes.ts';
import { isShown } from '../../kit/file-types.ts';
import { readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { noteOf } from '../kit/console-form.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import type { PageAnswer } from '../kit/page-answer.ts';
import type { DeskName } from '../kit/table.ts';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { whoseOf } from '../kit/whose.tsx';
import { AT, ExceptionPage } from './case-page.tsx';
import { ExceptionsPage, lastWeeks, SHOWN, type Shown } from './page.tsx';

const CASES_SHOWN = 50;
const GROUPS_SHOWN = 20;
/** A case has few claims: a new one follows each rejected one. */
const CLAIMS_SHOWN = 100;
const WEEKS_SHOWN = 12;
/** The maximum number of rows: weeks times kinds. */
const CHART_ROWS_MAX = 200;
const DAYS_COUNTED_MS = 90 * 86_400_000;

/** Cases of the merchant, for operators of all: counts by kind, and working on one. */
export function exceptionRoutes(deps: DeskDeps): readonly Route[] {
  const { exceptions } = deps.parts;
  if (exceptions === undefined) return [];
  return [
    overviewPage(deps, exceptions),
    casePage(deps, exceptions),
    evidencePage(deps, exceptions),
    ...caseForms(deps, exceptions),
  ];
}

function overviewPage(deps: DeskDeps, exceptions: Exceptions): Route {
  const { clock } = deps.parts;
  return deskPage(deps, 'readExceptions', async (call) => {
    const nowMs = clock.nowMs();
    const shown = SHOWN.find((name) => name === call.query.get('show')) ?? 'open';
    const group = STATS_BY.find((each) => each === call.query.get('by')) ?? 'reason';
    const whose = whoseOf(call);
    const cases = await readPage(
      CASES,
      whose,
      { shown, cursor: call.query.get('cursor') ?? undefined, limit: CASES_SHOWN },
      (after, limit) =>
        exceptions.list(whose, {
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
        rows: await exceptions.stats(whose, {
          by: ['week', 'kind'],
          fromMs,
          untilMs,
          limit: CHART_ROWS_MAX,
        }),
      },
      stats: await exceptions.stats(whose, {
        by: [group],
        fromMs: nowMs - DAYS_COUNTED_MS,
        untilMs,
        limit: GROUPS_SHOWN,
      }),
    });
  });
}

function casePage(deps: DeskDeps, exceptions: Exceptions): Route {
  const { custody } = deps.parts;
  return deskPage(deps, 'readException', async (call) => {
    const { tenant } = call;
    const view = await exceptions.show(tenant, idOf(call));
    if (view === null) throw noSuchCase();
    const caseId = view.exceptionCase.id;
    const claims = await exceptions.claims(tenant, { caseId, after: null, limit: CLAIMS_SHOWN });
    return h(ExceptionPage, {
      deps,
      call,
      view,
      claims: claims.map(({ claim }) => claim),
      evidence: await exceptions.listEvidence(tenant, caseId),
      courierNotes: (await custody?.notes(tenant, view.shipment.id)) ?? [],
    });
  });
}

function evidencePage(deps: DeskDeps, exceptions: Exceptions): Route {
  const { log } = deps.parts;
  return deskPage(deps, 'readEvidenceOfException', async (call) => {
    const [id, evidenceId] = [idOf(call), call.param('evidence')];
    const found = await exceptions.readEvidence(call.tenant, id, evidenceId);
    if (found === null) throw new Problem('not_found', 'operators.noSuchEvidence');
    const about = { exception_id: id, evidence_id: evidenceId, actor_id: call.visitor.actor.id };
    log.info(about, 'somebody viewed evidence');
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

/** Actions on a case. */
function caseForms(deps: DeskDeps, exceptions: Exceptions): readonly Route[] {
  /** A form that applies an action to a case, then redirects to its page. */
  function form(
    page: DeskName,
    done: string,
    act: (tenant: Tenant, id: string, call: DeskFormCall) => Promise<CaseOutcomeOf>,
  ): Route {
    return deskForm(deps, page, async (call): Promise<PageAnswer> => {
      const id = idOf(call);
      const outcome = await act(call.tenant, id, call);
      if (outcome.kind !== 'done') throw refusal(outcome);
      await call.note(id);
      return { seeOther: `${AT}/${id}?done=${done}` };
    });
  }
  return [
    form('keepAttributesOfException', 'kept', async (tenant, id, call) => {
      const wanted = attributesOf(call.form);
      return exceptions.change(tenant, id, by(call), wanted);
    }),
    form('noteOnException', 'noted', (tenant, id, call) => {
      const note = noteOf(call.form);
      if (note === null) throw new Problem('bad_request', 'operators.noteEmpty');
      return exceptions.note(tenant, id, by(call), note);
    }),
    form('endException', 'ended', (tenant, id, call) => {
      const outcome = CASE_OUTCOMES.find((each) => each === call.form.get('outcome'));
      if (outcome === undefined) throw new Problem('bad_request', 'operators.outcomeMissing');
      const to = RESOLVED_TO.find((each) => each === call.form.get('to')) ?? null;
      return exceptions.resolve(tenant, id, by(call), {
        outcome,
        to,
        note: noteOf(call.form),
      });
    }),
    form('resolveDeliveryRequestOfException', 'delivery_request', (tenant, id, call) => {
      const done = call.form.get('done') === 'true';
      const deliveryRequest = call.form.get('delivery_request') ?? '';
      return exceptions.resolveDeliveryRequest(tenant, id, deliveryRequest, by(call), {
        done,
        note: noteOf(call.form),
      });
    }),
    form('refuseAddressOfException', 'address_refused', async (tenant, id, call) => {
      const outcome = await exceptions.refuseAddress(tenant, id, by(call), noteOf(call.form));
      return outcome.kind === 'nothing_proposed' ? { kind: 'no_such_request' } : outcome;
    }),
    approveAddressForm(deps, exceptions),
  ];
}

function approveAddressForm(deps: DeskDeps, exceptions: Exceptions): Route {
  return deskForm(deps, 'approveAddressOfException', async (call) => {
    const id = idOf(call);
    const outcome = await exceptions.approveAddress(call.tenant, id, by(call), {
      address: null,
      askCarrier: true,
      note: noteOf(call.form),
    });
    switch (outcome.kind) {
      case 'approved':
        await call.note(id);
        return { seeOther: `${AT}/${id}?done=address_approved` };
      case 'nothing_proposed':
        throw new Problem('conflict', 'operators.noProposedAddress');
      case 'later':
        throw new Problem('carrier_unavailable', 'operators.carrierUnreachable', outcome);
      default:
        throw refusal(outcome);
    }
  });
}

/** Who works on the case: a member for the merchant, or an operator. */
function by({ visitor: { actor, role } }: DeskFormCall) {
  return {
    actor: role === null ? ('operator' as const) : ('merchant' as const),
    apiKeyId: actor.kind === 'user' ? null : actor.id,
  };
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

/** Throws when the path names no case. */
function idOf({ param }: Pick<DeskCall, 'param'>): string {
  const id = param('id').toLowerCase();
  if (isUuid(id)) return id;
  throw noSuchCase();
}

function noSuchCase(): Problem {
  return new Problem('not_found', 'operators.noSuchCase');
}
