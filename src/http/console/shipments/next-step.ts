import type { EstimateView } from '../../../events/shipment-view.ts';
import type { ReadStatus } from '../../../kernel/status.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { type DateTexts, hasPassed, spanText } from '../kit/dates.ts';

/** What the sentence about a parcel's next step depends on. */
export interface NextStepInput {
  readonly status: ReadStatus;
  readonly carrier: string;
  /** Whether the merchant's own couriers bring it. */
  readonly isOwn: boolean;
  /** Whether a courier was found for it. */
  readonly hasCourier: boolean;
  /** Whether it may still reach its recipient. */
  readonly mayArrive: boolean;
  readonly estimate: EstimateView | null;
  /** When its courier arrives, and by when that was promised, as texts; null: not known. */
  readonly arrival: { readonly when: string; readonly by: string | null } | null;
  /** Who says so, within the sentence; null: not said. */
  readonly source: string | null;
  /** Today at the destination. */
  readonly today: string;
  /** Today by the reader's clock. */
  readonly readersToday: string;
  /** Day and time of the delivery by the reader's clock; null: not delivered, or unknown. */
  readonly delivered: string | null;
  /** What went wrong, and its day and time by the reader's clock; null: nothing. */
  readonly problem: { readonly what: string; readonly at: string } | null;
  /** Name of the place of the newest event; null: unknown. */
  readonly place: string | null;
}

/**
 * Sentences that complete a parcel's status: what went wrong, when it arrived or is expected, where
 * it waits, and why nothing is known; empty if there is nothing to add. What to do is not among them: the
 * parcel's case says that. Pure.
 */
export function nextStep(
  input: NextStepInput,
  words: Messages['shipmentPage']['next'],
  dates: Pick<DateTexts, 'day' | 'within' | 'time' | 'hours'>,
): string {
  const { status, carrier, isOwn, hasCourier, mayArrive, estimate, today, delivered, place } =
    input;
  const { problem, source, arrival } = input;
  const sentences: string[] = [];
  if (problem !== null) {
    const { what, at } = problem;
    const when = { day: dates.within(at.slice(0, 10)), time: dates.time(at) };
    sentences.push(words.happened({ what, ...when }));
  }
  if (status === 'none') sentences.push(words.none);
  if (status === 'created' && !hasCourier) {
    sentences.push(isOwn ? words.createdOwn : words.created({ carrier }));
  }
  if (status === 'available_for_pickup' && place !== null) sentences.push(words.waitsAt({ place }));
  if (status === 'delivered' && delivered !== null) {
    const when = { day: dates.within(delivered.slice(0, 10)), time: dates.time(delivered) };
    sentences.push(place === null ? words.delivered(when) : words.deliveredIn({ ...when, place }));
  }
  const arrives = isToArrive({ status, mayArrive });
  if (arrives && arrival !== null) {
    sentences.push(words.expected(arrival));
    if (arrival.by !== null) sentences.push(words.promisedBy({ time: arrival.by }));
  } else if (arrives && estimate !== null) {
    const isPassed = hasPassed(estimate, today);
    // Where the reader's day has begun before the destination's, nothing is expected yesterday.
    const isOfToday = isPassed || !hasPassed(estimate, input.readersToday);
    const span = spanText(estimate, isOfToday ? { ...dates, day: dates.within } : dates);
    const when = { when: span };
    if (isPassed) {
      return inOneText([...sentences, words.wasExpected(when), words.noNewDate]);
    }
    const said = { when: source === null ? span : `${span}, ${source}` };
    sentences.push((estimate.late ? words.late : words.expected)(said));
  } else if (arrives && status !== 'created') sentences.push(words.noDate);
  return inOneText(sentences);
}

/** Whether the sentences say when a parcel arrives, if anybody knows. Pure. */
export function isToArrive({
  status,
  mayArrive,
}: Pick<NextStepInput, 'status' | 'mayArrive'>): boolean {
  return mayArrive && ARRIVES.has(status);
}

/** Sentences as one text; some languages' short months already end with a full stop. Pure. */
function inOneText(sentences: readonly string[]): string {
  return sentences.join(' ').replaceAll('..', '.');
}

/** Statuses after which the parcel still arrives at its recipient. */
const ARRIVES: ReadonlySet<ReadStatus> = new Set([
  'created',
  'picked_up',
  'in_transit',
  'at_facility',
  'out_for_delivery',
  'delivery_attempted',
  'exception',
]);
