import type { z } from 'zod';
import type { Registry } from '../../../adapters/index.ts';
import type { ErrorText } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import {
  type CaseFilter,
  type CaseView,
  caseJson,
  type ExceptionCase,
  type Exceptions,
} from '../../../reactions/exceptions/index.ts';
import type { Answer } from '../../kit/answer.ts';
import type { MerchantCall } from '../../kit/merchant-route.ts';
import type { Operation } from '../../kit/operation.ts';
import { BY_TIME, readPage } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { namedCarrier } from '../shipments/new-shipment.ts';
import { noSuchShipment } from '../shipments/routes.ts';
import {
  caseAnswer,
  caseSubjectJson,
  changedCaseAnswer,
  type ExceptionDeps,
  noSuchException,
  workerOf,
} from './answers.ts';
import {
  caseChange,
  caseFilter,
  caseNote,
  casePage,
  exceptionCase,
  namedParcel,
  newCase,
  refund,
  resolution,
  stats,
  statsFilter,
  withNote,
} from './schema.ts';

const DAY_MS = 86_400_000;
const STATS_DAYS = 90;
/** The longest period; longer ones are a job for a data warehouse. */
const STATS_DAYS_MAX = 731;

async function statsAnswer(
  exceptions: Exceptions,
  tenant: Tenant,
  query: z.output<typeof statsFilter>,
  nowMs: number,
): Promise<Answer> {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const to = query.to ?? today;
  const untilMs = Date.parse(`${to}T00:00:00Z`) + DAY_MS;
  const fromMs =
    query.from === undefined
      ? untilMs - STATS_DAYS * DAY_MS
      : Date.parse(`${query.from}T00:00:00Z`);
  if (fromMs >= untilMs || untilMs - fromMs > STATS_DAYS_MAX * DAY_MS) {
    const reason: ErrorText = { 'exceptions.fromOutOfRange': { statsDaysMax: STATS_DAYS_MAX } };
    throw invalidMember('?from', reason, 'estimates.sendEarlierDay');
  }
  const { by, limit, carrier, kind } = query;
  const rows = await exceptions.stats(tenant, {
    by,
    fromMs,
    untilMs,
    limit,
    ...(carrier === undefined ? {} : { carrier }),
    ...(kind === undefined ? {} : { kind }),
  });
  return {
    status: 200,
    body: {
      from: new Date(fromMs).toISOString().slice(0, 10),
      to,
      data: rows.map(({ group, medianHours, ...counts }) => ({
        ...group,
        ...counts,
        median_hours: medianHours,
      })),
    },
  };
}

/** In order of opening; the console uses the same paging. */
export const CASES = { name: 'exceptions', position: BY_TIME };

export function casePosition(row: { at: string; exceptionCase: { id: string } }) {
  return { at: row.at, id: row.exceptionCase.id };
}

interface CaseRoutesDeps extends ExceptionDeps {
  readonly adapters: Registry;
  readonly clock: Clock;
}

const CHANGED = { 200: { description: 'The changed object.', schema: exceptionCase } };

