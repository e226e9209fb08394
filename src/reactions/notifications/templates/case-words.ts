import { z } from 'zod';
import { amountText } from '../../../kernel/money.ts';
import type { CaseDetails, DeliveryRequestDetails, TicketUpdate } from '../contract.ts';

const word = z.string().trim().min(1).max(100);
const filled = (place: string) =>
  word.refine((text) => text.includes(`{${place}}`), { error: `must contain {${place}}` });

/** The words of a language for cases: requests also for who made them, all else for tickets. */
export const caseFrame = z.strictObject({
  /** What was requested, as it stands behind a colon. */
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
  /** Names of what a ticket lists. */
  facts: z.strictObject({
    happened: word,
    contact: word,
    delivery_request: word,
    instructions: word,
    claim: word,
  }),
  /** What is done about a case, as the log names it. */
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
    claim_submitted: word,
    claim_accepted: word,
    claim_rejected: word,
    claim_overdue: word,
    closed: word,
  }),
});
type CaseFrame = z.infer<typeof caseFrame>;

/** How a language writes a day; null for what is none. */
interface Days {
  wallClock(local: string | null): string | null;
}

/** Names of pickup points are carriers' and may be long. */
const PLACE_CHARS_MAX = 120;

/** `delivery on Friday, March 13, in the morning`; null where its day is none. Pure. */
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
 * What whoever works on the case reads in its ticket besides what anybody reads. No address: that is
 * approved where it is kept. Pure.
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
