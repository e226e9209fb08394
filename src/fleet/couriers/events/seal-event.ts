import type { EventsDeps } from './events-deps.ts';

/** Seals what may name people with a data key of its own, which is deleted with the event. */
export function sealEvent({ sealer }: Pick<EventsDeps, 'sealer'>, value: unknown) {
  const { sealed, dataKey } = sealer.seal(Buffer.from(JSON.stringify(value), 'utf8'));
  return { content: sealed, dataKey };
}
