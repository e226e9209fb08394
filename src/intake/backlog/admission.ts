/**
 * Decides whether one more push is admitted. It limits a time: how long a push acknowledged now
 * will wait until it is processed. That is the backlog divided by the measured processing rate, so
 * the limit fits any machine and any kind of push. Pushes are refused only at the limit: those
 * admitted are still processed at full rate while the others are asked to retry later.
 */
export interface Admission {
  /** Called once for each push; an admitted one counts from then on. */
  ask(now: RequestTime): Verdict;
  /** Receives the database's measure of the backlog, about once a second. */
  sampled(sample: BacklogSample): void;
  figures(nowMs: number): AdmissionFigures;
}

export interface AdmissionLimits {
  /**
   * The longest time that an inbound message may be expected to wait, and about the longest it
   * will.
   */
  readonly waitMsMax: number;
  /** The limit of inbound messages that wait, however fast they are processed. */
  readonly countMax: number;
}

interface RequestTime {
  readonly nowMs: number;
  /** How long the oldest admitted message that is not on disk yet has waited. */
  readonly unwrittenMs: number;
  /** The number of admitted messages that are not on disk yet. */
  readonly unwritten: number;
  /** How late this process's event loop has been for the last half second or so. */
  readonly loopLagMs: number;
  /** Whether only few more connections are possible. */
  readonly crowded: boolean;
  /** Returns a number from 0 to 1, to spread the retries of refused pushes. */
  readonly random: () => number;
}

/** One measurement of the backlog, all at the same moment. */
interface BacklogSample {
  /** The time of the sample: epoch milliseconds, as all times here. */
  readonly atMs: number;
  /** Unprocessed inbound messages on disk. */
  readonly waiting: number;
  /** When the oldest of these was received; null if none waits. */
  readonly oldestMs: number | null;
  /** Those of these that `doneSince` covers, without the most recent ones. */
  readonly settled: number;
  /** How many were processed since the previous sample, by any process. */
  readonly doneSince: number;
}

export type Verdict =
  | { readonly admit: true }
  | {
      readonly admit: false;
      /**
       * Why it is refused. `backlog`: it would wait too long to be read. `disk`: it would be
       * acknowledged too late. `processor`: storing it would delay every other request. `sockets`:
       * too few connections are left.
       */
      readonly reason: 'backlog' | 'disk' | 'processor' | 'sockets';
      /** Seconds until about half of the excess will have been processed. */
      readonly retryAfterS: number;
    };

export interface AdmissionFigures {
  /** The approximate number of waiting inbound messages. */
  readonly waiting: number;
  /** How long one that arrived now would wait, in ms. */
  readonly waitMs: number;
  /** Inbound messages processed per second when there is enough to do; 0 if it is not known yet. */
  readonly perS: number;
  /** The number of inbound messages that may wait at present. */
  readonly limit: number;
  /** The backlog as a share of the limit; at 1, pushes are refused. */
  readonly share: number;
}

/** The rate assumed until there was enough to do to measure it: that of a slow machine. */
const PER_S_AT_FIRST = 200;
/**
 * Backlog below which pushes are admitted whatever the measured rate: they are processed in one
 * batch.
 */
const COUNT_MIN = 200;
/** With fewer than this waiting, processing had pauses and its rate is only a lower bound. */
const BUSY_MIN = 50;
/** The weight of a new measurement; three seconds make two thirds of the result. */
const NEW_SHARE = 0.3;
/**
 * How much older than the limit the oldest message may be, as a factor: partitions are processed
 * unevenly.
 */
const AGE_SLACK = 1.5;
/** Longest wait for the disk: a push must be answered within a second, and most are in a few ms. */
const UNWRITTEN_MS_MAX = 400;
/**
 * Longest delay of the event loop. Storing a push takes twice the processor time of refusing one.
 * When the event loop is this late, the process has too little of the processor to store what is
 * offered, and all its answers are late, including look-ups and refusals.
 */
const LOOP_LAG_MS_MAX = 15;
/** With fewer unwritten pushes than this, it is not pushes that make the event loop late. */
const UNWRITTEN_MIN = 50;
/**
 * Longest pause that counts: messages are processed in batches, and a process may be starting, so
 * longer pauses say nothing about the rate.
 */
const STALLED_MS_MAX = 3_000;
/** How long the rate is assumed to continue without a new sample. */
const SAMPLE_MS_MAX = 5_000;
/**
 * Seconds until a retry when connections are short: idle connections are closed after ten seconds.
 */
const CROWDED_RETRY_S = 10;
const RETRY_S_MIN = 1;
const RETRY_S_MAX = 120;

