import type { Listener } from '../database/listen.ts';
import type { Logger } from '../observability/log.ts';
import { type Loop, startLoop } from '../work/loop.ts';
import type { Timers } from '../work/timers.ts';
import { LOAD_CHANNEL } from './load.sql.ts';
import {
  CALM,
  type LoadLevel,
  type LoadSignals,
  nextLoad,
  reasonsOf,
  SHED_ORDER,
  type Shed,
  type SignalName,
  shedKinds,
  shedsAt,
  withWebhooksRefused,
} from './load-policy.ts';

/** Whether some work must be skipped. Passed to every part that can be shed. */
export interface Sheds {
  /** Checked each time before work of that kind starts. */
  sheds(kind: Shed): boolean;
}

/** What this process sheds, by its own measurements and the others' reports. */
export interface Load extends Sheds {
  /**
   * Reports that a webhook is about to be refused because too much waits: all else is shed from now
   * on, too.
   */
  noteWebhookRefused(): void;
  /** Its `reasons` are empty if another process's report set the level. */
  figures(): LoadFigures;
  /** Samples the signals now, which also happens once a second. */
  check(): void;
  stop(): Promise<void>;
}

interface LoadFigures {
  readonly level: LoadLevel;
  readonly shed: readonly Shed[];
  /** The signals of this process that cause the level; empty: it follows another process. */
  readonly reasons: readonly SignalName[];
  /** The latest sample. */
  readonly signals: LoadSignals;
}

interface LoadDeps {
  /**
   * Sends the other processes a message; null: only measures PostgreSQL's response time. Resolves
   * when PostgreSQL has accepted it.
   */
  readonly notify: (message: string | null) => Promise<unknown>;
  readonly listener: Pick<Listener, 'on' | 'session'>;
  readonly timers: Timers;
  readonly log: Pick<Logger, 'debug' | 'info'>;
  /** How late the event loop is, in ms. */
  readonly loopLagMs: () => number | null;
  /** The share of the backlog that is used; null if this process does not measure it. */
  readonly backlog: () => number | null;
  /** How long the oldest message has waited to be written to disk, in ms. */
  readonly unwrittenMs: () => number;
}

const CHECK_EVERY_MS = 1_000;
/** After this long without a report a process counts as idle or gone. */
const REPORT_VALID_MS = 5_000;
/** The message between processes: session, backlog level, own level. */
const LOAD_MESSAGE = /^(\d{1,10}) ([0-4]) ([0-4])$/;

export function watchLoad(deps: LoadDeps): Load {
  return new LoadWatch(deps);
}

interface LoadReport {
  readonly atMs: number;
  readonly shared: number;
  readonly own: number;
}

/**
 * The load of this process. The backlog is shared: all processes use the highest level that any of
 * them measures. How busy a process is concerns only itself; the others shed one level less, so
 * that one slow machine does not make all of them reject merchants.
 */
class LoadWatch implements Load {
  readonly #deps: LoadDeps;
  readonly #loop: Loop;
  readonly #unsubscribe: () => void;
  readonly #received = new Map<number, LoadReport>();
  #shared = CALM;
  #own = CALM;
  #signals: LoadSignals = { backlog: null, loopLagMs: null, databaseMs: null };
  #level: LoadLevel = 0;
  /** When the pending query to PostgreSQL was sent; null if none is pending. */
  #requestedAtMs: number | null = null;
  #tookMs: number | null = null;

