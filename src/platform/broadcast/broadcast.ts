/**
 * Short words from one process of a hub to all the others, at most once and in the order in which one
 * process says them. For what is soon said again: a word is lost while its connection is down.
 */
export interface Broadcast {
  /** Never waits and never throws. Texts are at most `BROADCAST_CHARS_MAX` long, in ASCII. */
  send(text: string): void;
  /** Resolves when what was said before is on its way to the others, or is lost. */
  said(): Promise<void>;
  /** Resolves when everything in flight has arrived, or cannot be waited for. */
  settled(): Promise<void>;
  /**
   * @param hear gets what other processes say; null: something may have been missed.
   * @returns ends it.
   */
  on(hear: (text: string | null) => void): () => void;
  close(): Promise<void>;
}

/** PostgreSQL takes no payload of 8,000 bytes; some are for the sender's name. */
export const BROADCAST_CHARS_MAX = 7_900;

/** Nobody else is there. */
export const NO_BROADCAST: Broadcast = {
  send() {},
  async said() {},
  async settled() {},
  on: () => () => {},
  async close() {},
};
