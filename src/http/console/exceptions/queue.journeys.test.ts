import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { ExceptionCase } from '../../../reactions/exceptions/index.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { csrfOf } from '../hub/test-console.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';
import { nextOfCase } from './case-page.tsx';
import { actsOn } from './suggested.ts';
import { makeTrouble } from './test-trouble.ts';

const AT = '/console/exceptions';

let hub: TestHub;
let merchant: Caller;
let desk: TestDesk;
let support: string;
let analyst: string;
let lost: string;
let customs: string;
let shipment: string;
beforeAll(async () => {
  hub = await createTestHub();
  const made = await hub.newKey({ merchant: 'default' });
  merchant = callerOf(hub, made.text);
  desk = await openTestDesk(hub, hub.members);
  support = await desk.member('support@shop.example', 'support');
  analyst = await desk.member('analyst@shop.example', 'analyst');
  await desk.visit('/console/switch', support, {
    of: `${made.tenant.merchantId} ${made.tenant.mode}`,
  });
  await desk.visit('/console/switch', analyst, {
    of: `${made.tenant.merchantId} ${made.tenant.mode}`,
  });
  await hub.workExceptions();
  const world = { hub, merchant, tenant: made.tenant };
  ({ id: customs } = await makeTrouble(world, '300000000001', 'customs_hold'));
  ({ id: lost, shipment } = await makeTrouble(world, '300000000002', 'lost'));
  const due = (hours: number) => new Date(hub.clock.nowMs() + hours * 3_600_000).toISOString();
  await merchant('PATCH', `/exceptions/${customs}`, { deadline_at: due(90) });
  await merchant('PATCH', `/exceptions/${lost}`, { deadline_at: due(2) });
});
afterAll(() => hub.close());

const read = async (path: string, as = support) => (await desk.visit(path, as)).text;
const tabsOf = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/>([A-Z][\w ]+) <span>(\d+)<\/span><\/a>/g)].map(([, name, n]) => [name, n]),
  );
const act = (id: string, name: string, form: Readonly<Record<string, string>> = {}) =>
  desk.visit(`${AT}/${id}/${name}`, support, form);
const history = async (id: string) =>
  (await merchant('GET', `/exceptions/${id}`)).body['history'] as Record<string, unknown>[];

it('counts the cases that wait for us in the navigation, also of pages that show an error', async () => {
  const badge = /aria-label="Exceptions" data-waiting="(\d+)"/;
  for (const path of ['/console/shipments', '/console/nowhere', '/console/keys']) {
    expect([path, badge.exec(await read(path))?.[1]]).toEqual([path, '1']);
  }
});

it('counts cases in words, and lists the open ones of a group', async () => {
  const text = await read(`${AT}?by=kind`);
  const [, list = ''] = /href="([^"]*only=customs[^"]*)"/.exec(text) ?? [];
  const narrowed = await read(list.replaceAll('&amp;', '&'));
  expect([narrowed.includes(customs), narrowed.includes(lost)]).toEqual([true, false]);
  expect(narrowed).toContain('kind: customs');
});

it('is the member’s own, whichever merchant the address names', async () => {
  const other = await hub.newKey({ merchant: 'other' });
  const { merchantId, mode } = other.tenant;
  expect(await read(`${AT}?of=${merchantId}.${mode}`)).toContain(lost);
});

it('says when a case is due', async () => {
  expect((await read(AT)).replaceAll(/<[^>]+>/g, ' ')).toMatch(/in 2 h .*in 3 d /s);
});

