import { isRecord, modernEvent } from './legacy-shape.ts';
import { categoryOf, wordingOf } from './refinements.ts';

/** The only list in `body`, whatever its name, where all it holds names a number. Null without one. */
export function answersIn(body: Record<string, unknown>): readonly unknown[] | null {
  if (body['trackingNumber'] !== undefined) return null;
  const [list = [], ...others] = Object.values(body).filter((value) => Array.isArray(value));
  const isAnswers = list.every((one) => isRecord(one) && one['trackingNumber'] !== undefined);
  return isAnswers && list.length > 0 && others.length === 0 ? list : null;
}

const ANSWERS_OWN = ['status', 'statusCategory', 'statusSummary', 'trackingEvents', 'error'];

/**
 * An answer made of one event of a parcel that has nothing but the number beside it. Null where
 * `body` is no such event.
 */
export function answerOfEvent(body: Record<string, unknown>): Record<string, unknown> | null {
  const { trackingNumber, eventType, eventCode, eventDescription } = body;
  const isNamed = typeof eventType === 'string' || typeof eventCode === 'string';
  const isEvent = isNamed && ANSWERS_OWN.every((name) => body[name] === undefined);
  if (!isEvent || trackingNumber === undefined) return null;
  // Without a code of its own, what stands in the place of the words may be that code.
  const isCode = eventCode === undefined && /^[0-9A-Z]{2}$/.test(String(eventType));
  const event = isCode ? { ...body, eventCode: eventType, eventType: eventDescription } : body;
  return { trackingNumber, trackingEvents: [event] };
}

/**
 * An answer made of one parcel of a recipient's list of parcels on their way, which keeps its
 * status one level down, in `deliveryInfo`. Null where `body` is no such parcel.
 */
export function answerOfParcel(body: Record<string, unknown>): Record<string, unknown> | null {
  const { trackingNumber, deliveryInfo } = body;
  const isParcel = trackingNumber !== undefined && isRecord(deliveryInfo);
  if (!isParcel || ANSWERS_OWN.some((name) => body[name] !== undefined)) return null;
  const { status, statusCategory } = deliveryInfo;
  if (typeof status !== 'string' && typeof statusCategory !== 'string') return null;
  return { trackingNumber, status, statusCategory };
}

/**
 * An answer made of a parcel whose status is spelled like a constant and named a code, as `IN_TRANSIT`
 * in `statusCode`, where USPS has the number of an error. Null for other words, and beside a status.
 */
export function answerOfConstant(body: Record<string, unknown>): Record<string, unknown> | null {
  const { trackingNumber, statusCode } = body;
  if (trackingNumber === undefined || typeof statusCode !== 'string') return null;
  if (ANSWERS_OWN.some((name) => body[name] !== undefined)) return null;
  const status = wordingOf(statusCode) ?? categoryOf(statusCode);
  return status === null ? null : { trackingNumber, status };
}

/**
 * An answer made of the events of the Web Tools, newest first, as somebody passes them on in the
 * spelling of today's answers: `trackSummary` and `trackDetail`. Null where `body` has neither, or
 * events of its own.
 */
export function answerOfRespelled(body: Record<string, unknown>): Record<string, unknown> | null {
  const { trackSummary, trackDetail, trackingEvents } = body;
  const events = [trackSummary, trackDetail]
    .flat()
    .filter(isRecord)
    .filter(({ event, eventCode }) => typeof event === 'string' || typeof eventCode === 'string')
    .map((event) => modernEvent(capitalised(event)));
  return events.length === 0 || trackingEvents !== undefined
    ? null
    : { ...body, trackingEvents: events };
}

function capitalised(event: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      value,
    ]),
  );
}
