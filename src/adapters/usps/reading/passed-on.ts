import { isRecord } from './legacy-shape.ts';

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
