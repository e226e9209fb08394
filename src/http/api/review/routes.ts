import { z } from 'zod';
import { type ErrorItem, type ErrorText, Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { formatProblem } from '../../../normalization/index.ts';
import {
  dismissReview,
  type ResolveOutcome,
  type ReviewItem,
  type ReviewRow,
  type ReviewState,
  resolveReview,
  reviewItem,
  reviewPage,
} from '../../../tracking/ports/mappings.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import { type PageQuery, readPage } from '../../kit/paged.ts';
import { invalidMember } from '../../kit/validation.ts';
import { dismissal } from '../dead-letters/schema.ts';
import { jobJson } from '../mappings/job-schema.ts';
import { rolledBackRefusal } from '../mappings/orders.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { opsResource } from '../ops/ops-resource.ts';
import { resolvedReview, reviewDecision, reviewEntry, reviewList, reviewQuery } from './schema.ts';

export const review = opsResource(
  { noun: 'unknown code', tag: 'Operators' },
  {
    list: {
      id: 'listUnknownCodes',
      method: 'GET',
      path: '/ops/review',
      summary: 'List unknown carrier codes',
      description:
        "By carrier and code, most frequent first: the number of facts, the first date, an anonymized example, and a suggested meaning from the carrier's text and the neighbouring scans.",
      scope: 'ops:read',
      query: reviewQuery,
      answers: { 200: { description: 'A page.', schema: reviewList } },
    },
    get: {
      id: 'getUnknownCode',
      method: 'GET',
      path: '/ops/review/:id',
      summary: 'Get an unknown carrier code',
      scope: 'ops:read',
      params: { id: 'The entry.' },
      answers: { 200: { description: 'The entry.', schema: reviewEntry } },
    },
    resolve: {
      id: 'resolveUnknownCode',
      method: 'POST',
      path: '/ops/review/:id/resolve',
      summary: 'Map an unknown carrier code',
      description:
        "Adds a rule to the hub's overlay, active at once in all processes, and starts a job that reads the affected parcels again. Refused if a rule already matches the codes, or after a rollback to a version without the overlay.",
      scope: 'ops:write',
      params: { id: 'The entry.' },
      body: reviewDecision,
      answers: { 200: { description: 'The rule, and the job.', schema: resolvedReview } },
      errors: ['conflict'],
      example: { status: 'delivery_attempted', reason: 'recipient_unavailable' },
    },
    dismiss: {
      id: 'dismissUnknownCode',
      method: 'POST',
      path: '/ops/review/:id/dismiss',
      summary: 'Ignore an unknown carrier code',
      description:
        'Its facts keep their present reading (in transit). It is still counted, but no longer listed as open.',
      scope: 'ops:write',
      params: { id: 'The entry.' },
      body: dismissal,
      answers: { 204: { description: 'Removed from the queue.' } },
      errors: ['conflict'],
      example: { note: 'internal to the carrier' },
    },
  },
  (parts: OpsParts) => ({
    list: async ({ query }) => {
      return { status: 200, body: await reviewEntries(parts, query) };
    },
    get: async ({ id, found }) => {
      const item = found(await reviewItem(parts.review, id));
      return { status: 200, body: reviewJson(item) };
    },
    resolve: async ({ key, id, body }) => {
      const outcome = await resolveReview(parts.settle, id, {
        status: body.status,
        reason: body.reason ?? null,
        milestone: body.milestone ?? null,
        logical: body.logical ?? false,
        match: body.match ?? null,
        notify: body.notify ?? false,
        note: body.note ?? null,
        by: key.id,
      });
      return resolvedAnswer(outcome);
    },
    dismiss: async ({ key, id, body }) => {
      const by = { by: key.id, note: body.note ?? null };
      await dismissOrThrow(parts, id, by);
      return { status: 204 };
    },
  }),
);

function resolvedAnswer(outcome: ResolveOutcome): Answer {
  const { row, rule, version, job } = resolvedOrThrow(outcome);
  const { id, carrier } = row;
  return { status: 200, body: { id, carrier, rule, mapping_version: version, job: jobJson(job) } };
}

/** Dismisses an entry; throws `Problem` if nothing was done. */
export async function dismissOrThrow(
  parts: OpsParts,
  id: string,
  by: Parameters<typeof dismissReview>[2],
): Promise<void> {
  const outcome = await dismissReview(parts.settle, id, by);
  if (outcome === 'not_found') throw noSuchEntry();
  if (outcome === 'ended') {
    const detail = 'mappings.codeAlreadyHandled';
    throw new Problem('conflict', detail);
  }
}

/** Returns what was done; throws `Problem` if nothing was. */
export function resolvedOrThrow(
  outcome: ResolveOutcome,
): Extract<ResolveOutcome, { outcome: 'resolved' }> {
  switch (outcome.outcome) {
    case 'resolved':
      return outcome;
    case 'not_found':
      throw noSuchEntry();
    case 'settled':
      throw new Problem('conflict', settledDetail(outcome.row));
    case 'rolled_back':
      throw rolledBackRefusal(outcome.carrier, outcome.active);
    case 'no_adapter':
      throw new Problem('conflict', 'accounts.carrierNoLongerInstalled');
    case 'bad_match':
      throw invalidMember(
        '/match',
        { 'values.verbatim': { text: outcome.reason } },
        'mappings.sendOrOmitMatch',
      );
    case 'invalid': {
      const errors = outcome.problems.map(
        (problem): ErrorItem => ({
          pointer: '',
          reason: { 'values.verbatim': { text: formatProblem(problem) } },
          fix: { 'values.verbatim': { text: problem.fix } },
        }),
      );
      const detail = 'mappings.ruleIncompatible';
      throw new Problem('invalid', detail, { errors });
    }
    case 'conflict':
      throw new Problem('conflict', 'mappings.overlayChangedRepeatedly', {
        retryAfterS: 1,
      });
  }
}

function settledDetail({ carrier, settledAtMs, settledBy }: ReviewRow): ErrorText {
  const [by, at] = settledAtMs === null ? ['none', ''] : [settledBy, iso(settledAtMs)];
  return { 'mappings.ruleAlreadyExists': { by, at, carrier } };
}

/** Most frequent first. */
const REVIEW = {
  name: 'review',
  position: z.strictObject({ seen: z.int().min(0), id: z.string().refine(isUuid) }),
};

/** A page of the list, for API and console alike. */
export function reviewEntries(
  parts: OpsParts,
  query: PageQuery & {
    readonly carrier?: string | undefined;
    readonly state?: ReviewState | undefined;
  },
) {
  const { carrier = null, state = 'open' } = query;
  return readPage(
    REVIEW,
    null,
    query,
    async (after, limit) =>
      (await reviewPage(parts.review, { carrier, state, after }, limit)).items,
    {
      position: ({ row }) => ({ seen: row.reports, id: row.id }),
      json: reviewJson,
    },
  );
}

function stateOf({ dismissedAtMs, settledAtMs }: ReviewRow): ReviewState {
  if (dismissedAtMs !== null) return 'dismissed';
  return settledAtMs === null ? 'open' : 'settled';
}

export function reviewJson(item: ReviewItem) {
  const { row, guess, example } = item;
  const state = stateOf(row);
  const endedAtMs = row.dismissedAtMs ?? row.settledAtMs;
  return {
    id: row.id,
    carrier: row.carrier,
    codes: row.codes,
    state,
    seen: row.reports,
    first_seen: iso(row.firstSeenMs),
    last_seen: iso(row.lastSeenMs),
    documented: item.documented,
    suggested_match: item.suggestedMatch,
    guess,
    example: example && {
      inbound_message_id: example.inboundMessageId,
      source: example.source,
      received_at: iso(example.receivedAtMs),
      text: example.text,
      event: example.event,
    },
    parcels_touched: item.touched,
    parcels_touched_is_more: item.touchedIsMore,
    parcels: item.parcels.map(({ shipmentId, trackingNumber, status }) => ({
      shipment_id: shipmentId,
      tracking_number: trackingNumber,
      status,
    })),
    ended:
      endedAtMs === null
        ? null
        : {
            at: iso(endedAtMs),
            by: (state === 'dismissed' ? row.dismissedBy : row.settledBy) ?? '',
            note: row.note,
          },
  };
}

function noSuchEntry(): Problem {
  return new Problem('not_found', 'mappings.noSuchEntry');
}
