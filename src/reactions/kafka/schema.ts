import { z } from 'zod';
import type { EventType } from '../../events/event-types.ts';
import { shipment } from '../../events/shipment-view.ts';
import { instant } from '../../kernel/time/time-kinds.ts';
import { RELAYED_TYPES, type RelayTopics } from './decide.ts';

/**
 * The schema of a topic's values. More members and types may be added later: readers ignore those
 * they do not know.
 */
function relayedEvent(types: readonly EventType[]) {
  return z.looseObject({
    id: z.uuid().meta({ description: "The event's id; the same each time it is written." }),
    type: z.string().meta({ description: 'New types may be added.', examples: [...types] }),
    sequence: z.int().min(1).meta({
      description:
        'Counts the events of the shipment: 1, 2, 3 … Drop what is not above the last one you handled.',
    }),
    merchant_id: z.uuid(),
    mode: z.enum(['live', 'test']),
    occurred_at: instant,
    data: z.looseObject({ ...shipment.partial().shape, id: z.uuid() }).meta({
      description:
        'The shipment right after the event, without personal data, and what else the type tells. `quiet: true` if stored history was read again and nothing happened. Of a deleted shipment only `id` and `deleted: true`.',
    }),
    previous_attributes: z.record(z.string(), z.unknown()).meta({
      description: 'The previous values of the members of `data` that changed.',
    }),
  });
}

const TITLES: Readonly<Record<keyof RelayTopics, string>> = {
  status: 'A value of the topic status-events',
  events: 'A value of the topic shipment-events',
};

/**
 * The JSON schema of a topic's values. docs/kafka/ publishes it, and tests check values against it.
 */
export function relaySchema(topic: keyof RelayTopics): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(relayedEvent(RELAYED_TYPES[topic]), { io: 'output' });
  return { title: TITLES[topic], ...schema };
}

/** The schema to read values with. */
export const relayedValue = relayedEvent(RELAYED_TYPES.events);
