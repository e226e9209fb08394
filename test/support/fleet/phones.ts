import {
  fetchTransport,
  memoryStorage,
  openDriver,
  type Session,
} from '../../../src/fleet/driver/index.ts';
import { SIGNED } from '../../../src/http/api/proofs/test-proof-form.ts';
import { aJpeg } from '../../../src/platform/images/test-images.ts';
import { callApi } from '../hubs/hub-process.ts';
import { type Load, pause } from '../hubs/kill-under-load.ts';

/** Between two stops of a courier: short, so that every kill interrupts something. */
const DELIVERY_EVERY_MS = 30;
const EVENT_EVERY_MS = 1_000;
/** Everything happened recently, and nothing in the future. */
const BEFORE_NOW_MS = 4 * 3_600_000;

export interface CarriedParcel {
  readonly number: string;
  readonly id: string;
  /** The courier's actions, in order: local time and status. Empty: not yet reached. */
  readonly done: [occurredAt: string, status: string][];
  /** Ids of the proofs that the phone gave it. */
  readonly proofs: string[];
}

/** A courier's phone with `waybill/driver`, which does not know about the hub's kills. */
export interface Phone {
  readonly session: Session;
  /** Delivers the parcels, one stop after the other, until it is stopped or done. */
  drive(parcels: readonly CarriedParcel[]): Load;
}

/** @param hubUrl the current URL: another process may have another one. */
export async function enrolPhone(hubUrl: () => URL, name: string): Promise<Phone> {
  const call = <T>(path: string, body: unknown) => callApi<T>(hubUrl(), 'POST', path, body);
  const courier = await call<{ id: string }>('/v1/couriers', { name, vehicle: 'van' });
  const { code } = await call<{ code: string }>(`/v1/couriers/${courier.id}/enrolments`, {});
  const timer = {
    set: (work: () => void, ms: number) => setTimeout(work, ms),
    clear: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
  };
  const transport = fetchTransport((url, init) => {
    const { pathname } = new URL(url);
    return fetch(new URL(pathname, hubUrl()), init);
  }, timer);
  const driver = openDriver({
    storage: memoryStorage(),
    transport,
    timer,
    random: () => 0,
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
  });
  const { origin } = hubUrl();
  const answer = await driver.enrol({ hub: origin, code, device: { name: `Phone of ${name}` } });
  if (answer.outcome !== 'enrolled') throw new Error(`not enrolled: ${JSON.stringify(answer)}`);
  const session = await driver.open(courier.id);
  return { session, drive: (parcels) => drive(session, parcels) };
}

function drive(session: Session, parcels: readonly CarriedParcel[]): Load {
  let stopping = false;
  let recorded = 0;
  let waiting = 0;
  let counting = Promise.resolve();
  const stopCounting = session.onChange(() => {
    counting = counting.then(async () => {
      waiting = (await session.snapshot()).waiting.length;
    });
  });
  // Whole seconds: the resolution of stored scans.
  let atMs = Math.floor((Date.now() - BEFORE_NOW_MS) / EVENT_EVERY_MS) * EVENT_EVERY_MS;
  const next = () => {
    atMs += EVENT_EVERY_MS;
    return new Date(atMs).toISOString();
  };
  const work = async () => {
    for (const parcel of parcels) {
      if (stopping) return;
      recorded += await deliver(session, parcel, next);
      await pause(DELIVERY_EVERY_MS);
    }
  };
  const working = work();
  return {
    acknowledged: () => Math.max(0, recorded - waiting),
    async stop() {
      stopping = true;
      await working;
      stopCounting();
      await counting;
    },
  };
}

/** Loaded, delivery attempted, loaded again, and delivered with a photo and a signature. */
async function deliver(
  session: Session,
  { id, number, done, proofs }: CarriedParcel,
  next: () => string,
): Promise<number> {
  const load = () => {
    const at = next();
    done.push([at, 'out_for_delivery']);
    return { at, event: { type: 'scan', tracking_number: number, code: 'LOAD' } } as const;
  };
  const status = (is: string, more: { readonly sub_status?: string } = {}) => {
    const at = next();
    done.push([at, is]);
    return { at, event: { type: 'status', shipment_id: id, status: is, ...more } } as const;
  };
  const attempt = [
    load(),
    { at: next(), event: { type: 'note', shipment_id: id, note: `Bell of ${number} is broken.` } },
    status('delivery_attempted', { sub_status: 'recipient_unavailable' }),
    load(),
  ] as const;
  const signature = JSON.parse(SIGNED);
  const proof = { shipment_ids: [id], received_by: `Recipient of ${number}`, signature };
  const photos = [{ type: 'image/jpeg', bytes: new Uint8Array(await aJpeg()) }];
  const handedOver = [{ at: next(), proof: { ...proof, photos } }, status('delivered')];
  await session.record(attempt);
  const [proofId = ''] = await session.record(handedOver);
  proofs.push(proofId);
  return attempt.length + handedOver.length;
}
