/**
 * Short messages from one process of a hub to all others, delivered at most once and in each
 * sender's order. Only for messages that are soon repeated: they are lost while the connection is
 * down.
 */
export interface Broadcast {
  /** Never waits and never throws. Texts are at most `BROADCAST_CHARS_MAX` long, in ASCII. */
  send(text: string): void;
  /** Resolves when earlier messages have been sent to the others, or are lost. */
  sent(): Promise<void>;
  /** Resolves when everything in flight has arrived, or cannot be waited for. */
  settled(): Promise<void>;
  /**
   * Subscribes to other processes' messages.
   *
   * @param receive receives them; null: some may have been missed.
   * @returns unsubscribes.
   */
  on(receive: (text: string | null) => void): () => void;
  close(): Promise<void>;
}

/** PostgreSQL accepts payloads of less than 8,000 bytes; some are for the sender's name. */
export const BROADCAST_CHARS_MAX = 7_900;

/** The broadcast of a hub with a single process, which sends nothing. */
export const NO_BROADCAST: Broadcast = {
  send() {},
  async sent() {},
  async settled() {},
  on: () => () => {},
  async close() {},
};
