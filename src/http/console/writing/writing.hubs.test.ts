import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import type { HttpDeps } from '../../context.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const LIST = '/console/shipments';
const WRITE = '/console/write';

let hub: TestHub;
let desk: TestDesk;
let merchant: Caller;
let ids: readonly string[];
let notifications: HttpDeps['notifications'];

beforeAll(async () => {
  hub = await createTestHub({
    publicRoutes(parts) {
      ({ notifications } = parts);
      return [];
    },
  });
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  merchant = callerOf(hub, KEY);
  const made: string[] = [];
  for (const recipient of [{ email: 'anna@example.com' }, { phone: '+1 212 555 0123' }, null]) {
    const number = `0034043416109404${2001 + made.length}`;
    const body = { tracking_number: number, carrier: 'dhl', ...(recipient && { recipient }) };
    made.push(String((await merchant('POST', '/shipments', body)).body['id']));
  }
  ids = made;
});
afterAll(() => hub?.close());

const [mail, sms, nobody] = [() => ids[0] ?? '', () => ids[1] ?? '', () => ids[2] ?? ''];
const open = async (path: string, as = desk.owner) => (await desk.visit(path, as)).text;
const formOn = (page: string) => /name="message" value="([^"]+)"/.exec(page)?.[1] ?? '';
const sentAbout = async (id: string) => {
  const { body } = await merchant('GET', `/notifications?shipment_id=${id}`);
  return (body['data'] as readonly Record<string, unknown>[]).map((each) => [
    ...[each['milestone'], each['channel'], each['state']],
  ]);
};

describe('manual messages', () => {
  it('start from the selection in the list, and say how each recipient is reached', async () => {
    const chosen = await desk.visit(LIST, desk.owner, { do: 'message', id: mail(), back: 'q=20' });
    expect(chosen.headers.get('location')).toBe(`${WRITE}?id=${mail()}&back=q%3D20`);
    const page = await open(`${WRITE}?${ids.map((id) => `id=${id}`).join('&')}`);
    expect(page).toContain('an email');
    expect(page).toContain('an SMS');
    expect(page).toContain('nothing: neither email address nor phone is known');
    expect(page).toContain('2 recipients get the message, each one of their own: 1 by email, 1 by');
    expect(page).toContain('1 is left out: 1 without a known address, 0 who want no messages.');
    const preview = await desk.visit(`${WRITE}/preview`, desk.owner, {
      subject: 'A second lamp',
      text: 'It leaves <b>today</b>.',
    });
    expect(preview.text).toContain('It leaves &lt;b');
    expect(page).not.toContain('anna@example.com');
    expect(await open(`${WRITE}?id=${nobody()}`)).toContain('None of these parcels has');
    expect(await open(`${WRITE}?id=nonsense`)).toContain('No parcel was chosen.');
  });

  it('put one message per parcel into the outbox, and show it with the parcel', async () => {
    const message = formOn(await open(`${WRITE}?id=${mail()}`));
    const form = {
      message,
      back: 'q=20',
      subject: 'A second lamp',
      text: 'It leaves <b>today</b>.',
    };
    const body = { ...form, id: mail() };
    const sent = await desk.visit(WRITE, desk.owner, body);
    expect(sent.headers.get('location')).toBe(`${LIST}?q=20&done=message-1-0-0`);
    await desk.visit(WRITE, desk.owner, body);
    expect(await sentAbout(mail())).toEqual([['merchant_message', 'email', 'queued']]);
    await desk.visit(WRITE, desk.owner, { ...form, id: sms() });
    expect(await sentAbout(sms())).toEqual([['merchant_message', 'sms', 'queued']]);
    expect(await open(`${LIST}?done=message-1-0-0`)).toContain('goes to 1 of 1 recipients. Each');
    const parcel = await open(`${LIST}/${mail()}`);
    expect(parcel).toContain('<summary>A second lamp</summary>');
    expect(parcel).toContain('It leaves &lt;b>today&lt;/b>.');
    // Users who may not see people see that there was a message, and not its text.
    const analyst = await desk.member('ana@shop.example', 'analyst');
    const page = await open(`${LIST}/${mail()}`, analyst);
    expect([page.includes('written by hand'), page.includes('second lamp')]).toEqual([true, false]);
    expect((await desk.visit(WRITE, analyst, body)).status).toBe(403);
  });

  it('count separately who has declined messages, and who has no address', async () => {
    const [message, form] = [formOn(await open(`${WRITE}?id=${mail()}`)), new URLSearchParams()];
    for (const id of ids) form.append('id', id);
    for (const [name, value] of Object.entries({ message, back: '', subject: 'x', text: 'y' })) {
      form.set(name, value);
    }
    vi.spyOn(notifications, 'reach').mockResolvedValueOnce(['email', 'declined', null]);
    const { headers } = await desk.visit(WRITE, desk.owner, form);
    const location = headers.get('location') ?? '';
    expect(location).toBe(`${LIST}?done=message-1-1-1`);
    expect(await open(location)).toContain(
      'The message goes to 1 of 3 recipients. 1 has declined messages. 1 has no known address.',
    );
    expect(await open(`${LIST}?done=message-12-5-3&lang=de`)).toContain(
      'geht an 12 von 20 Empfängern. 5 haben Nachrichten abgelehnt. Bei 3 ist keine Adresse',
    );
  });

  it('keep the input when something is missing, and reject an outdated form', async () => {
    const message = formOn(await open(`${WRITE}?id=${mail()}`));
    const form = { message, id: mail(), back: '', subject: '  ', text: 'It leaves today.' };
    const unfit = await desk.visit(WRITE, desk.owner, form);
    expect([unfit.status, unfit.text.includes('It leaves today.')]).toEqual([422, true]);
    expect(unfit.text).toContain('Subject</a>: ');
    const long = await desk.visit(WRITE, desk.owner, {
      ...form,
      subject: 'x',
      text: 'x'.repeat(1_001),
    });
    expect([long.status, long.text.includes('More than 1000 characters.')]).toEqual([422, true]);
    const old = { ...form, subject: 'x', message: '018f0000-0000-7000-8000-000000000000' };
    expect((await desk.visit(WRITE, desk.owner, old)).status).toBe(409);
    expect((await desk.visit(WRITE, desk.owner, { ...old, message: 'x' })).status).toBe(409);
    expect(await sentAbout(mail())).toHaveLength(2);
  });
});

describe('notes', () => {
  it('are for colleagues who may see people, with their author', async () => {
    const at = `${LIST}/${mail()}`;
    const noted = await desk.visit(`${at}/notes`, desk.owner, { note: 'Mrs <b>Jones</b> rang.' });
    expect(noted.headers.get('location')).toBe(`${at}?done=note`);
    const page = await open(`${at}?done=note`);
    expect(page).toContain('Mrs &lt;b>Jones&lt;/b> rang.');
    expect(page).toContain('Olga Owner');
    const analyst = await desk.member('anton@shop.example', 'analyst');
    expect(await open(at, analyst)).not.toContain('Jones');
    expect((await desk.visit(`${at}/notes`, analyst, { note: 'x' })).status).toBe(403);
    expect((await desk.visit(`${at}/notes`, desk.owner, { note: ' ' })).status).toBe(422);
    const audit = await open('/console/actions');
    expect(audit).toContain('wrote a note on a parcel');
    expect(audit).toContain('wrote to recipients');
  });
});
