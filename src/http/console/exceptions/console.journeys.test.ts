import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { csrfOf, openTestConsole, type TestConsole } from '../hub/test-console.ts';
import { lastWeeks } from './page.tsx';
import { makeTrouble } from './test-trouble.ts';

const MARKER = '<b>Elm St 1</b>';

let hub: TestHub;
let merchant: Caller;
let tenant: Awaited<ReturnType<TestHub['newKey']>>['tenant'];
let cookie: string;
let visit: TestConsole['visit'];
let open: TestConsole;
beforeAll(async () => {
  hub = await createTestHub();
  const made = await hub.newKey({ merchant: 'shop' });
  tenant = made.tenant;
  merchant = callerOf(hub, made.text);
  open = await openTestConsole(hub);
  ({ cookie, visit } = open);
  await hub.workExceptions();
});
afterAll(() => hub.close());

const inTrouble = (number: string, reason: string) =>
  makeTrouble({ hub, merchant, tenant }, number, reason);

describe('the chart of exceptions', () => {
  it('begins each week on a Monday', () => {
    expect(lastWeeks(Date.parse('2026-03-10T12:00:00Z'), 2)).toEqual(['2026-03-02', '2026-03-09']);
    expect(lastWeeks(Date.parse('2026-03-15T23:59:00Z'), 1)).toEqual(['2026-03-09']);
  });
});

