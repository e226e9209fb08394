import type { EventsDeps } from './events-deps.ts';

/** What may name people: under a key of its own, which goes with the event. */
export function sealEvent({ sealer }: Pick<EventsDeps, 'sealer'>, value: unknown) {
  const { sealed, dataKey } = sealer.seal(Buffer.from(JSON.stringify(value), 'utf8'));
  return { content: sealed, dataKey };
}
