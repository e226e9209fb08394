import { type Caller, callerOf } from './test-client.ts';
import type { TestHub } from './test-hub.ts';

/** A courier with a phone. */
export interface TestDriver {
  readonly id: string;
  /** Of the phone. */
  readonly key: string;
  readonly call: Caller;
}

/** Adds a courier and enrols a phone, as a merchant and a courier do. */
export async function newDriver(
  hub: Pick<TestHub, 'url'>,
  merchant: Caller,
  name: string,
): Promise<TestDriver> {
  const made = await merchant('POST', '/couriers', { name, vehicle: 'van' });
  const id = String(made.body['id']);
  const offered = await merchant('POST', `/couriers/${id}/enrolments`);
  const enrolled = await callerOf(hub, null)('POST', '/driver/enrol', {
    code: offered.body['code'],
    device: { name: `Phone of ${name}` },
  });
  if (enrolled.status !== 201) throw new Error(`not enrolled: ${enrolled.text}`);
  const key = String(enrolled.body['device_key']);
  return { id, key, call: callerOf(hub, key) };
}
