import {
  CHANNEL_KINDS,
  discardMessages,
  heldMessages,
  releaseMessages,
} from '../../reactions/notifications/index.ts';
import { withDatabase } from '../with-database.ts';

export type HeldAction = 'count' | 'release' | 'discard';

const UNUSABLE = 2;
const COUNTED_MAX = 1_000_000;

/**
 * Runs `waybill held [release|discard]` on messages that a restore has held back. Resolves with the
 * exit code.
 */
export async function runHeld(
  env: NodeJS.ProcessEnv,
  action: HeldAction,
  channel: string | null,
): Promise<number> {
  if (channel !== null && !CHANNEL_KINDS.some((kind) => kind === channel)) {
    process.stderr.write(`There is no channel ${channel}: ${CHANNEL_KINDS.join(', ')}.\n`);
    return UNUSABLE;
  }
  return withDatabase(env, async ({ database: { pipeline }, clock }) => {
    const nowMs = clock.nowMs();
    const lines = {
      count: async () => `${await heldMessages(pipeline, COUNTED_MAX)} messages are held`,
      release: async () =>
        `${await releaseMessages(pipeline, channel, nowMs)} messages will be sent, except for those that are no longer true`,
      discard: async () => `${await discardMessages(pipeline, channel, nowMs)} messages given up`,
    };
    process.stdout.write(`${await lines[action]()}\n`);
    return 0;
  });
}
