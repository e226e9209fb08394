import { systemTimers, type Timers } from '../work/timers.ts';

/**
 * Messages that a process sends to itself. When one returns, everything sent by others before it
 * has been received, because the transport preserves order.
 */
export class Markers {
  readonly #send: (text: string) => void;
  readonly #timers: Timers;
  #serial = 0;
  #waiting: (() => void)[] = [];
  #sent: {
    readonly text: string;
    readonly waiting: readonly (() => void)[];
    giveUp(): void;
  } | null = null;

  constructor(send: (text: string) => void, timers: Timers = systemTimers) {
    this.#send = send;
    this.#timers = timers;
  }

  /** Resolves when the marker has returned, or did not in time. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#sent === null) this.#sendMarker();
    });
  }

  /** Receives a message of this process itself. */
  receive(text: string): void {
    if (text === this.#sent?.text) this.#resolveSent();
  }

  close(): void {
    this.#resolveSent();
    this.#resolveSent();
  }

  #sendMarker(): void {
    this.#serial += 1;
    const text = `${MARK}${this.#serial}`;
    const giveUp = this.#timers.after(BACK_MS_MAX, () => this.#resolveSent());
    this.#sent = { text, waiting: this.#waiting.splice(0), giveUp };
    this.#send(text);
  }

  #resolveSent(): void {
    const sent = this.#sent;
    this.#sent = null;
    sent?.giveUp();
    for (const resolve of sent?.waiting ?? []) resolve();
    if (this.#waiting.length > 0) this.#sendMarker();
  }
}

/** No message of any version begins with this character. */
const MARK = '!';
/** How long to wait for a marker while the transport may be unavailable. */
const BACK_MS_MAX = 1_000;
