import type { DriverPorts } from '../ports.ts';
import type { Enrolment } from '../stored.ts';

/** Whether the phone can tell where it is: it finds no place, or may not. */
export type PhoneLocation = 'on' | 'off' | 'denied';

export interface PhoneState {
  /** Tells the hub, once for each change; what cannot be sent now is sent later. Never rejects. */
  report(location: PhoneLocation): Promise<void>;
  stop(): void;
}

interface PhoneStateDeps extends Pick<DriverPorts, 'transport' | 'timer'> {
  readonly readEnrolment: () => Promise<Enrolment>;
}

const RETRY_MS = 60_000;

export function createPhoneState(deps: PhoneStateDeps): PhoneState {
  const { transport, timer, readEnrolment } = deps;
  // A phone that never said anything is taken to tell where it is.
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

/** The hub has it, or refuses it, as an older one does: it would refuse it again. */
function isSettled(status: number): boolean {
  return status === 204 || (status >= 400 && status < 500 && status !== 408 && status !== 429);
}
