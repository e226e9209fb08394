import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Positions } from '../../positions/index.ts';
import { type OwnShipmentDeps, ownShipment } from '../locations/own-shipment.ts';
import type { PolledTopic } from './live-hub.ts';

/** A topic that can be watched. */
type Topic =
  /** Every courier of the tenant, named after their carrier. */
  | { readonly kind: 'all' }
  /** One courier, by database id. */
  | { readonly kind: 'courier'; readonly courierId: string }
  /** One shipment, by its id or tracking number. */
  | { readonly kind: 'shipment'; readonly name: string };

/** How many topics a connection may watch. */
export const TOPICS_MAX = 200;
const NAME_CHARS_MAX = 100;

/** Why a text is no valid topic. */
export interface TopicFault {
  readonly topic: string;
  readonly reason: ErrorText;
  readonly fix: ErrorText;
}

const FIX = 'positions.useKnownTopic';

/**
 * Parses a topic; returns the fault if the text is not a valid one.
 * @param ownCarrier the carrier of the own couriers.
 */
export function readTopic(text: string, ownCarrier: string): Topic | TopicFault {
  const shown = text.slice(0, NAME_CHARS_MAX);
  if (text === ownCarrier) return { kind: 'all' };
  const colon = text.indexOf(':');
  const [kind, name] = [text.slice(0, colon), text.slice(colon + 1)];
  if (kind === 'courier') {
    const courierId = uuidOfWireId('courier', name);
    if (courierId !== null) return { kind, courierId };
    return { topic: shown, reason: 'positions.notCourierTopic', fix: FIX };
  }
  if (kind === 'shipment' && name !== '' && name.length <= NAME_CHARS_MAX) return { kind, name };
  return { topic: shown, reason: 'positions.noSuchTopic', fix: FIX };
}

export function isFault(read: Topic | TopicFault): read is TopicFault {
  return 'reason' in read;
}

/**
 * Splits the topics of a query, such as `shipment:…,courier:…`. Throws `Problem` if there are none
 * or too many.
 */
export function topicsOfQuery(text: string): readonly string[] {
  const texts = [...new Set(text.split(',').filter((each) => each !== ''))];
  if (texts.length === 0) throw invalid('positions.noTopics', FIX);
  if (texts.length > TOPICS_MAX) {
    throw invalid(
      { 'positions.tooManyTopics': { topicsMax: TOPICS_MAX } },
      'positions.useFewerTopics',
    );
  }
  return texts;
}

function invalid(reason: ErrorText, fix: ErrorText): Problem {
  return new Problem(
    'invalid',
    { 'positions.atSubscribeParameter': { reason: { text: reason } } },
    {
      errors: [{ pointer: '?subscribe', reason, fix }],
    },
  );
}

export interface ResolveTopicsDeps extends OwnShipmentDeps {
  readonly positions: Pick<Positions, 'isOwn'>;
}

export interface ResolvedTopics {
  readonly found: ReadonlyMap<string, PolledTopic>;
  readonly refused: readonly TopicFault[];
}

/**
 * The topics among these that a tenant may watch.
 *
 * @param allowed the topics of a ticket; null: everything of the tenant's.
 */
export async function resolveTopics(
  deps: ResolveTopicsDeps,
  tenant: Tenant,
  texts: readonly string[],
  allowed: readonly string[] | null,
): Promise<ResolvedTopics> {
  const found = new Map<string, PolledTopic>();
  const refused: TopicFault[] = [];
  for (const text of texts) {
    const read = readTopic(text, deps.ownCarrier);
    if (isFault(read)) refused.push(read);
    else if (allowed !== null && !allowed.includes(text)) refused.push(notAllowed(text));
    else {
      const wanted = await findTopic(deps, tenant, read);
      if (wanted === null) refused.push(unknown(text, read.kind));
      else found.set(text, wanted);
    }
  }
  return { found, refused };
}

/** The topic with database ids; null: the tenant has no such courier or shipment. */
async function findTopic(
  deps: ResolveTopicsDeps,
  tenant: Tenant,
  topic: Exclude<ReturnType<typeof readTopic>, TopicFault>,
): Promise<PolledTopic | null> {
  if (topic.kind === 'all') return topic;
  if (topic.kind === 'courier') {
    const isOwn = await deps.positions.isOwn(tenant, wireId('courier', topic.courierId));
    return isOwn ? topic : null;
  }
  const shipment = await ownShipment(deps, tenant, topic.name);
  return shipment === null ? null : { kind: 'shipment', shipmentId: shipment.id };
}

function notAllowed(topic: string): TopicFault {
  const fix = 'positions.addTopicToTicket';
  return { topic, reason: 'positions.topicNotOnTicket', fix };
}

function unknown(topic: string, kind: string): TopicFault {
  return {
    topic,
    reason: { 'positions.topicResourceNotFound': { kind } },
    fix: 'positions.checkIdAndMode',
  };
}