it('makes the suggested next step the main action, never closing a case', async () => {
  const main = (text: string) =>
    text.match(/<(?:summary|button|a)[^>]* class="(?:button )?primary"[^>]*>([^<]+)/)?.[1];
  const text = await read(`${AT}/${lost}/preview`);
  expect(main(text)).toBe('File a claim');
  expect(text).toMatch(/<button type="submit" class="button">Close as resolved/);
  // Beside it are two others, and the rest is behind “More”, grouped by what it is for.
  const row = /<div class="row">(.*?)<div class="groups">/s.exec(text)?.[1] ?? '';
  expect([...row.matchAll(/<summary class="button[^>]*>([^<]+)/g)].map(([, name]) => name)).toEqual(
    ['File a claim', 'Send again', 'Record a refund', 'More'],
  );
  expect([...text.matchAll(/<p class="heading">([^<]+)</g)].map(([, name]) => name)).toEqual([
    ...['Solve it', 'Keep track', 'Close'],
  ]);
  // The carrier's answer is awaited: somebody should own the case.
  expect(main(await read(`${AT}/${customs}/preview`))).toBe('Assign to me');
});

it('previews a case with forms that work', async () => {
  const preview = await read(`${AT}/${lost}/preview`);
  expect(preview).toMatch(/name="csrf" value="[\w.~-]{20,}"/);
  const fields = { csrf: csrfOf(preview), note: 'seen', next: AT };
  expect((await act(lost, 'note', fields)).status).toBe(303);
});

it('is a page of the console also when it cannot be read', async () => {
  const broken = vi.spyOn(hub.exceptions, 'count').mockRejectedValue(new Error('a bug'));
  try {
    const asked = { 'accept-language': 'de' };
    const { status, text, headers } = await desk.visit(AT, support, undefined, asked);
    expect([status, headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8']);
    const requestId = headers.get('x-request-id') ?? '';
    for (const said of ['Hier ist etwas schiefgegangen', 'Noch einmal versuchen', requestId]) {
      expect(text).toContain(said);
    }
    expect(text).toContain('aria-label="Start"');
    expect(text).not.toContain('a bug');
  } finally {
    broken.mockRestore();
  }
});

it('lists the nearest deadline first, with the recipient, the order and the next step', async () => {
  const text = await read(AT);
  expect(text.indexOf(lost)).toBeLessThan(text.indexOf(customs));
  expect(tabsOf(text)).toEqual({
    ...{ Open: '2', 'Waiting for us': '1', Mine: '0', Unassigned: '2', Overdue: '0' },
  });
  expect(text).toContain('Rita Recipient');
  expect(text).toContain('order-300000000002');
  expect(text).toContain('File a claim with the carrier, then send again or refund');
  expect(text).toContain('Wait for the carrier');
  expect(await read(AT, analyst)).not.toContain('name="do"');
});

it('suggests more than to wait once the carrier’s answer is overdue', () => {
  const { cases } = messagesIn('en').console;
  const waiting = { state: 'open', kind: 'refused', waitingFor: 'carrier', deadlineAtMs: 2 };
  const next = (nowMs: number) =>
    nextOfCase(cases, { exceptionCase: waiting as ExceptionCase, status: 'exception', nowMs });
  expect(next(1)).toBe('Wait for the carrier');
  expect(next(2)).toBe('File a claim with the carrier, or send again');
});

it('suggests for a returning parcel what its button does, and answers a request first', () => {
  const { cases } = messagesIn('en').console;
  const waiting = { state: 'open', waitingFor: 'carrier', deadlineAtMs: 2, owner: null } as const;
  const history = [{ type: 'opened' }] as const;
  for (const [kind, request, words, suggested] of [
    ['refused', [], 'Send again or refund', 'reship'],
    ['request', ['open'], 'Answer the recipient’s request', null],
  ] as const) {
    const exceptionCase = { ...waiting, waitingFor: request[0] ? 'merchant' : 'carrier', kind };
    const status = 'returning';
    const at = { exceptionCase: exceptionCase as ExceptionCase, status, nowMs: 1 } as const;
    expect(nextOfCase(cases, at)).toBe(words);
    const deliveryRequests = request.map((state) => ({ row: { state } }));
    const view = { ...at, shipment: { state: { status } }, reachable: true, history } as const;
    const work = { claims: [], ownerName: 'Kim', nowMs: 1 } as const;
    expect(actsOn({ view: { ...view, deliveryRequests }, ...work }).suggested).toBe(suggested);
  }
});

it('continues a page by urgency', async () => {
  const names = ['a', 'b', 'c'];
  const after = await hub.exceptions.list(null, {
    ...{ filter: { state: 'open' }, after: null, limit: 1, isByUrgency: true },
  });
  const [first] = after;
  const rest = await hub.exceptions.list(null, {
    filter: { state: 'open' },
    after: { at: first?.at ?? '', id: first?.exceptionCase.id ?? '' },
    limit: names.length,
    isByUrgency: true,
  });
  expect([first, ...rest].map((each) => each?.exceptionCase.id)).toEqual([lost, customs]);
});

it('shows a case beside the queue, and returns there after an action', async () => {
  const panel = await read(`${AT}/${lost}/preview`);
  expect(panel).not.toContain('<html');
  expect(panel).toContain('Assign to me');
  expect(panel).toContain(`value="${AT}"`);
  const assigned = await act(lost, 'attributes', { owner: 'support of the shop', next: AT });
  expect(assigned.headers.get('location')).toBe(`${AT}?done=kept`);
  expect(tabsOf(await read(AT))).toMatchObject({ Mine: '1', Unassigned: '1' });
  expect(await read(`${AT}/${lost}/preview`)).not.toContain('Assign to me');
  const hostile = await act(lost, 'note', { note: 'Called.', next: 'https://evil.example/' });
  expect(hostile.headers.get('location')).toBe('/console?done=noted');
});

it('works the case on the parcel’s page, too', async () => {
  const text = await read(`/console/shipments/${shipment}`);
  expect(text).toContain(`action="${AT}/${lost}/resolve"`);
  expect(await read(`/console/shipments/${shipment}`, analyst)).not.toContain(`${AT}/${lost}/`);
});

it('links the parcel that replaces the goods, for the same recipient and order', async () => {
  const own = await act(lost, 'reship', { number: '300000000002', carrier: '' });
  expect(own.status).toBe(422);
  expect((await act(lost, 'reship', { number: '1', carrier: 'nobody' })).status).toBe(422);
  expect((await act(lost, 'reship', { number: '300000000009', carrier: '' })).status).toBe(303);
  const found = await merchant('GET', '/shipments?tracking_number=300000000009');
  const [{ id: again }] = found.body['data'] as [{ id: string }];
  expect((await merchant('GET', `/shipments/${again}`)).body).toMatchObject({
    ...{ order_ids: ['order-300000000002'], recipient: { name: 'Rita Recipient' } },
  });
  expect(await history(lost)).toContainEqual(
    expect.objectContaining({ type: 'replacement_named', by: 'merchant' }),
  );
});

it('records a refund, and says what is wrong with an amount', async () => {
  for (const amount of ['', 'much', '1,234', '0']) {
    const refused = await act(lost, 'refund', { amount, currency: 'EUR' });
    expect([amount, refused.status]).toEqual([amount, 422]);
  }
  expect((await act(lost, 'refund', { amount: '49,50', currency: 'eur' })).status).toBe(303);
  expect(await history(lost)).toContainEqual(
    expect.objectContaining({
      type: 'refund_recorded',
      data: { amount_minor: 4_950, currency: 'EUR' },
    }),
  );
  expect(await read(`${AT}/${lost}`)).toContain('amount: 49.50 EUR');
});

it('claims from the carrier: drafted, submitted, accepted in part', async () => {
  const claims = async () =>
    (await merchant('GET', `/exceptions/${lost}`)).body['claims'] as { id: string }[];
  await act(lost, 'claim', { do: 'draft', reason: 'lost', amount: '80', currency: 'EUR' });
  const [draft] = await claims();
  const claim = draft?.id ?? '';
  expect(draft).toMatchObject({ state: 'draft', amount: { minor: 8_000, currency: 'EUR' } });
  expect((await act(lost, 'claim', { do: 'submit', claim, reference: 'C-1' })).status).toBe(303);
  expect((await act(lost, 'claim', { do: 'submit', claim })).status).toBe(409);
  expect((await act(lost, 'claim', { do: 'accept', claim, amount: '90' })).status).toBe(422);
  expect((await act(lost, 'claim', { do: 'accept', claim, amount: '60,00' })).status).toBe(303);
  expect(await claims()).toMatchObject([{ state: 'accepted', granted_minor: 6_000 }]);
});

it('closes several cases at once and says what it did; reopens them', async () => {
  const bulk = (form: Readonly<Record<string, string>>) => desk.visit(AT, support, form);
  expect(await read(`${AT}?show=unassigned`)).toContain(`name="take" value="${customs}"`);
  // Only the one in whose row the button is, and the list stays narrowed.
  const one = await bulk({ take: customs, id: lost, by: 'carrier', only: 'fedex' });
  expect(one.headers.get('location')).toMatch(/did=take&count=1&left=0&by=carrier&only=fedex$/);
  const assigned = await bulk({ do: 'take', id: customs });
  expect(await read(assigned.headers.get('location') ?? '')).toContain('1 case is yours now.');
  const closed = await bulk({ do: 'resolve', id: customs });
  expect(await read(closed.headers.get('location') ?? '')).toContain('1 case is closed.');
  const again = await bulk({ do: 'resolve', id: customs });
  expect(await read(again.headers.get('location') ?? '')).toContain('1 was not changed');
  expect(await read(`${AT}?show=closed`)).toContain(customs);
  const empty = await read(`${AT}?show=unassigned`);
  expect(empty).toContain('Nothing to do');
  expect((await act(customs, 'reopen')).status).toBe(303);
  expect((await act(customs, 'reopen')).status).toBe(409);
  expect((await merchant('GET', `/exceptions/${customs}`)).body).toMatchObject({
    ...{ state: 'open', outcome: null, opened_by: 'person', closed_at: null },
  });
  expect((await desk.visit(AT, analyst, { do: 'take', id: customs })).status).toBe(403);
});