/** Problem parcels: listing cases, and working on one to its end. */
export const exceptionCases = resource(
  { noun: 'exception', tag: 'Exceptions' },
  {
    list: {
      id: 'listExceptions',
      method: 'GET',
      path: '/exceptions',
      summary: 'List exceptions, newest first',
      scope: 'exceptions:read',
      query: caseFilter,
      shed: {},
      answers: { 200: { description: 'One page.', schema: casePage } },
    },
    stats: {
      id: 'getExceptionStats',
      method: 'GET',
      path: '/exceptions/stats',
      summary: 'Get exception statistics',
      scope: 'exceptions:read',
      query: statsFilter,
      shed: {},
      answers: { 200: { description: 'One entry per group.', schema: stats } },
    },
    get: {
      id: 'getException',
      method: 'GET',
      path: '/exceptions/:id',
      summary: 'Get an exception with its history',
      scope: 'exceptions:read',
      answers: { 200: { description: 'The exception.', schema: exceptionCase } },
    },
    create: {
      id: 'createException',
      method: 'POST',
      path: '/exceptions',
      summary: 'Open an exception by hand',
      description: 'An exception opened by a person is closed only by a person.',
      scope: 'exceptions:write',
      body: newCase,
      answers: { 201: { description: 'Opened.', schema: exceptionCase } },
      errors: ['not_found', 'conflict'],
    },
    update: {
      id: 'updateException',
      method: 'PATCH',
      path: '/exceptions/:id',
      summary: "Set an exception's owner and deadline",
      scope: 'exceptions:write',
      body: caseChange,
      answers: CHANGED,
      errors: ['conflict'],
      example: { owner: 'Kim', deadline_at: '2026-03-14T16:00:00Z' },
    },
    note: {
      id: 'addExceptionNote',
      method: 'POST',
      path: '/exceptions/:id/notes',
      summary: 'Add a note to an exception',
      scope: 'exceptions:write',
      body: caseNote,
      answers: CHANGED,
      errors: ['conflict'],
      example: { text: 'The recipient is back on Monday.' },
    },
    resolve: {
      id: 'resolveException',
      method: 'POST',
      path: '/exceptions/:id/resolve',
      summary: 'Close an exception',
      description:
        'A shipment with status `exception` returns to its previous status (`resolved`) or becomes `returning` (`returned`), as by a command. If the table of allowed transitions forbids it, the request is refused and nothing changes.',
      scope: 'exceptions:write',
      body: resolution,
      answers: CHANGED,
      errors: ['conflict', 'forbidden_move'],
    },
    return: {
      id: 'returnExceptionParcel',
      method: 'POST',
      path: '/exceptions/:id/send-back',
      summary: "Mark an exception's parcel as returning",
      description:
        'The shipment is `returning` from then on, whatever is scanned. This does not instruct the carrier: see `POST /shipments/{id}/redirect`.',
      scope: 'exceptions:write',
      body: withNote,
      answers: CHANGED,
      errors: ['conflict', 'forbidden_move'],
    },
    link: {
      id: 'linkReturnShipment',
      method: 'POST',
      path: '/exceptions/:id/return-shipment',
      summary: 'Link the return shipment',
      description:
        'For a return that has its own tracking number: it is tracked and linked. A number that the carrier reports is linked automatically.',
      scope: 'exceptions:write',
      body: namedParcel,
      answers: CHANGED,
      errors: ['unknown_carrier'],
    },
    replace: {
      id: 'linkReplacementShipment',
      method: 'POST',
      path: '/exceptions/:id/replacement-shipment',
      summary: 'Link the shipment that replaces the parcel',
      description:
        'For goods that you sent again: the new number is tracked, with the same orders and recipient, and linked.',
      scope: 'exceptions:write',
      body: namedParcel,
      answers: CHANGED,
      errors: ['unknown_carrier'],
    },
    refund: {
      id: 'recordRefund',
      method: 'POST',
      path: '/exceptions/:id/refunds',
      summary: 'Record a refund',
      description: 'For the history. Waybill pays nothing: make the refund in your shop.',
      scope: 'exceptions:write',
      body: refund,
      answers: CHANGED,
      errors: ['conflict'],
    },
    reopen: {
      id: 'reopenException',
      method: 'POST',
      path: '/exceptions/:id/reopen',
      summary: 'Reopen an exception',
      description: 'It gets a new deadline. From then on, only a person closes it.',
      scope: 'exceptions:write',
      body: withNote,
      answers: CHANGED,
      errors: ['conflict'],
    },
  },
  (deps: CaseRoutesDeps) => {
    const { exceptions, clock } = deps;
    return {
      list: async ({ tenant, query }) => {
        const filter = toFilter(query, clock.nowMs());
        const body = await readPage(
          CASES,
          tenant,
          query,
          (after, limit) =>
            exceptions.list(tenant, {
              filter,
              after,
              limit,
            }),
          { position: casePosition, json: ({ exceptionCase }) => listedJson(exceptionCase) },
        );
        return { status: 200, body };
      },
      stats: async ({ tenant, query }) => statsAnswer(exceptions, tenant, query, clock.nowMs()),
      get: ({ tenant, id }) => caseAnswer(deps, tenant, id),
      create: async (call) => {
        const { tenant, body } = call;
        const outcome = await exceptions.open(tenant, workerOf(call), {
          shipmentId: body.shipment_id.toLowerCase(),
          kind: body.kind,
          reason: body.reason ?? null,
          note: body.note ?? null,
        });
        if (outcome.kind === 'not_found') throw noSuchShipment();
        return changedCaseAnswer(deps, tenant, outcome, 201);
      },
      update: async (call) => {
        const { tenant, body, id } = call;
        const { owner, deadline_at: due } = body;
        const outcome = await exceptions.change(tenant, id, workerOf(call), {
          ...(owner === undefined ? {} : { owner }),
          ...(due === undefined ? {} : { deadlineAtMs: due === null ? null : Date.parse(due) }),
        });
        return changedCaseAnswer(deps, tenant, outcome);
      },
      note: async (call) => {
        const { tenant, body, id } = call;
        return changedCaseAnswer(
          deps,
          tenant,
          await exceptions.note(tenant, id, workerOf(call), body.text),
        );
      },
      resolve: async (call) => {
        const { tenant, body, id } = call;
        const { outcome, to, note } = body;
        const how = { outcome, to: to ?? null, note: note ?? null };
        return changedCaseAnswer(
          deps,
          tenant,
          await exceptions.resolve(tenant, id, workerOf(call), how),
        );
      },
      return: async (call) => {
        const { tenant, body, id } = call;
        const note = body.note ?? null;
        return changedCaseAnswer(
          deps,
          tenant,
          await exceptions.sendBack(tenant, id, workerOf(call), note),
        );
      },
      link: (call) => linkParcel(deps, call, 'return'),
      replace: (call) => linkParcel(deps, call, 'replacement'),
      refund: async (call) => {
        const { tenant, body, id } = call;
        const { minor: amountMinor, currency } = body.amount;
        const refunded = { amountMinor, currency, note: body.note ?? null };
        return changedCaseAnswer(
          deps,
          tenant,
          await exceptions.recordRefund(tenant, id, workerOf(call), refunded),
        );
      },
      reopen: async (call) => {
        const { tenant, body, id } = call;
        const note = body.note ?? null;
        return changedCaseAnswer(
          deps,
          tenant,
          await exceptions.reopen(tenant, id, workerOf(call), note),
        );
      },
    };
  },
);

