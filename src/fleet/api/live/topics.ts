import { Problem } from '../../../kernel/errors.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';

/** A topic that can be watched. */
export type Topic =
  /** Every courier of the tenant, named after their carrier. */
  | { readonly kind: 'all' }
  /** By its database id. */
  | { readonly kind: 'courier'; readonly courierId: string }
  /** By its id or tracking number. */
  | { readonly kind: 'shipment'; readonly name: string };

/** Per connection. */
export const TOPICS_MAX = 200;
const NAME_CHARS_MAX = 100;

/** Why a text is no valid topic. */
export interface TopicFault {
  readonly topic: string;
  readonly reason: string;
  readonly fix: string;
}

const FIX =
  'Send `courier:` with a courier’s id, `shipment:` with an id or tracking number, or for all couriers the name of their carrier.';

/** @param ownCarrier the carrier of the own couriers. */
export function readTopic(text: string, ownCarrier: string): Topic | TopicFault {
  const shown = text.slice(0, NAME_CHARS_MAX);
  if (text === ownCarrier) return { kind: 'all' };
  const colon = text.indexOf(':');
  const [kind, name] = [text.slice(0, colon), text.slice(colon + 1)];
  if (kind === 'courier') {
    const courierId = uuidOfWireId('courier', name);
    if (courierId !== null) return { kind, courierId };
    return { topic: shown, reason: 'It names no courier’s id.', fix: FIX };
  }
  if (kind === 'shipment' && name !== '' && name.length <= NAME_CHARS_MAX) return { kind, name };
  return { topic: shown, reason: 'There is no such topic.', fix: FIX };
}

export function isFault(read: Topic | TopicFault): read is TopicFault {
  return 'reason' in read;
}

/** `shipment:…,courier:…` of a query. Throws `Problem` for anything unusable. */
export function topicsOfQuery(text: string): readonly string[] {
  const texts = [...new Set(text.split(',').filter((each) => each !== ''))];
  if (texts.length === 0) throw invalid('None is named.', FIX);
  if (texts.length > TOPICS_MAX) {
    throw invalid(`More than ${TOPICS_MAX} are named.`, 'Name fewer, or watch all couriers.');
  }
  return texts;
}

function invalid(reason: string, fix: string): Problem {
  return new Problem('invalid', `?subscribe: ${reason}`, {
    errors: [{ pointer: '?subscribe', reason, fix }],
  });
}
