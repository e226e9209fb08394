import { beginAtHeads } from '../../platform/event-log/event-log.ts';
import type { Machines } from '../../platform/machines.ts';
import { RELAY } from '../../reactions/kafka/index.ts';

/** The consumers that act on events, and begin with the next one (`beginsAt` of each). */
const BEGIN_AT_NEWEST = ['exceptions', 'merchant-webhooks', 'notifications'] as const;
const FLEET_BEGINS_AT_NEWEST = ['couriers', 'deliveries', 'places'] as const;

/**
 * Sets their cursors in an installation in which they never ran, before anybody is answered, in
 * whichever process is first. The consumers themselves start some seconds later, and what happened
 * meanwhile would count as the past.
 */
export async function beginReactions({
  config,
  database,
}: Pick<Machines, 'config' | 'database'>): Promise<void> {
  const relay = config.kafka?.from === 'newest' ? [RELAY] : [];
  const fleet = config.fleet ? FLEET_BEGINS_AT_NEWEST : [];
  for (const consumer of [...BEGIN_AT_NEWEST, ...fleet, ...relay]) {
    await beginAtHeads(database.pipeline, consumer);
  }
}
