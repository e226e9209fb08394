import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Positions } from '../../positions/index.ts';
import { type OwnShipmentDeps, ownShipment } from '../locations/own-shipment.ts';
import type { PolledTopic } from './live-hub.ts';
import { isFault, readTopic, type TopicFault } from './topics.ts';

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
      const wanted = await wantedOf(deps, tenant, read);
      if (wanted === null) refused.push(unknown(text, read.kind));
      else found.set(text, wanted);
    }
  }
  return { found, refused };
}

async function wantedOf(
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
  const fix = 'Name it under `subscribe` when the ticket is made.';
  return { topic, reason: 'The ticket is not for this topic.', fix };
}

function unknown(topic: string, kind: string): TopicFault {
  return {
    topic,
    reason: `There is no such ${kind}.`,
    fix: 'Check the id and the mode of the key.',
  };
}
