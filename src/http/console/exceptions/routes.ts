import { DateTime } from 'luxon';
import { h } from 'preact';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { minorOf } from '../../../kernel/money.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { zoneNamed } from '../../../kernel/time/formatters.ts';
import { listMembers } from '../../../merchants/index.ts';
import {
  CASE_KINDS,
  CASE_OUTCOMES,
  type CaseFilter,
  type CaseOutcomeOf,
  CLAIM_REASONS,
  type Claim,
  type ClaimOutcome,
  type Evidence,
  type Exceptions,
  RESOLVED_TO,
  STATS_BY,
} from '../../../reactions/exceptions/index.ts';
import {
  openPersonal,
  readShipmentNotes,
  viewShipment,
} from '../../../tracking/ports/shipments.ts';
import { refusal } from '../../api/exceptions/answers.ts';
import { CASES, casePosition, parcelNumber } from '../../api/exceptions/case-routes.ts';
import { changedClaim } from '../../api/exceptions/claim-routes.ts';
import { addedEvidence } from '../../api/exceptions/evidence-routes.ts';
import { isShown } from '../../kit/file-types.ts';
import { readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { noteOf } from '../console-form.ts';
import { safeNext } from '../entry/let-in.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import type { PageAnswer } from '../kit/page-answer.ts';
import { timeZoneFor } from '../kit/spoken.tsx';
import type { DeskName } from '../kit/table.ts';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { casesOf, isOfCurrent } from '../kit/whose.tsx';
import { loadShipments } from '../shipments/listing.ts';
import { AT, CasePreview, ExceptionPage } from './case-page.tsx';
import type { CaseWorkProps } from './case-work.tsx';
import { BULK, ExceptionsPage, isListedBy, lastWeeks, SHOWN, type Shown } from './page.tsx';

const CASES_SHOWN = 50;
/** Events of the parcel on the page of its case. */
const SCANS_SHOWN = 3;
const GROUPS_SHOWN = 20;
const GROUP_CHARS_MAX = 100;
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
    previewPage(deps, exceptions),
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
    const whose = casesOf(call);
    const me = nameOf(call);
    const only = onlyOf(group, call.query.get('only') ?? '');
    const cases = await readPage(
      { ...CASES, name: `exceptions-${shown}` },
      whose,
      { shown, ...only, cursor: call.query.get('cursor') ?? undefined, limit: CASES_SHOWN },
      (after, limit) =>
        exceptions.list(whose, {
          filter: { ...filterOf(shown, nowMs, me), ...only },
          after,
          limit,
          isByUrgency: shown !== 'closed',
        }),
      { position: casePosition, json: (row) => row },
    );
    const ids = cases.data.map(({ exceptionCase }) => exceptionCase.shipmentId);
    // Only parcels of the merchant that the reader looks at are read, also in a list of all.
    const mayReadParcels = whose === null || isOfCurrent(call, whose);
    const parcels = mayReadParcels ? await loadShipments(deps, call, [...new Set(ids)]) : [];
    const weeks = lastWeeks(nowMs, WEEKS_SHOWN);
    const fromMs = Date.parse(`${weeks[0]}T00:00:00Z`);
    const untilMs = nowMs + 1;
    return h(ExceptionsPage, {
      deps,
      call,
      shown,
      by: group,
      only: Object.values(only)[0] ?? null,
      cases: cases.data.map(({ exceptionCase }) => exceptionCase),
      parcels: new Map(parcels.map((parcel) => [parcel.id, parcel])),
      counts: await exceptions.count(whose, { nowMs, owner: me }),
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
    const work = await loadCaseWork({ exceptions, members: deps.members }, call, idOf(call), null);
    if (work === null) throw noSuchCase();
    const { exceptionCase, shipment } = work.view;
    const { tracking } = deps.parts;
    const parcel = await viewShipment(tracking, call.tenant, shipment.id);
    return h(ExceptionPage, {
      deps,
      call,
      work,
      events: parcel?.events.slice(0, SCANS_SHOWN) ?? [],
      notes: call.may('people:see')
        ? await readShipmentNotes(tracking, call.tenant, shipment.id)
        : [],
      evidence: await exceptions.listEvidence(call.tenant, exceptionCase.id),
      courierNotes: (await custody?.notes(call.tenant, shipment.id)) ?? [],
      personal: call.may('people:see')
        ? openPersonal(shipment.sealedPersonal, deps.parts.tracking.sealer)
        : null,
    });
  });
}