describe('the console of exceptions', () => {
  it('lists those of all merchants with a chart, and asks a visitor who is not signed in to sign in', async () => {
    expect((await visit('/console/exceptions', '')).status).toBe(303);
    expect((await visit('/console/exceptions?of=all', cookie)).text).toContain('No cases.');
    expect((await visit('/console/hub', cookie)).text).not.toContain('open case');
    const { id } = await inTrouble('200000000001', 'customs_hold');
    const overview = (await visit('/console/hub', cookie)).text;
    expect(overview).toContain('<a href="/console/exceptions?of=all">1 open case</a>');
    expect(overview).toContain('Running. 3 things to set up before going live');
    const { text, status } = await visit('/console/exceptions?by=carrier&of=all', cookie);
    expect(status).toBe(200);
    expect(text).toContain(`/console/exceptions/${id}`);
    expect(text).toMatch(/<title>[^<]*9[^<]*, .*customs.*: 1<\/title>/i);
    expect((await visit('/console/exceptions?show=closed&of=all', cookie)).text).not.toContain(id);
    for (const odd of ['?show=x&by=y', '?show=overdue', '?show=merchant']) {
      expect((await visit(`/console/exceptions${odd}`, cookie)).status).toBe(200);
    }
  });

  it('lists those of one merchant, named on the hub’s and the first page', async () => {
    const other = await hub.newKey({ merchant: 'other' });
    const others = { hub, merchant: callerOf(hub, other.text), tenant: other.tenant };
    const { id: theirs, shipment } = await makeTrouble(others, '200000000008', 'lost');
    const ours = (await inTrouble('200000000007', 'lost')).id;
    const at = `/console/exceptions?show=open&amp;of=${tenant.merchantId}.${tenant.mode}`;
    expect((await visit('/console/hub', cookie)).text).toContain(`<a href="${at}">shop, test: `);
    // Who opens a parcel looks at its merchant from then on, and reads so once.
    const parcel = `/console/shipments/${shipment}`;
    expect((await visit(parcel, cookie)).text).toMatch(/You now see other, \w+\./);
    expect((await visit(parcel, cookie)).text).not.toContain('You now see');
    expect((await visit('/console', cookie)).text).toContain(`<a href="${at}">shop, test: `);
    const { text } = await visit(at.replace('&amp;', '&'), cookie);
    expect([text.includes(ours), text.includes(theirs)]).toEqual([true, false]);
    expect(text).toContain(`of=${tenant.merchantId}.${tenant.mode}"`);
    // The board's forms act for the merchant that the operator looks at: it shows no other alone.
    const board = `/console/deliveries?of=${other.tenant.merchantId}.${other.tenant.mode}`;
    expect((await visit(board, cookie)).text).not.toMatch(/aria-current="true">All merchants/);
  });

  it('shows what was claimed and submitted, and links to the parcel', async () => {
    const { id } = await inTrouble('200000000009', 'damaged');
    const amount = { minor: 4_900, currency: 'JPY' };
    await merchant('POST', '/claims', { exception_id: id, reason: 'damaged', amount });
    const { text } = await visit(`/console/exceptions/${id}`, cookie);
    expect(text).toContain('4900 JPY');
    expect(text).toMatch(/href="\/console\/shipments\/[0-9a-f-]{36}"><code>200000000009</);
    expect(text).not.toContain('Photos and documents');
    // What a call about it needs is on the page, too.
    expect(text).toMatch(/<h2 id="scans">Last scans of the parcel<.*damaged/is);
    expect(text).toContain('<h2 id="notes">');
  });

  it('shows one and closes it, and the merchant sees who did', async () => {
    const { id, shipment } = await inTrouble('200000000002', 'lost');
    const page = await visit(`/console/exceptions/${id}`, cookie);
    const csrf = csrfOf(page.text);
    const noted = await visit(`/console/exceptions/${id}/note`, cookie, { csrf, note: MARKER });
    expect(noted.status).toBe(303);
    const after = await visit(`/console/exceptions/${id}`, cookie);
    expect(after.text).toContain('&lt;b>Elm St 1&lt;/b>');
    expect(after.text).not.toContain(MARKER);
    const forged = await visit(`/console/exceptions/${id}/resolve`, cookie, {
      outcome: 'resolved',
    });
    expect(forged.status).toBe(403);
    const form = { csrf, outcome: 'resolved', to: '', note: '' };
    expect((await visit(`/console/exceptions/${id}/resolve`, cookie, form)).status).toBe(303);
    expect((await visit(`/console/exceptions/${id}/resolve`, cookie, form)).status).toBe(409);
    const shown = await merchant('GET', `/exceptions/${id}`);
    expect(shown.body).toMatchObject({ state: 'closed', shipment: { status: 'in_transit' } });
    expect(JSON.stringify(shown.body['history'])).toContain('operator');
    expect(shown.body['shipment_id']).toBe(shipment);
    expect((await visit(`/console/exceptions/${crypto.randomUUID()}`, cookie)).status).toBe(404);
  });

  it('accepts a recipient’s corrected address, and shows it only to users who may act', async () => {
    const { id, shipment } = await inTrouble('200000000003', 'address_not_found');
    const { selfService } = hub.exceptions;
    await selfService.confirmAddress(
      { tenant, shipmentId: shipment },
      { kind: 'correct', address: { line1: 'Oak St 22', city: 'Springfield' } },
    );
    const readOnly = await open.looker();
    expect((await visit(`/console/exceptions/${id}`, readOnly)).text).not.toContain('Oak St 22');
    const page = await visit(`/console/exceptions/${id}`, cookie);
    expect(page.text).toContain('Oak St 22');
    const csrf = csrfOf(page.text);
    const approved = await visit(`/console/exceptions/${id}/approve-address`, cookie, { csrf });
    expect(approved.status).toBe(303);
    expect((await merchant('GET', `/shipments/${shipment}`)).body).toMatchObject({
      status: 'in_transit',
      destination: { country: 'US', line1: 'Oak St 22', city: 'Springfield' },
    });
  });

  it('describes requests in words, and lets an operator mark them done or not', async () => {
    const { id, shipment } = await inTrouble('200000000004', 'address_not_found');
    const { selfService } = hub.exceptions;
    const subject = { tenant, shipmentId: shipment };
    const [date = ''] = (await selfService.offers(subject))?.reschedule?.dates ?? [];
    const deliveryRequest = { date, window: 'evening', instructions: MARKER } as const;
    expect(await selfService.reschedule(subject, deliveryRequest)).toMatchObject({
      outcome: 'accepted',
    });
    const { text } = await visit(`/console/exceptions/${id}`, cookie);
    expect(text).toContain(`<dt>Day</dt><dd>Wednesday ${date}</dd>`);
    expect(text).toContain('<dt>Time of day</dt><dd>evening</dd>');
    expect(text).toContain('<dt>For the driver</dt><dd>&lt;b>Elm St 1&lt;/b></dd>');
    expect(text).not.toContain('instructions');
    const page = await visit(`/console/exceptions/${id}`, await open.looker());
    expect(page.text).not.toContain(date);
    const form = {
      csrf: csrfOf(text),
      delivery_request: /name="delivery_request" value="([^"]+)"/.exec(text)?.[1] ?? '',
    };
    const done = await visit(`/console/exceptions/${id}/delivery-request`, cookie, {
      ...form,
      done: 'true',
    });
    expect(done.status).toBe(303);
    const after = await visit(`/console/exceptions/${id}`, cookie);
    expect(after.text).toMatch(/Earlier delivery requests.*<span class="tag good">done/);
  });

  it('sets owner and deadline, and the history says who did what', async () => {
    const { id } = await inTrouble('200000000005', 'lost');
    const path = `/console/exceptions/${id}`;
    const page = await visit(path, cookie);
    const was = /name="was" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const before = await merchant('GET', `/exceptions/${id}`);
    const set = (fields: Readonly<Record<string, string>>) =>
      visit(`${path}/attributes`, cookie, { csrf: csrfOf(page.text), was, ...fields });
    expect((await set({ owner: ' Kim\n', deadline: was })).headers.get('location')).toContain(
      'kept',
    );
    const owned = await merchant('GET', `/exceptions/${id}`);
    expect(owned.body).toMatchObject({ owner: 'Kim', deadline_at: before.body['deadline_at'] });
    await set({ owner: 'Kim', deadline: was });
    await set({ owner: 'Kim', deadline: '2026-04-01T09:30' });
    const { text } = await visit(path, cookie);
    expect(text.match(/<b>Changed<\/b>/g)).toHaveLength(2);
    expect(text).toContain('owner set: true<span class="soft"> Kim</span>');
    expect(text).toMatch(/deadline: Wed, Apr 1, 9:30\sAM/);
    await set({ owner: '', deadline: '' });
    expect((await merchant('GET', `/exceptions/${id}`)).body).toMatchObject({
      owner: null,
      deadline_at: null,
    });
    for (const odd of ['tomorrow', '2026-13-45T99:99', '2026-04-01T09:30Z']) {
      expect((await set({ owner: 'Kim', deadline: odd })).status).toBe(400);
    }
    const csrf = csrfOf((await visit('/console/hub', await open.looker())).text);
    const looker = await open.looker();
    expect((await visit(`${path}/attributes`, looker, { csrf, owner: 'x' })).status).toBe(403);
  });
});