export function createAdmission(limits: AdmissionLimits): Admission {
  let last: BacklogSample | null = null;
  let perS: number | null = null;
  /** Pushes admitted since the last sample. */
  let admitted = 0;
  /** For how long nothing has been processed although there was enough to do. */
  let stalledMs = 0;
  const pacing = createPacing();

  function sampled(sample: BacklogSample): void {
    if (last !== null && sample.atMs > last.atMs) {
      const busy = Math.min(last.settled, sample.settled) >= BUSY_MIN;
      stalledMs = Math.min(STALLED_MS_MAX, busy ? stalledMs + sample.atMs - last.atMs : 0);
      // While processing stands still there is no rate; the next work took the time since then.
      if (sample.doneSince > 0) {
        updateRate(busy, (sample.doneSince * 1_000) / Math.max(stalledMs, sample.atMs - last.atMs));
        stalledMs = 0;
      }
    }
    last = sample;
    admitted = 0;
  }

  /** Updates the rate from a measurement; unless `busy`, that is only a lower bound. */
  function updateRate(busy: boolean, measuredPerS: number): void {
    // The beginning of a flood is a poor measure, too: the first batch has only just been claimed.
    const assumedPerS = perS ?? PER_S_AT_FIRST;
    if (busy) perS = assumedPerS + NEW_SHARE * (measuredPerS - assumedPerS);
    else if (measuredPerS > assumedPerS) perS = measuredPerS;
  }

  function waitingAt(nowMs: number): number {
    if (last === null) return admitted;
    const forMs = Math.min(Math.max(0, nowMs - last.atMs), SAMPLE_MS_MAX);
    return Math.max(0, last.waiting + admitted - ((perS ?? 0) * forMs) / 1_000);
  }

  function limitNow(): number {
    const byTime = ((perS ?? PER_S_AT_FIRST) * limits.waitMsMax) / 1_000;
    return Math.min(limits.countMax, Math.max(COUNT_MIN, Math.floor(byTime)));
  }

  /**
   * Returns the oldest message's age as a share of its limit; 0 when so few wait that it means
   * nothing.
   */
  function ageShare(nowMs: number, waiting: number): number {
    if (last === null || last.oldestMs === null || waiting < COUNT_MIN) return 0;
    return Math.max(0, nowMs - last.oldestMs) / (AGE_SLACK * limits.waitMsMax);
  }

  return {
    sampled,
    ask({ nowMs, unwrittenMs, unwritten, loopLagMs, crowded, random }) {
      if (crowded) return { admit: false, reason: 'sockets', retryAfterS: CROWDED_RETRY_S };
      if (unwrittenMs > UNWRITTEN_MS_MAX) {
        return { admit: false, reason: 'disk', retryAfterS: RETRY_S_MIN };
      }
      if (loopLagMs > LOOP_LAG_MS_MAX && unwritten >= UNWRITTEN_MIN) {
        return { admit: false, reason: 'processor', retryAfterS: RETRY_S_MIN };
      }
      const waiting = waitingAt(nowMs);
      const limit = limitNow();
      const isFull = waiting >= limit || ageShare(nowMs, waiting) > 1;
      const pacePerS = perS ?? PER_S_AT_FIRST;
      const isSmall = waiting < COUNT_MIN;
      if (!isFull && (isSmall || pacing.admits(nowMs, waiting / limit, pacePerS))) {
        admitted += 1;
        return { admit: true };
      }
      pacing.refused(nowMs);
      const halfS = waiting / 2 / Math.max(1, pacePerS);
      // Spread, so that the refused pushes do not return all at once.
      const retryAfterS = Math.ceil(halfS * (0.75 + random() / 2));
      return {
        admit: false,
        reason: 'backlog',
        retryAfterS: Math.min(RETRY_S_MAX, Math.max(RETRY_S_MIN, retryAfterS)),
      };
    },
    figures(nowMs) {
      const waiting = waitingAt(nowMs);
      return {
        waiting: Math.round(waiting),
        waitMs: Math.round((waiting * 1_000) / Math.max(1, perS ?? PER_S_AT_FIRST)),
        perS: Math.round(perS ?? 0),
        limit: limitNow(),
        share: Math.max(waiting / limitNow(), ageShare(nowMs, waiting)),
      };
    },
  };
}

/**
 * Paces the admission after a refusal: until none was refused for two seconds, pushes are admitted
 * at the rate at which they are processed. Admitting a flood at full rate whenever the backlog
 * allows it would use all of the processor to store it, in bursts, and delay everything else. Pure:
 * the caller passes the time.
 */
interface Pacing {
  /**
   * Returns whether one more push may be admitted now, and counts it if so.
   *
   * @param fullShare the backlog as a share of its limit.
   * @param perS pushes processed per second when there is enough to do.
   */
  admits(nowMs: number, fullShare: number, perS: number): boolean;
  /** Records that a push was refused, for any reason. */
  refused(nowMs: number): void;
}

const PACED_MS = 2_000;
/**
 * How much faster than they are processed pushes are admitted at the limit, so that the backlog
 * stays near it.
 */
const FASTER_AT_LIMIT = 1.1;
/** The same factor when nothing waits: processing may have been slow for lack of pushes. */
const FASTER_WHEN_EMPTY = 2;
/** The backlog, as a share of its limit, above which pushes are no longer admitted faster. */
const REFILLED_SHARE = 0.5;
/** The burst that may be admitted at once, as time. */
const BURST_MS = 100;

function createPacing(): Pacing {
  // Changed in place: under a flood, each of thousands of pushes a second would create an object.
  const paced = { isOn: false, pushes: 1, atMs: 0, refusedAtMs: 0 };
  return {
    admits(nowMs, fullShare, perS) {
      if (!paced.isOn || nowMs - paced.refusedAtMs > PACED_MS) {
        paced.isOn = false;
        return true;
      }
      const emptyShare = Math.max(0, 1 - fullShare / REFILLED_SHARE);
      const factor = FASTER_AT_LIMIT + emptyShare * (FASTER_WHEN_EMPTY - FASTER_AT_LIMIT);
      const perMs = (factor * perS) / 1_000;
      const gained = perMs * Math.max(0, nowMs - paced.atMs);
      const pushes = Math.min(1 + perMs * BURST_MS, paced.pushes + gained);
      const isAdmitted = pushes >= 1;
      paced.pushes = isAdmitted ? pushes - 1 : pushes;
      paced.atMs = nowMs;
      return isAdmitted;
    },
    refused(nowMs) {
      if (!paced.isOn) {
        paced.isOn = true;
        paced.pushes = 1;
        paced.atMs = nowMs;
      }
      paced.refusedAtMs = nowMs;
    },
  };
}
