import { judgeAnswer } from '../judge-answer.ts';
import type { DriverPorts, Lock } from '../ports.ts';
import { backoffMs } from '../sender.ts';
import type { Enrolment, Keys } from '../stored.ts';
import { isWorthSending, type PhoneFix } from './worth-sending.ts';

/** A position as stored on the phone and sent to the hub. */
export interface StoredPosition {
  readonly ts: string;
  readonly lat: number;
  readonly lng: number;
  readonly accuracy_m?: number;
  readonly speed_kmh?: number;
  readonly heading?: number;
  readonly battery?: number;
}

/** Sends the courier's positions to the hub. */
interface PositionReporter {
  /**
   * Accepts the phone's position; discards what the hub need not know. Never rejects: a position
   * that cannot be stored is lost, and the next one follows.
   *
   * @param battery percent; null: unknown
   */
  report(fix: PhoneFix, battery: number | null): Promise<void>;
  /** Sends the stored positions if there is a network. Never rejects. */
  flush(): Promise<void>;
  /** Returns the number of stored positions. */
  waiting(): Promise<number>;
  stop(): void;
}

interface PositionReporterDeps extends Omit<DriverPorts, 'lock'> {
  readonly keys: Keys;
  readonly lock: Lock;
  readonly readEnrolment: () => Promise<Enrolment>;
  /**
   * Whether the start of a shift is not sent yet. Until the hub has it, it refuses the shift's
   * positions.
   */
  readonly isShiftAhead: () => Promise<boolean>;
}

/**
 * Positions in a request. The hub accepts 500, but a smaller batch loses less when a bad network
 * breaks off.
 */
const BATCH_MAX = 100;
/**
 * Limit of stored positions: about ten hours of driving without a network. Beyond it, the older
 * half is thinned out.
 */
const WAITING_MAX = 5_000;
/** Positions within this time are sent together. */
const GATHER_MS = 5_000;
/**
 * How soon to check again whether the hub has the start of the shift, if no position comes first.
 */
const SHIFT_AHEAD_MS = 30_000;

/** Creates the reporter of a courier's positions. */
export function createPositionReporter(deps: PositionReporterDeps): PositionReporter {
  const { storage, transport, now, random, timer, keys, lock, readEnrolment, isShiftAhead } = deps;
  const prefix = keys.positions;
  let last: PhoneFix | null = null;
  let failures = 0;
  let next: unknown = null;
  let isStopped = false;
  let serial = 0;
  /** The number stored, as far as this process knows; null: not counted yet. */
  let count: number | null = null;

  function wakeIn(ms: number): void {
    if (isStopped || next !== null) return;
    next = timer.set(() => {
      next = null;
      void flush();
    }, ms);
  }

  /** The key of a stored position: in order of time, and never the same in two tabs. */
  function keyOf(atMs: number): string {
    serial = (serial + 1) % 1_000;
    return `${prefix}${String(atMs).padStart(15, '0')}-${String(serial).padStart(3, '0')}`;
  }

  async function thinOut(): Promise<void> {
    // Counted incrementally: listing thousands for each position would cost more than sending it.
    count = count === null ? (await storage.list(prefix)).length : count + 1;
    if (count <= WAITING_MAX) return;
    const all = await storage.list(prefix);
    const older = all.slice(0, Math.floor(all.length / 2));
    const gone = older.filter((_, index) => index % 2 === 1);
    await storage.write(gone.map(([key]) => [key, undefined]));
    count = all.length - gone.length;
  }

  /** Sends one batch. Returns true if there may be more to send. */
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
    // The key is revoked: the queue detects that itself and notifies the courier.
    if (verdict.kind === 'revoked') return false;
    if (verdict.kind === 'later') {
      failures += 1;
      wakeIn(backoffMs(failures, random(), verdict.retryAfterMs));
      return false;
    }
    failures = 0;
    // The hub refused these for good: the shift is over, or the time is impossible.
    await storage.write(batch.map(([key]) => [key, undefined]));
    count = null;
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
      // While the hub is unreachable, only the backoff schedules retries.
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

/** Whether the phone can locate itself; if not, whether location is off or not permitted. */
export type PhoneLocation = 'on' | 'off' | 'denied';

interface PhoneState {
  /** Reports each change to the hub once; retries later if it cannot be sent now. Never rejects. */
  report(location: PhoneLocation): Promise<void>;
  stop(): void;
}

interface PhoneStateDeps extends Pick<DriverPorts, 'transport' | 'timer'> {
  readonly readEnrolment: () => Promise<Enrolment>;
}

const RETRY_MS = 60_000;

/** Creates the reporter of whether the phone can locate itself. */
export function createPhoneState(deps: PhoneStateDeps): PhoneState {
  const { transport, timer, readEnrolment } = deps;
  // A phone that has reported nothing is assumed to locate itself.
  let known: PhoneLocation = 'on';
  let wanted: PhoneLocation = 'on';
  let next: unknown = null;
  let isStopped = false;

  async function send(): Promise<void> {
    const location = wanted;
    if (isStopped || location === known) return;
    const { hub, deviceKey, revoked } = await readEnrolment();
    if (revoked !== null) return;
    const answer = await transport({
      method: 'POST',
      url: `${hub}/v1/driver/phone`,
      headers: { authorization: `Bearer ${deviceKey}`, accept: 'application/json' },
      json: { location },
    }).catch(() => null);
    if (answer === null || !isSettled(answer.status)) {
      timer.clear(next);
      next = timer.set(() => void send().catch(() => {}), RETRY_MS);
      return;
    }
    known = location;
  }

  return {
    async report(location) {
      wanted = location;
      await send().catch(() => {});
    },
    stop() {
      isStopped = true;
      timer.clear(next);
    },
  };
}

/**
 * Whether this status needs no retry: the hub has the report, or refuses it for good, as an older
 * hub does.
 */
function isSettled(status: number): boolean {
  return status === 204 || (status >= 400 && status < 500 && status !== 408 && status !== 429);
}