describe('photos and documents', () => {
  const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');
  const PDF = Buffer.from('%PDF-1.4 <script>alert(1)</script>');
  let id: string;
  const files: string[] = [];
  beforeAll(async () => {
    ({ id } = await inTrouble('200000000006', 'damaged'));
    for (const bytes of [JPEG, PDF]) {
      const by = { actor: 'merchant', apiKeyId: null } as const;
      const added = await hub.exceptions.addEvidence(tenant, id, by, bytes);
      if (added.kind === 'done') files.push(added.evidence.id);
    }
  });
  const file = (index: number, query = '', as = cookie) =>
    fetch(`${hub.url}/console/exceptions/${id}/evidence/${files[index]}${query}`, {
      headers: { cookie: as },
      redirect: 'manual',
    });

  it('are shown inline only when they are plain images, and never run anything', async () => {
    const { text } = await visit(`/console/exceptions/${id}`, cookie);
    const shown = text.match(/<img class="thumb" src="[^"]+"/g);
    expect(shown).toEqual([
      `<img class="thumb" src="/console/exceptions/${id}/evidence/${files[0]}"`,
    ]);
    const photo = await file(0);
    expect(Buffer.from(await photo.arrayBuffer()).equals(JPEG)).toBe(true);
    expect(photo.headers.get('content-type')).toBe('image/jpeg');
    expect(photo.headers.get('content-disposition')).toMatch(
      /^inline; filename="evidence-.*\.jpeg"$/,
    );
    const document = await file(1);
    expect(document.headers.get('content-type')).toBe('application/octet-stream');
    for (const answer of [photo, document, await file(0, '?download')]) {
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    for (const answer of [document, await file(0, '?download')]) {
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment; /);
    }
  });

  it('are accessible only to users who may act, and only through their own case', async () => {
    expect((await file(0, '', '')).status).toBe(303);
    const looker = await open.looker();
    expect((await file(0, '', looker)).status).toBe(403);
    const page = await visit(`/console/exceptions/${id}`, looker);
    expect(page.text).toContain('Photos and documents');
    expect(page.text).not.toContain('/evidence/');
    const { id: other } = await inTrouble('200000000007', 'damaged');
    for (const wrong of [`${other}/evidence/${files[0]}`, `${id}/evidence/x`, `x/evidence/x`]) {
      expect((await visit(`/console/exceptions/${wrong}`, cookie)).status).toBe(404);
    }
  });
});
