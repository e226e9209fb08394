import type { DriverPorts, TransportAnswer } from '../ports.ts';
import type { Enrolment, Keys } from '../stored.ts';

/** A push subscription, as a browser's `PushSubscription.toJSON()` returns it. */
export interface PushTarget {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

/** The hub's push state for this phone. */
export interface PushState {
  /** The key for `pushManager.subscribe({applicationServerKey})`, in Base64 for URLs. */
  readonly publicKey: string;
  /** Whether the hub has a subscription for this phone. */
  readonly on: boolean;
}

/** Whether the phone gets offers by web push while the app is closed. */
export interface PushSwitch {
  /** Returns the hub's push state; null: no answer, or the hub does not support push. */
  state(): Promise<PushState | null>;
  /**
   * Sets the subscription, or ends it if null. Returns false if there was no answer, or the hub
   * refused.
   */
  set(target: PushTarget | null): Promise<boolean>;
}

type PushDeps = Pick<DriverPorts, 'transport' | 'timer' | 'storage'> & {
  readonly keys: Pick<Keys, 'push'>;
  readonly readEnrolment: () => Promise<Enrolment>;
};

const WAIT_MS = 5_000;

/** Creates the switch for web push on this phone. */
export function createPushSwitch(deps: PushDeps): PushSwitch {
  return {
    async state() {
      const answer = await ask(deps, 'GET');
      if (answer?.status !== 200) return null;
      const { public_key: publicKey, on } = readJson(answer.text);
      return typeof publicKey === 'string' ? { publicKey, on: on === true } : null;
    },
    async set(target) {
      // Stored before the request: signing out must also end a subscription whose answer was lost.
      if (target !== null) await deps.storage.write([[deps.keys.push, true]]);
      const subscription = target && {
        endpoint: target.endpoint,
        keys: { p256dh: target.keys.p256dh, auth: target.keys.auth },
      };
      const isDone = (await ask(deps, 'POST', { subscription }))?.status === 204;
      if (isDone && target === null) await deps.storage.write([[deps.keys.push, undefined]]);
      return isDone;
    },
  };
}

/** Sends a request; null: no answer in time. */
async function ask(
  { transport, timer, readEnrolment }: PushDeps,
  method: 'GET' | 'POST',
  json?: unknown,
): Promise<TransportAnswer | null> {
  const { hub, deviceKey, revoked } = await readEnrolment();
  if (revoked !== null) return null;
  const headers = { authorization: `Bearer ${deviceKey}`, accept: 'application/json' };
  let late: unknown;
  const tooLate = new Promise<null>((resolve) => {
    late = timer.set(() => resolve(null), WAIT_MS);
  });
  const request = { method, url: `${hub}/v1/driver/push`, headers, json };
  const answer = await Promise.race([transport(request).catch(() => null), tooLate]);
  timer.clear(late);
  return answer;
}

function readJson(text: string): { readonly public_key?: unknown; readonly on?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch {
    return {};
  }
}
