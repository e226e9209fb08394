import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const AT = '/console/messages';
const RULES = `${AT}?tab=rules`;

let hub: TestHub;
let desk: TestDesk;
let merchant: Caller;

beforeAll(async () => {
  hub = await createTestHub();
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  await bootstrap(keys, KEY);
  desk = await openTestDesk(hub, hub.members);
  merchant = callerOf(hub, KEY);
});
afterAll(() => hub?.close());

const open = async (path: string) => (await desk.visit(path, desk.owner)).text;
const post = (path: string, form: Record<string, string>) => desk.visit(path, desk.owner, form);
const generation = (page: string) => /name="generation" value="(\d+)"/.exec(page)?.[1] ?? '';
const rules = async () => (await merchant('GET', '/notification-rules')).body;

interface Rule {
  readonly name: string;
  readonly enabled: boolean;
}

async function ruleOf(name: string): Promise<Rule | undefined> {
  return ((await rules())['rules'] as readonly Rule[]).find((each) => each.name === name);
}

describe('the rules', () => {
  it('are switched one by one, and keep their other settings', async () => {
    const page = await open(RULES);
    expect(page).toContain('You use the hub’s default rules.');
    const before = (await rules())['rules'];
    expect(page).toContain('role="switch" aria-checked="true" title="Delivered (Email)"');
    const form = { do: 'switch', rule: 'delivered', enabled: 'no', generation: generation(page) };
    // The first change asks whether to have own rules, and changes nothing yet.
    const asked = await post(AT, form);
    const question = asked.headers.get('location') ?? '';
    expect(question).toBe(`${RULES}&do=switch&rule=delivered&channel=&enabled=no&from=&to=`);
    expect((await rules())['source']).toBe('installation');
    expect(await open(question)).toContain('Use rules of your own?');
    const switched = await post(AT, { ...form, sure: 'yes' });
    expect(switched.headers.get('location')).toBe(`${RULES}&done=switched`);
    expect(await ruleOf('delivered')).toMatchObject({ enabled: false });
    const expected = (before as readonly Rule[]).map((each) =>
      each.name === 'delivered' ? { ...each, enabled: false } : each,
    );
    expect((await rules())['rules']).toEqual(expected);
    expect(await open(RULES)).toContain('These rules are your own.');
    // The page was made from an outdated version.
    expect((await post(AT, form)).status).toBe(409);
    const unknown = { ...form, rule: 'nothing', generation: generation(await open(RULES)) };
    expect((await post(AT, unknown)).status).toBe(404);
  });

  it('are switched for one channel', async () => {
    const rule = 'out-for-delivery';
    const page = await open(RULES);
    expect(page).toMatch(/aria-checked="true" title="Out for delivery \(SMS\)"/);
    const form = { do: 'switch', rule, channel: 'sms', enabled: 'no' };
    expect((await post(AT, { ...form, generation: generation(page) })).status).toBe(303);
    expect(await ruleOf(rule)).toMatchObject({ enabled: true, channels: ['email'] });
    const own = { enabled: false, channels: ['sms'] };
    expect(await ruleOf(`${rule}-sms`)).toMatchObject(own);
    expect(await open(RULES)).toMatch(/aria-checked="false" title="Out for delivery \(SMS\)"/);
  });

  it('have no switch for what cannot be sent, and say why', async () => {
    const { merchantId } = (await hub.newKey({ merchant: 'default' })).tenant;
    const page = await open(RULES);
    const delivered = /Delivered<\/a>.*?<\/tr>/s.exec(page)?.[0] ?? '';
    const noRule = 'No rule sends this by SMS. Rules get channels through the API.';
    expect(delivered).toContain(`title="${noRule}"><span aria-hidden="true">–</span>`);
    expect(delivered).toContain(`<span class="unseen">${noRule}</span>`);
    expect(page).toContain('Helpdesk ticket');
    expect(page).toContain('Status corrected');
    expect(page).not.toContain('no channel for');
    // Of the short messages, only those are shown that are sent.
    const shown = page.slice(page.indexOf('id="shown"'));
    expect([shown.includes('characters, 1 SMS'), shown.includes('Push message')]).toEqual([
      ...[false, true],
    ]);
    expect(await open(`${RULES}&show=arriving`)).toContain('characters, 1 SMS');
    // In live mode nobody reads the mailbox: without a provider there is no SMS.
    await desk.visit('/console/switch', desk.owner, { of: `${merchantId} live` });
    const live = await open(RULES);
    expect(live).toContain('Not possible: no channel for SMS is set up.');
    expect(live).not.toMatch(/role="switch"[^>]*\(SMS\)/);
    expect(live).toMatch(/role="switch"[^>]*Delivered \(Email\)/);
    await desk.visit('/console/switch', desk.owner, { of: `${merchantId} test` });
  });

  it('have quiet hours, unless these are invalid', async () => {
    const hours = { do: 'hours', from: '22:30', to: '07:15' };
    const now = generation(await open(RULES));
    expect((await post(AT, { ...hours, generation: now })).status).toBe(303);
    expect((await rules())['quiet_hours']).toEqual({ from: '22:30', to: '07:15' });
    const later = generation(await open(RULES));
    const odd = await post(AT, { ...hours, from: '07:15', generation: later });
    expect([odd.status, odd.text.includes('Quiet hours: ')]).toEqual([422, true]);
    expect(await open(`${AT}?tab=hours`)).toContain('value="22:30"');
  });

  it('revert to the installation’s on request', async () => {
    const reset = { do: 'reset', generation: generation(await open(RULES)) };
    expect((await post(AT, reset)).headers.get('location')).toBe(`${RULES}&done=shipped`);
    expect([(await rules())['source'], (await ruleOf('delivered'))?.enabled]).toEqual([
      'installation',
      true,
    ]);
  });
});

