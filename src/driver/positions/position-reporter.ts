import { backoffMs } from '../backoff.ts';
import { judgeAnswer } from '../judge-answer.ts';
import type { DriverPorts, Lock } from '../ports.ts';
import type { Enrolment, Keys } from '../stored.ts';
import { isWorthSending, type PhoneFix } from './worth-sending.ts';

/** A position as it waits on the phone and goes over the wire. */
export interface StoredPosition {
  readonly ts: string;
  readonly lat: number;
  readonly lng: number;
  readonly accuracy_m?: number;
  readonly speed_kmh?: number;
  readonly heading?: number;
  readonly battery?: number;
}

/** Where the courier is, on its way to the hub. */
export interface PositionReporter {
  /**
   * Takes what the phone says; what the hub need not know is forgotten at once. Never rejects: a
   * position that cannot be stored is lost, and the next one comes.
   *
   * @param battery percent; null: not known
   */
  report(fix: PhoneFix, battery: number | null): Promise<void>;
  /** Sends what waits, as far as there is a network. Never rejects. */
  flush(): Promise<void>;
  /** How many wait. */
  waiting(): Promise<number>;
  stop(): void;
}

export interface PositionReporterDeps extends Omit<DriverPorts, 'lock'> {
  readonly keys: Keys;
  readonly lock: Lock;
  readonly readEnrolment: () => Promise<Enrolment>;
  /** The start of a shift waits to be sent: until the hub has it, it refuses the shift's positions. */
  readonly isShiftAhead: () => Promise<boolean>;
}

/** The hub takes 500; less is sent again when a bad network breaks off. */
const BATCH_MAX = 100;
/** Some ten hours of driving without a network; beyond it the older half is thinned out. */
const WAITING_MAX = 5_000;
/** Positions that come soon after one another go together. */
const GATHER_MS = 5_000;
/** How soon it is looked again whether the hub has the start of the shift, if no position comes before. */
const SHIFT_AHEAD_MS = 30_000;

export function createPositionReporter(deps: PositionReporterDeps): PositionReporter {
  const { storage, transport, now, random, timer, keys, lock, readEnrolment, isShiftAhead } = deps;
  const prefix = keys.positions;
  let last: PhoneFix | null = null;
  let failures = 0;
  let next: unknown = null;
  let isStopped = false;
  let serial = 0;
  /** How many wait, as far as this process knows; null: not counted yet. */
  let many: number | null = null;

  function wakeIn(ms: number): void {
    if (isStopped || next !== null) return;
    next = timer.set(() => {
      next = null;
      void flush();
    }, ms);
  }

  /** By time, so that two tabs write no key twice and the order is that of the positions. */
  function keyOf(atMs: number): string {
    serial = (serial + 1) % 1_000;
    return `${prefix}${String(atMs).padStart(15, '0')}-${String(serial).padStart(3, '0')}`;
  }

  async function thinOut(): Promise<void> {
    // Counted, because a list of thousands for each position would cost more than the position.
    many = many === null ? (await storage.list(prefix)).length : many + 1;
    if (many <= WAITING_MAX) return;
    const all = await storage.list(prefix);
    const older = all.slice(0, Math.floor(all.length / 2));
    const gone = older.filter((_, nr) => nr % 2 === 1);
    await storage.write(gone.map(([key]) => [key, undefined]));
    many = all.length - gone.length;
  }

  /** True: there may be more to send. */
  async function sendSome(): Promise<boolean> {
    const { hub, deviceKey, revoked } = await readEnrolment();
    if (revoked !== null) return false;
    const batch = (await storage.list(prefix)).slice(0, BATCH_MAX);
    if (batch.length === 0) return false;
    if (await isShiftAhead()) {
      wakeIn(SHIFT_AHEAD_MS);
      return false;
    }
    const answer = await transport({
      method: 'POST',
      url: `${hub}/v1/driver/positions`,
      headers: {
        authorization: `Bearer ${deviceKey}`,
        accept: 'application/json',
        'waybill-sent-at': new Date(now()).toISOString(),
      },
      json: batch.map(([, position]) => position),
    }).catch(() => null);
    const verdict =
      answer === null ? ({ kind: 'later', retryAfterMs: null } as const) : judgeAnswer(answer);
    // Revoked: the queue finds that out by itself, and says so to the courier.
    if (verdict.kind === 'revoked') return false;
    if (verdict.kind === 'later') {
      failures += 1;
      wakeIn(backoffMs(failures, random(), verdict.retryAfterMs));
      return false;
    }
    failures = 0;
    // What was refused is refused for good: the shift is over, or the time cannot be.
    await storage.write(batch.map(([key]) => [key, undefined]));
    many = null;
    return batch.length === BATCH_MAX;
  }

  async function flush(): Promise<void> {
    await lock(`waybill positions ${prefix}`, async () => {
      while (await sendSome());
    }).catch(() => {});
  }

  return {
    flush,
    async report(fix, battery) {
      if (isStopped || !isWorthSending(last, fix)) return;
      last = fix;
      try {
        await storage.write([[keyOf(fix.atMs), wireOf(fix, battery)]]);
        await thinOut();
      } catch {
        return;
      }
      // While the hub cannot be reached, it is tried by the backoff alone.
      if (failures === 0) wakeIn(GATHER_MS);
    },
    waiting: async () => (await storage.list(prefix)).length,
    stop() {
      isStopped = true;
      timer.clear(next);
      next = null;
    },
  };
}

const KMH = 3.6;

function wireOf(fix: PhoneFix, battery: number | null): StoredPosition {
  const { accuracyM, speedMS, heading } = fix;
  const isDriving = heading !== null && !Number.isNaN(heading);
  return {
    ts: new Date(fix.atMs).toISOString(),
    lat: rounded(fix.lat, 6),
    lng: rounded(fix.lng, 6),
    ...(accuracyM === null ? {} : { accuracy_m: rounded(accuracyM, 1) }),
    ...(speedMS === null ? {} : { speed_kmh: rounded(speedMS * KMH, 1) }),
    ...(isDriving ? { heading: rounded(heading, 0) } : {}),
    ...(battery === null ? {} : { battery }),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