/** Returns the number of a parcel that returns or replaces the goods; throws a 422 if it cannot be. */
export function parcelNumber(
  adapters: Registry,
  own: Pick<CaseView['shipment'], 'carrier' | 'trackingNumber'>,
  named: { readonly carrier?: string | null | undefined; readonly tracking_number: string },
) {
  const adapter = namedCarrier(adapters, named.carrier || own.carrier);
  const carrier = adapter.manifest.name;
  const trackingNumber = adapter.numbers.normalize(named.tracking_number);
  if (trackingNumber === '' || (carrier === own.carrier && trackingNumber === own.trackingNumber)) {
    const reason = 'exceptions.notReturnNumber';
    throw invalidMember('/tracking_number', reason, 'exceptions.sendReturnLabelNumber');
  }
  return { carrier, trackingNumber };
}

async function linkParcel(
  deps: CaseRoutesDeps,
  call: Pick<MerchantCall<Operation>, 'tenant' | 'key'> & {
    readonly id: string;
    readonly body: z.output<typeof namedParcel>;
  },
  kind: 'return' | 'replacement',
): Promise<Answer> {
  const { exceptions, adapters } = deps;
  const { tenant, body, id } = call;
  const view = await exceptions.show(tenant, id);
  if (view === null) throw noSuchException();
  const parcel = parcelNumber(adapters, view.shipment, body);
  const by = workerOf(call);
  return changedCaseAnswer(deps, tenant, await exceptions.nameParcel(tenant, id, by, kind, parcel));
}

function toFilter(query: z.output<typeof caseFilter>, nowMs: number): CaseFilter {
  const { state, kind, reason, carrier, owner } = query;
  const given = { state, kind, reason, carrier, owner, waitingFor: query.waiting_for };
  return {
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as CaseFilter),
    ...(query.shipment_id === undefined ? {} : { shipmentId: query.shipment_id }),
    ...(query.overdue === undefined ? {} : { dueBeforeMs: nowMs }),
  };
}

function listedJson(exceptionCase: ExceptionCase) {
  const { options: _, ...json } = caseJson(exceptionCase, 'created', false);
  return { ...json, ...caseSubjectJson(exceptionCase) };
}
