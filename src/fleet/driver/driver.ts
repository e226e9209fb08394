import { type AddressFault, readHubAddress } from './fetch-transport.ts';
import { processLock } from './indexed-db.ts';
import { judgeAnswer, refusalIn } from './judge-answer.ts';
import type { DriverPorts } from './ports.ts';
import { openSession, type Session } from './session.ts';
import { COURIERS, type Enrolment, isEnrolmentKey, keysOf } from './stored.ts';
import type { Courier, Refusal } from './wire.ts';

export interface EnrolRequest {
  /** Such as `https://hub.example`; plain HTTP only on the same machine. */
  readonly hub: string;
  /** The code as the merchant's console shows it; case, blanks and dashes do not matter. */
  readonly code: string;
  /** The phone's description in the merchant's list of devices. */
  readonly device: { readonly name: string; readonly platform?: string };
}

export type EnrolAnswer =
  | { readonly outcome: 'enrolled'; readonly courier: Courier; readonly tookOver: boolean }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'bad_address'; readonly fault: AddressFault }
  /** The hub did not answer: try again. The code is valid for 15 minutes. */
  | { readonly outcome: 'no_answer' };

/**
 * The couriers enrolled on this phone. There may be several: one may work for two merchants, or a
 * phone may change hands.
 */
export interface Driver {
  /** The enrolled couriers, in the order of their ids. */
  enrolments(): Promise<readonly Enrolment[]>;
  /** Exchanges a code for a key. A courier who was enrolled here before gets the old queue back. */
  enrol(request: EnrolRequest): Promise<EnrolAnswer>;
  /** Opens the session of a courier. Rejects if the courier is not enrolled here. */
  open(courierId: string): Promise<Session>;
  /**
   * Removes a courier and the key.
   *
   * @returns false, with nothing removed, while the queue holds waiting or refused items; with
   *   `loseQueue` these are lost.
   */
  forget(courierId: string, options?: { readonly loseQueue: boolean }): Promise<boolean>;
}

export interface DriverOptions {
  /** The language of the hub's messages, such as `de` or `de-DE, en;q=0.5`. */
  readonly language?: () => string;
}

/**
 * Opens the queue and client of a driver's app.
 * @example
 *   const driver = openDriver({ storage, transport, now, newId, random, timer });
 *   await driver.enrol({ hub: 'https://track.example.com', code: '7K3MQ-XN42D', device: { name:
 *   'Pixel 6a' } });
 */
export function openDriver(ports: DriverPorts, options: DriverOptions = {}): Driver {
  const { storage, transport } = ports;
  const lock = ports.lock ?? processLock();
  const language = options.language ?? (() => 'en');
  const sessions = new Map<string, Session>();

  async function storeEnrolment(hub: string, deviceKey: string, courier: Courier): Promise<void> {
    const enrolment: Enrolment = { hub, deviceKey, courier, revoked: null };
    await storage.write([[keysOf(courier.id).enrolment, enrolment]]);
    // Sends what waited for a key.
    void sessions
      .get(courier.id)
      ?.flush()
      .catch(() => {});
  }

  return {
    async enrolments() {
      const entries = await storage.list(COURIERS);
      return entries.flatMap(([key, value]) => (isEnrolmentKey(key) ? [value as Enrolment] : []));
    },
    async enrol({ hub: address, code, device }) {
      const read = readHubAddress(address);
      if (!read.ok) return { outcome: 'bad_address', fault: read.fault };
      const answer = await transport({
        method: 'POST',
        url: `${read.hub}/v1/driver/enrol`,
        headers: { accept: 'application/json', 'accept-language': language() },
        json: { code: code.trim(), device },
      }).catch(() => null);
      if (answer === null) return { outcome: 'no_answer' };
      const verdict = judgeAnswer(answer);
      if (verdict.kind === 'done' && isEnrolled(verdict.body)) {
        const { device_key, courier, took_over } = verdict.body;
        await storeEnrolment(read.hub, device_key, courier);
        return { outcome: 'enrolled', courier, tookOver: took_over === true };
      }
      const refusal = answer.status < 500 ? refusalIn(answer) : null;
      return refusal === null ? { outcome: 'no_answer' } : { outcome: 'refused', refusal };
    },
    async open(courierId) {
      const keys = keysOf(courierId);
      if ((await storage.get(keys.enrolment)) === undefined) {
        throw new Error('This courier is not enrolled on this phone.');
      }
      const session = sessions.get(courierId) ?? openSession(ports, keys, lock, language);
      sessions.set(courierId, session);
      return session;
    },
    async forget(courierId, { loseQueue } = { loseQueue: false }) {
      const keys = keysOf(courierId);
      const own = await storage.list(`${COURIERS}${courierId}/`);
      const isBusy = own.some(
        ([key]) => key.startsWith(keys.queue) || key.startsWith(keys.refused),
      );
      if (isBusy && !loseQueue) return false;
      // The next user of the phone must not get this courier's offers.
      const isPushed = own.some(([key]) => key === keys.push);
      if (isPushed) await (await this.open(courierId)).push.set(null);
      sessions.get(courierId)?.stop();
      sessions.delete(courierId);
      await storage.write(own.map(([key]) => [key, undefined]));
      return true;
    },
  };
}

interface Enrolled {
  readonly device_key: string;
  readonly courier: Courier;
  readonly took_over?: unknown;
}

function isEnrolled(body: unknown): body is Enrolled {
  const { device_key, courier } = body as Partial<Enrolled>;
  return typeof device_key === 'string' && typeof courier?.id === 'string';
}