describe('the texts', () => {
  const german = `${AT}/delivered/de`;

  it('are changed, and only differences are stored', async () => {
    expect(await open(`${AT}?texts=de`)).toContain(`href="${german}"`);
    const page = await open(german);
    const shipped = /<textarea[^>]*name="sms"[^>]*>([^<]*)</.exec(page)?.[1] ?? '';
    expect(shipped).not.toBe('');
    const text = 'Ihr Paket ist\r\nda.\r\n\r\nDanke![ Gruß, {merchant_name}]';
    const saved = await post(german, { do: 'save', subject: 'Da ist es!', text });
    expect(saved.headers.get('location')).toBe(`${german}?done=saved`);
    const { body } = await merchant('GET', '/notification-templates/delivered/de');
    expect(body).toMatchObject({
      subject: 'Da ist es!',
      text: ['Ihr Paket ist da.', 'Danke![ Gruß, {merchant_name}]'],
      own: ['subject', 'text'],
    });
    expect(await open(`${german}/preview`)).toContain('Ihr Paket ist da.');
    expect(await open(`${AT}/delivered/en/preview`)).not.toContain('Ihr Paket ist da.');
  });

  it('are previewed before they are stored, sandboxed in a frame', async () => {
    const draft = await post(`${german}/preview`, { subject: 'x', heading: 'Noch ein Entwurf' });
    expect(draft.text).toContain('Noch ein Entwurf');
    expect(draft.headers.get('content-security-policy')).toContain('sandbox');
    expect(draft.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    // While incomplete, the preview shows the stored text.
    const half = await post(`${german}/preview`, { heading: 'Hallo {recip' });
    expect([half.status, half.text.includes('Ihr Paket ist da.')]).toEqual([200, true]);
    const nasty = '<img src=x onerror=alert(1)>';
    expect((await post(`${german}/preview`, { heading: nasty })).text).not.toContain('<img src=x');
    expect(await open(german)).not.toContain('Entwurf');
  });

  it('show errors with their fixes, and lose no input', async () => {
    const odd = await post(german, { do: 'save', subject: 'Da, {recipient}', push: 'Bleibt' });
    expect(odd.status).toBe(422);
    expect(odd.text).toContain('Subject of the email</a>: ');
    expect(odd.text).toContain('At character');
    expect(odd.text).toContain('value="Bleibt"');
    expect((await post(`${AT}/nothing/de`, { do: 'save' })).status).toBe(404);
    expect((await post(`${AT}/delivered/xx`, { do: 'save' })).status).toBe(404);
  });

  it('revert to the shipped ones on request', async () => {
    expect((await post(german, { do: 'reset' })).headers.get('location')).toBe(
      `${german}?done=shipped`,
    );
    const { body } = await merchant('GET', '/notification-templates/delivered/de');
    expect(body['own']).toEqual([]);
  });

  it('are not for the support role', async () => {
    const support = await desk.member('sue@shop.example', 'support');
    for (const path of [AT, german, `${german}/preview`, '/console/retention']) {
      expect([path, (await desk.visit(path, support)).status]).toEqual([path, 403]);
    }
  });
});

it('lists retention periods', async () => {
  const page = await open('/console/retention');
  expect(page).toMatch(/Photos and signatures of deliveries<\/span><b>90 days/);
  expect(page).toMatch(/Parcels of DHL, [^<]*<\/span><b>30 days/);
});
