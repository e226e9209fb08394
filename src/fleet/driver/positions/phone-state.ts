import type { DriverPorts } from '../ports.ts';
import type { Enrolment } from '../stored.ts';

/** Whether the phone can locate itself: location may be off or not permitted. */
export type PhoneLocation = 'on' | 'off' | 'denied';

export interface PhoneState {
  /** Reports each change to the hub once; retries later if it cannot be sent now. Never rejects. */
  report(location: PhoneLocation): Promise<void>;
  stop(): void;
}

interface PhoneStateDeps extends Pick<DriverPorts, 'transport' | 'timer'> {
  readonly readEnrolment: () => Promise<Enrolment>;
}

const RETRY_MS = 60_000;

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

/** The hub has it, or refuses it for good, as an older hub does. */
function isSettled(status: number): boolean {
  return status === 204 || (status >= 400 && status < 500 && status !== 408 && status !== 429);
}