/** Renders the preview of a case that the queue shows beside its rows. */
function previewPage(deps: DeskDeps, exceptions: Exceptions): Route {
  return deskPage(deps, 'previewException', async (call) => {
    const work = await loadCaseWork({ exceptions, members: deps.members }, call, idOf(call), AT);
    if (work === null) throw noSuchCase();
    return { fragment: h(CasePreview, { deps, work, mayAct: call.may('shipments:change') }) };
  });
}

/**
 * Loads a case, its newest claims and what its forms need; null if the tenant has no such case.
 *
 * @param next path of the page to return to after an action; null returns to the case's own page
 */
export async function loadCaseWork(
  { exceptions, members }: Pick<DeskDeps, 'members'> & { readonly exceptions: Exceptions },
  call: DeskCall,
  id: string,
  next: string | null,
): Promise<CaseWorkProps | null> {
  const { tenant } = call;
  const view = await exceptions.show(tenant, id);
  if (view === null) return null;
  const claims = await exceptions.claims(tenant, { caseId: id, after: null, limit: CLAIMS_SHOWN });
  const path = `${AT}/${id}`;
  const found = claims.map(({ claim }) => claim);
  const ownerName = nameOf(call);
  const names = (await listMembers(members, tenant.merchantId)).map(({ person }) => person.name);
  const colleagues = [...new Set(names)].filter((each) => each !== ownerName).sort();
  return { view, claims: found, path, next: next ?? path, ownerName, colleagues };
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

/** Narrows the queue to one group of the statistics, if these have such a list. Pure. */
function onlyOf(by: (typeof STATS_BY)[number], group: string): CaseFilter & Record<string, string> {
  const kind = CASE_KINDS.find((each) => each === group);
  if (by === 'kind') return kind === undefined ? {} : { kind };
  const isKnown = group !== '' && group.length <= GROUP_CHARS_MAX && isListedBy(by);
  return isKnown ? { [by]: group } : {};
}

function filterOf(shown: Shown, nowMs: number, me: string): CaseFilter {
  switch (shown) {
    case 'open':
    case 'closed':
      return { state: shown };
    case 'merchant':
      return { state: 'open', forMerchantAtMs: nowMs };
    case 'mine':
      return { state: 'open', owner: me };
    case 'unassigned':
      return { state: 'open', owner: null };
    case 'overdue':
      return { state: 'open', dueBeforeMs: nowMs };
  }
}

/** Actions on a case, each of which returns to the page it was taken on. */
function caseForms(deps: DeskDeps, exceptions: Exceptions): readonly Route[] {
  const { adapters } = deps.parts;
  type Act = (call: DeskFormCall, id: string) => Promise<CaseOutcomeOf | Claim | Evidence>;
  /** A form that acts on the case of its path, and returns to its page with the notice `done`. */
  function form(page: DeskName, done: string, act: Act): Route {
    return deskForm(deps, page, async (call): Promise<PageAnswer> => {
      const id = idOf(call);
      const outcome = await act(call, id);
      if ('kind' in outcome && outcome.kind !== 'done') throw refusal(outcome);
      await call.note(id);
      return { seeOther: pageAfter(call, id, done) };
    });
  }
  return [
    form('keepAttributesOfException', 'kept', (call, id) =>
      exceptions.change(call.tenant, id, workerOf(call), attributesOf(call)),
    ),
    form('noteOnException', 'noted', ({ tenant, ...call }, id) => {
      const note = noteOf(call.form);
      if (note === null) throw new Problem('bad_request', 'operators.noteEmpty');
      return exceptions.note(tenant, id, workerOf(call), note);
    }),
    form('endException', 'ended', (call, id) => {
      const outcome = CASE_OUTCOMES.find((each) => each === call.form.get('outcome'));
      if (outcome === undefined) throw new Problem('bad_request', 'operators.outcomeMissing');
      const to = RESOLVED_TO.find((each) => each === call.form.get('to')) ?? null;
      const how = { outcome, to, note: noteOf(call.form) };
      return exceptions.resolve(call.tenant, id, workerOf(call), how);
    }),
    form('reopenCaseOfDesk', 'reopened', (call, id) =>
      exceptions.reopen(call.tenant, id, workerOf(call), noteOf(call.form)),
    ),
    form('reshipFromException', 'reshipped', async (call, id) => {
      const { tenant, form: said } = call;
      const view = await exceptions.show(tenant, id);
      if (view === null) throw noSuchCase();
      const named = { tracking_number: said.get('number') ?? '', carrier: said.get('carrier') };
      const parcel = parcelNumber(adapters, view.shipment, named);
      return exceptions.nameParcel(tenant, id, workerOf(call), 'replacement', parcel);
    }),
    form('refundFromException', 'refunded', (call, id) => {
      const refund = { ...amountOf(call.form), note: noteOf(call.form) };
      return exceptions.recordRefund(call.tenant, id, workerOf(call), refund);
    }),
    form('claimFromException', 'claim', async (call, id) =>
      changedClaim(await changeClaim(exceptions, call, id)),
    ),
    form('addEvidenceToException', 'evidence', async (call, id) =>
      addedEvidence(
        await exceptions.addEvidence(
          call.tenant,
          id,
          workerOf(call),
          call.file ?? new Uint8Array(),
        ),
      ),
    ),
    form('resolveDeliveryRequestOfException', 'delivery_request', (call, id) => {
      const done = call.form.get('done') === 'true';
      const request = call.form.get('delivery_request') ?? '';
      const how = { done, note: noteOf(call.form) };
      return exceptions.resolveDeliveryRequest(call.tenant, id, request, workerOf(call), how);
    }),
    form('refuseAddressOfException', 'address_refused', async (call, id) => {
      const note = noteOf(call.form);
      const outcome = await exceptions.refuseAddress(call.tenant, id, workerOf(call), note);
      return outcome.kind === 'nothing_proposed' ? { kind: 'no_such_request' } : outcome;
    }),
    approveAddressForm(deps, exceptions),
    bulkForm(deps, exceptions),
  ];
}

/**
 * Does what the pressed button says with the claim of a form; without a known button, drafts one.
 */
async function changeClaim(
  exceptions: Exceptions,
  call: DeskFormCall,
  caseId: string,
): Promise<ClaimOutcome> {
  const { tenant, form } = call;
  const claimId = form.get('claim') ?? '';
  const worker = workerOf(call);
  switch (form.get('do')) {
    case 'submit':
      return exceptions.submitClaim(tenant, claimId, worker, {
        reference: form.get('reference')?.trim() || null,
      });
    case 'drop':
      return exceptions.dropDraft(tenant, claimId, worker);
    case 'accept':
      return exceptions.decideClaim(tenant, claimId, worker, {
        decision: 'accepted',
        grantedMinor: await grantedIn(exceptions, call, claimId),
        note: null,
      });
    case 'reject':
      return exceptions.decideClaim(tenant, claimId, worker, { decision: 'rejected', note: null });
    default: {
      const reason = CLAIM_REASONS.find((each) => each === form.get('reason')) ?? 'other';
      const draft = { reason, ...amountOf(form), description: null };
      return exceptions.draftClaim(tenant, caseId, worker, draft);
    }
  }
}

/** The amount that the carrier accepted, in the claim's currency; null: all of it. */
async function grantedIn(exceptions: Exceptions, { tenant, form }: DeskFormCall, claimId: string) {
  if ((form.get('amount') ?? '').trim() === '') return null;
  const claim = await exceptions.showClaim(tenant, claimId);
  const currency = claim?.currency ?? '';
  return amountOf(new URLSearchParams({ amount: form.get('amount') ?? '', currency })).amountMinor;
}

/** Changes the chosen cases, or takes the one in whose row the button is; a page of them at most. */
function bulkForm(deps: DeskDeps, exceptions: Exceptions): Route {
  return deskForm(deps, 'actOnExceptions', async (call) => {
    const { tenant, form } = call;
    const did = BULK.find((each) => each === form.get('do')) ?? 'take';
    const isOne = form.has('take');
    const ids = form
      .getAll(isOne ? 'take' : 'id')
      .filter(isUuid)
      .slice(0, CASES_SHOWN);
    let count = 0;
    for (const id of ids) {
      const outcome = await bulkAct(exceptions, tenant, id, call, did);
      if (outcome.kind === 'done') count += 1;
    }
    await call.note(`${did} ${isOne ? ids.join() : `${count}/${ids.length}`}`);
    const shown = SHOWN.find((each) => each === form.get('show')) ?? 'open';
    const query = { show: shown, did, count: `${count}`, left: `${ids.length - count}` };
    const narrowed = ['by', 'only'].flatMap((name) => form.getAll(name).map((of) => [name, of]));
    return { seeOther: `${AT}?${new URLSearchParams([...Object.entries(query), ...narrowed])}` };
  });
}

function bulkAct(
  exceptions: Exceptions,
  tenant: Tenant,
  id: string,
  call: DeskFormCall,
  did: (typeof BULK)[number],
): Promise<CaseOutcomeOf> {
  switch (did) {
    case 'take':
      return exceptions.change(tenant, id, workerOf(call), { owner: nameOf(call) });
    case 'resolve':
      return exceptions.resolve(tenant, id, workerOf(call), {
        outcome: 'resolved',
        to: null,
        note: null,
      });
    case 'reopen':
      return exceptions.reopen(tenant, id, workerOf(call), null);
  }
}

function approveAddressForm(deps: DeskDeps, exceptions: Exceptions): Route {
  return deskForm(deps, 'approveAddressOfException', async (call) => {
    const id = idOf(call);
    const outcome = await exceptions.approveAddress(call.tenant, id, workerOf(call), {
      address: null,
      askCarrier: true,
      note: noteOf(call.form),
    });
    switch (outcome.kind) {
      case 'approved':
        await call.note(id);
        return { seeOther: pageAfter(call, id, 'address_approved') };
      case 'nothing_proposed':
        throw new Problem('conflict', 'operators.noProposedAddress');
      case 'later':
        throw new Problem('carrier_unavailable', 'operators.carrierUnreachable', outcome);
      default:
        throw refusal(outcome);
    }
  });
}

/** The URL of the page on which the action was taken, with the notice about it. */
function pageAfter({ form }: DeskFormCall, id: string, done: string): string {
  const next = form.get('next');
  const page = next === null ? `${AT}/${id}` : safeNext(next);
  return `${page}${page.includes('?') ? '&' : '?'}done=${done}`;
}

/** Who works on the case: a member for the merchant, or an operator. */
function workerOf({ visitor: { actor, role } }: Pick<DeskFormCall, 'visitor'>) {
  return {
    actor: role === null ? ('operator' as const) : ('merchant' as const),
    apiKeyId: actor.kind === 'user' ? null : actor.id,
  };
}

/** The name under which somebody owns cases. */
function nameOf({ visitor: { actor } }: Pick<DeskCall, 'visitor'>): string {
  return actor.kind === 'user' ? actor.person.name : actor.name;
}

/** The same limit as for an owner in the API. */
const OWNER_CHARS_MAX = 100;
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;

/**
 * The owner in the form, and the deadline if it was changed; null for an empty field. A typed
 * deadline is in the time zone of the page.
 */
function attributesOf({ form, request }: DeskFormCall) {
  const owner = (form.get('owner') ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  const change = { owner: owner === '' ? null : owner.slice(0, OWNER_CHARS_MAX) };
  const deadline = form.get('deadline');
  // Absent: only the owner changes. An unchanged deadline keeps its seconds.
  if (deadline === null || deadline === form.get('was')) return change;
  if (deadline === '') return { ...change, deadlineAtMs: null };
  const at = DateTime.fromISO(deadline, { zone: zoneNamed(timeZoneFor(request)) });
  if (!LOCAL.test(deadline) || !at.isValid) {
    throw new Problem('bad_request', 'operators.invalidDeadline');
  }
  return { ...change, deadlineAtMs: at.toMillis() };
}

/**
 * The amount in the form, in the smallest unit of its currency. Throws a 422 for 0 or no number.
 */
function amountOf(form: URLSearchParams) {
  const currency = (form.get('currency') ?? '').trim().toUpperCase();
  const amountMinor = minorOf(form.get('amount') ?? '', currency);
  if (amountMinor === null || amountMinor === 0) {
    throw invalidMember('/amount', 'exceptions.noAmount', 'exceptions.writeAmount');
  }
  return { amountMinor, currency };
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
