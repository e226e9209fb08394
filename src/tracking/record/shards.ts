import { SHARDS } from '../../platform/event-log/event-log.ts';

/**
 * Returns the shard of a number: FNV-1a over carrier and number. It is the same in every process
 * and release; another function would move the stored history.
 */
export function shardOf(carrier: string, trackingNumber: string): number {
  const text = `${carrier}\n${trackingNumber}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % SHARDS;
}