  constructor(deps: LoadDeps) {
    this.#deps = deps;
    this.#loop = startLoop({
      run: async () => this.check(),
      everyMs: CHECK_EVERY_MS,
      onFailure: (err) => deps.log.debug({ err }, 'the load could not be measured'),
      timers: deps.timers,
    });
    this.#unsubscribe = deps.listener.on(LOAD_CHANNEL, (message) => this.#onReport(message));
  }

  sheds(kind: Shed): boolean {
    return shedsAt(this.#level, kind);
  }

  noteWebhookRefused(): void {
    const hasChanged = !this.sheds('webhooks');
    this.#shared = withWebhooksRefused(this.#shared);
    this.#settle();
    if (hasChanged) this.#announceAndPing();
  }

  figures(): LoadFigures {
    const highest = this.#shared.level >= this.#own.level ? this.#shared : this.#own;
    return {
      level: this.#level,
      shed: shedKinds(this.#level),
      reasons: highest.level === this.#level ? reasonsOf(highest) : [],
      signals: this.#signals,
    };
  }

  check(): void {
    const { timers, backlog, loopLagMs, unwrittenMs } = this.#deps;
    const nowMs = timers.nowMs();
    const openMs = this.#requestedAtMs === null ? 0 : nowMs - this.#requestedAtMs;
    const databaseMs = Math.max(unwrittenMs(), openMs, this.#tookMs ?? 0);
    this.#signals = { backlog: backlog(), loopLagMs: loopLagMs(), databaseMs };
    const { backlog: share, ...own } = this.#signals;
    this.#shared = nextLoad(this.#shared, { ...NOTHING, backlog: share }, nowMs);
    this.#own = nextLoad(this.#own, { ...NOTHING, ...own }, nowMs);
    for (const [session, { atMs }] of this.#received) {
      if (nowMs - atMs > REPORT_VALID_MS) this.#received.delete(session);
    }
    this.#settle();
    this.#announceAndPing();
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    await this.#loop.stop();
  }

  #settle(): void {
    const before = this.#level;
    const others = [...this.#received.values()].flatMap(({ shared, own }) => [shared, own - 1]);
    this.#level = Math.max(this.#shared.level, this.#own.level, ...others) as LoadLevel;
    if (this.#level === before) return;
    const { level, shed, reasons } = this.figures();
    const what = level > before ? 'overloaded: shedding more' : 'load is falling: shedding less';
    this.#deps.log.info({ level, shed, reasons, ...this.#signals }, what);
  }

  /** Notifies the others, or sends an empty statement; the response time is a signal. */
  #announceAndPing(): void {
    if (this.#requestedAtMs !== null) return;
    const { notify, timers, listener, log } = this.#deps;
    const beganMs = timers.nowMs();
    this.#requestedAtMs = beganMs;
    const levels = [this.#shared.level, this.#own.level];
    const isCalm = levels.every((level) => level === 0);
    notify(isCalm ? null : `${listener.session} ${levels.join(' ')}`).then(
      () => this.#answered(timers.nowMs() - beganMs),
      (err: unknown) => {
        // An unavailable database is not a slow one: callers get an error, so there is nothing to
        // shed.
        this.#answered(null);
        log.debug({ err }, 'the amount of waiting work could not be shared with other processes');
      },
    );
  }

  #answered(tookMs: number | null): void {
    this.#requestedAtMs = null;
    this.#tookMs = tookMs;
  }

  #onReport(message: string | null): void {
    const [, session, shared, own] = LOAD_MESSAGE.exec(message ?? '') ?? [];
    if (session === undefined || Number(session) === this.#deps.listener.session) return;
    const atMs = this.#deps.timers.nowMs();
    this.#received.set(Number(session), { atMs, shared: Number(shared), own: Number(own) });
    this.#settle();
  }
}

const NOTHING: LoadSignals = { backlog: null, loopLagMs: null, databaseMs: null };

const PUT_OFF: Readonly<Record<Shed, string>> = {
  learning: 'learning, statistics and sweeps wait',
  polls: 'carriers are polled less often',
  reads: 'lists and analytics are answered 503',
  webhooks: 'carriers’ webhooks are answered 503',
};

const WHY: Readonly<Record<SignalName, (value: number) => string>> = {
  backlog: (share) => `the backlog is at ${Math.round(share * 100)}% of its limit`,
  loopLagMs: (ms) => `the processor makes everything wait ${Math.round(ms)} ms`,
  databaseMs: (ms) => `PostgreSQL takes ${Math.round(ms)} ms to answer`,
};

/** Describes what is shed and why, for an operator; null while nothing is shed. */
export function sayLoad({ level, shed, reasons, signals }: LoadFigures): string | null {
  if (level === 0) return null;
  const why = reasons.flatMap((name) => {
    const value = signals[name];
    return value === null ? [] : [WHY[name](value)];
  });
  // A level outlasts its cause for some seconds.
  const because =
    why.length === 0 ? 'because of a moment ago, or of another process' : why.join(', ');
  return `load: level ${level} of ${SHED_ORDER.length}, ${shed.map((kind) => PUT_OFF[kind]).join('; ')} (${because})`;
}
