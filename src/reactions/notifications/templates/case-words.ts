import { z } from 'zod';
import { amountText } from '../../../kernel/money.ts';
import type { CaseDetails, DeliveryRequestDetails, TicketUpdate } from '../contract.ts';

const word = z.string().trim().min(1).max(100);
const filled = (place: string) =>
  word.refine((text) => text.includes(`{${place}}`), { error: `must contain {${place}}` });

/**
 * The schema of a language's words about cases. Those about requests are also for the authors of
 * requests, all others for tickets only.
 */
export const caseFrame = z.strictObject({
  /** Descriptions of a request, as they are written after a colon. */
  delivery_request: z.strictObject({
    reschedule: filled('day'),
    pickup_point: filled('place'),
    hold_at_facility: word,
    address: word,
    address_as_is: word,
    morning: word,
    afternoon: word,
    evening: word,
  }),
  delivery_request_states: z.strictObject({
    asking: word,
    accepted: word,
    open: word,
    done: word,
    refused: word,
  }),
  claim_states: z.strictObject({
    draft: word,
    submitted: word,
    accepted: word,
    rejected: word,
  }),
  /** The names of facts in a ticket. */
  facts: z.strictObject({
    happened: word,
    contact: word,
    delivery_request: word,
    instructions: word,
    claim: word,
  }),
  /** Descriptions of what was done about a case, by their names in the log. */
  happened: z.strictObject({
    opened: word,
    reopened: word,
    reason_changed: word,
    attempt_failed: word,
    deadline_passed: word,
    changed: word,
    delivery_request_made: word,
    delivery_request_accepted: word,
    delivery_request_refused: word,
    delivery_request_done: word,
    address_approved: word,
    address_refused: word,
    resumed: word,
    sent_back: word,
    return_named: word,
    replacement_named: word,
    refund_recorded: word,
    claim_submitted: word,
    claim_accepted: word,
    claim_rejected: word,
    claim_overdue: word,
    closed: word,
  }),
});
type CaseFrame = z.infer<typeof caseFrame>;

/** Formats days in a language; null for what is no day. */
interface Days {
  wallClock(local: string | null): string | null;
}

/** The maximum length of a pickup point's name, which comes from a carrier. */
const PLACE_CHARS_MAX = 120;

/**
 * Describes a request, such as `delivery on Friday, March 13, in the morning`; null if its day is
 * invalid. Pure.
 */
export function deliveryRequestText(
  { kind, date, window, place, address }: DeliveryRequestDetails,
  { delivery_request: words }: CaseFrame,
  days: Days,
): string | null {
  switch (kind) {
    case 'reschedule': {
      const day = days.wallClock(date);
      if (day === null) return null;
      const text = words.reschedule.replaceAll('{day}', () => day);
      return window === null ? text : `${text}, ${words[window]}`;
    }
    case 'pickup_point':
      return words.pickup_point.replaceAll('{place}', () =>
        (place ?? '').slice(0, PLACE_CHARS_MAX),
      );
    case 'hold_at_facility':
      return words.hold_at_facility;
    case 'address':
      return address === null ? words.address_as_is : words.address;
  }
}

interface Fact {
  readonly name: string;
  readonly value: string;
}

/**
 * The facts of a ticket that only people working on the case may read. They include no address,
 * which is approved where it is stored. Pure.
 */
export function ticketFacts(
  { happened, contact }: TicketUpdate,
  details: CaseDetails | null,
  words: CaseFrame,
  days: Days,
): readonly Fact[] {
  const { facts } = words;
  const done = happened.flatMap((each) =>
    Object.hasOwn(words.happened, each)
      ? [words.happened[each as keyof CaseFrame['happened']]]
      : [],
  );
  const reached = [contact?.name, contact?.email, contact?.phone].filter(Boolean).join(', ');
  const rows = [
    { name: facts.happened, value: done.join(', ') },
    ...(details?.deliveryRequests ?? []).flatMap((deliveryRequest) =>
      deliveryRequestFacts(deliveryRequest, words, days),
    ),
    { name: facts.claim, value: claimText(details?.claim ?? null, words) },
    { name: facts.contact, value: reached },
  ];
  return rows.filter(({ value }) => value !== '');
}

function deliveryRequestFacts(
  deliveryRequest: DeliveryRequestDetails,
  words: CaseFrame,
  days: Days,
): readonly Fact[] {
  const { facts, delivery_request_states: states } = words;
  const text = deliveryRequestText(deliveryRequest, words, days) ?? '';
  return [
    {
      name: facts.delivery_request,
      value: text === '' ? '' : `${text} (${states[deliveryRequest.state]})`,
    },
    { name: facts.instructions, value: deliveryRequest.instructions ?? '' },
  ];
}

function claimText(claim: CaseDetails['claim'], { claim_states: states }: CaseFrame): string {
  if (claim === null) return '';
  const { state, amountMinor, grantedMinor, currency, reference } = claim;
  const minor = grantedMinor ?? amountMinor;
  const amount = minor === null || currency === null ? null : amountText(minor, currency);
  return [states[state], amount, reference].filter(Boolean).join(', ');
}
