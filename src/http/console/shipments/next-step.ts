import type { EstimateView } from '../../../events/shipment-view.ts';
import type { ReadStatus } from '../../../kernel/status.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { type DateTexts, spanText } from '../kit/dates.ts';

/** What the sentence about a parcel's next step depends on. */
export interface NextStepInput {
  readonly status: ReadStatus;
  readonly carrier: string;
  readonly estimate: EstimateView | null;
  /** Day and time of the delivery by the reader's clock; null: not delivered, or unknown. */
  readonly delivered: string | null;
  /** Name of the place of the newest event; null: unknown. */
  readonly place: string | null;
  /** The parcel's open case; null: none. */
  readonly openCase: {
    readonly waitingFor: string | null;
    readonly deadlineDay: string | null;
  } | null;
}

/** One or two sentences that say what happens next with a parcel. Pure. */
export function nextStep(
  input: NextStepInput,
  words: Messages['shipmentPage']['next'],
  dates: Pick<DateTexts, 'day' | 'inText' | 'time' | 'hours'>,
): string {
  const { status, carrier, estimate, openCase } = input;
  const sentences = [sentenceOf(input, words, dates)];
  if (estimate !== null && ARRIVES.has(status)) {
    sentences.push(
      (estimate.late ? words.late : words.expected)({ when: spanText(estimate, dates) }),
    );
  }
  if (openCase !== null) sentences.push(waitingText(openCase, carrier, words, dates));
  return sentences.filter((each) => each !== '').join(' ');
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

function sentenceOf(
  { status, carrier, delivered, place }: NextStepInput,
  words: Messages['shipmentPage']['next'],
  dates: Pick<DateTexts, 'inText' | 'time'>,
): string {
  if (status === 'delivered' && delivered !== null) {
    const day = dates.inText(delivered.slice(0, 10));
    return words.deliveredAt({ day, time: dates.time(delivered) });
  }
  if (status === 'available_for_pickup' && place !== null) return words.waitsAt({ place });
  const text = words.statuses[status];
  return typeof text === 'string' ? text : text({ carrier });
}

function waitingText(
  { waitingFor, deadlineDay }: NonNullable<NextStepInput['openCase']>,
  carrier: string,
  words: Messages['shipmentPage']['next'],
  dates: Pick<DateTexts, 'day'>,
): string {
  const who: Readonly<Record<string, string>> = { ...words.who, carrier };
  const of = (waitingFor && who[waitingFor]) || words.who.nobody;
  return deadlineDay === null
    ? words.caseWaits({ who: of })
    : words.caseWaitsUntil({ who: of, day: dates.day(deadlineDay) });
}
