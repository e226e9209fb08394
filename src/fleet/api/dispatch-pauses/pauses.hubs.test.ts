import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  csrfOf,
  openTestConsole,
  type TestConsole,
} from '../../../http/console/hub/test-console.ts';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { startMatcher } from '../../deliveries/index.ts';
import { matchOpen } from '../../deliveries/test-matching.ts';

let hub: TestHub;
let call: Caller;
let ada: TestDriver;
let open: TestConsole;
/** In the cell u1x0e. */
const SHOP = { lat: 53.5436, lng: 9.9885 };
const ELSEWHERE = { lat: 53.5436, lng: 10.05 };
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey({ merchant: 'shop' })).text);
  open = await openTestConsole(hub);
  ada = await newDriver(hub, call, 'Ada Example');
  await ada.call('POST', '/driver/shift', { shift: 'on' });
  const ts = new Date(hub.clock.nowMs()).toISOString();
  await ada.call('POST', '/driver/positions', [{ ts, ...SHOP }]);
});
afterAll(() => hub.close());

async function wanted(origin = SHOP): Promise<string> {
  const places = { origin, destination: { lat: 53.5453, lng: 9.9467 } };
  const made = await call('POST', '/deliveries', {
    ...places,
    package_size: 'small',
    phone: '+4915112345678',
  });
  expect(made.status, made.text).toBe(201);
  return String(made.body['delivery_id']);
}
const shown = async (id: string) => (await call('GET', `/deliveries/${id}`)).body;
const explained = async (id: string) => (await call('GET', `/deliveries/${id}/explain`)).body;
const stepsOf = async (id: string) =>
  ((await explained(id))['steps'] as { what: string }[]).map(({ what }) => what);
const pause = (body: object, by: Caller = call) => by('POST', '/dispatch/pauses', body);
const end = (id: unknown, by: Caller = call) => by('DELETE', `/dispatch/pauses/${String(id)}`);
const cancel = (id: string) => call('POST', `/deliveries/${id}/cancel`);

describe('a paused area', () => {
  it('gets no offers for pickups there, says so, and is resumed by hand', async () => {
    const made = await pause({ cells: ['u1x0e'], reason: 'Storm warning' });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({ cells: ['u1x0e'], until: null, ended_at: null });
    const [id, free] = [await wanted(), await wanted(ELSEWHERE)];
    await matchOpen(hub.deliveries);
    const pauseId = made.body['id'];
    expect(await shown(id)).toMatchObject({
      phase: 'pending',
      pause: { id: pauseId, until: null, reason: 'Storm warning' },
    });
    expect(await explained(id)).toMatchObject({
      summary: expect.stringContaining('paused area (Storm warning)'),
      offers: [],
      pause: { id: pauseId },
    });
    expect(await shown(free)).toMatchObject({ phase: 'offered', pause: null });
    await ada.call('POST', `/deliveries/${free}/decline`);
    // Couriers looking for work do not see it either.
    expect((await ada.call('GET', '/deliveries/available')).body['deliveries']).toEqual([]);
    hub.clock.advance(16_000);
    await matchOpen(hub.deliveries);
    expect(await stepsOf(id)).toEqual(['wanted', 'paused']);

    const ended = await end(pauseId);
    expect(ended.body, ended.text).toMatchObject({ ended_by: made.body['created_by'] });
    expect((await end(pauseId)).body).toEqual(ended.body);
    expect(await shown(id)).toMatchObject({ pause: null });
    await matchOpen(hub.deliveries);
    expect(await shown(id)).toMatchObject({ phase: 'offered' });
    expect(await stepsOf(id)).toEqual(['wanted', 'paused', 'resumed', 'offered']);
    for (const each of [id, free]) await cancel(each);
  });

  it('resumes at its end time, and a dispatcher may assign meanwhile', async () => {
    const until = new Date(hub.clock.nowMs() + 60_000).toISOString();
    const made = await pause({ center: SHOP, radius_m: 500, until });
    const [id, given] = [await wanted(), await wanted()];
    await matchOpen(hub.deliveries);
    expect(await shown(id)).toMatchObject({ phase: 'pending', pause: { until } });
    await call('POST', `/deliveries/${given}/reassign`, { courier_id: ada.id });
    expect(await shown(given)).toMatchObject({ phase: 'assigned', pause: null });
    hub.clock.advance(60_000);
    await matchOpen(hub.deliveries);
    expect(await shown(id)).toMatchObject({ phase: 'offered', pause: null });
    const { data } = (await call('GET', '/dispatch/pauses')).body as { data: { id: string }[] };
    const mine = data.filter((each) => each.id === made.body['id']);
    expect(mine).toMatchObject([{ ended_at: until, ended_by: 'time' }]);
    for (const each of [id, given]) await cancel(each);
  });

  it('stops the hub’s own assignments, and counts for no queue', async () => {
    await call('PUT', '/dispatch/settings', { assign: 'auto' });
    const { body } = await pause({ cells: ['u1x0e'] });
    const id = await wanted();
    await matchOpen(hub.deliveries);
    expect(await shown(id)).toMatchObject({ phase: 'pending', courier: null });
    hub.clock.advance(600_000);
    const figures = hub.metrics;
    const matcher = startMatcher({
      ...hub.deliveries,
      listener: { on: () => () => {} },
      log: createLog({ level: 'silent' }),
      metrics: figures,
      applyCases: async () => {},
      movedTo: () => null,
    });
    await matcher.idle();
    await matcher.stop();
    expect(await figures.metrics()).toMatch(/^waybill_delivery_queue_age_seconds 0$/m);
    await end(body['id']);
    const ts = new Date(hub.clock.nowMs()).toISOString();
    await ada.call('POST', '/driver/positions', [{ ts, ...SHOP }]);
    await matchOpen(hub.deliveries);
    expect(await shown(id)).toMatchObject({ phase: 'assigned' });
    await call('PUT', '/dispatch/settings', { assign: 'offers' });
    await cancel(id);
  });

  it('may be the surroundings of a facility, and affects no other merchant', async () => {
    const unknown = await pause({ facility_code: 'SHOP-1' });
    expect([unknown.status, unknown.body['errors']]).toMatchObject([
      422,
      [{ pointer: '/facility_code' }],
    ]);
    await call('POST', '/facilities', { code: 'SHOP-1', name: 'The shop', ...SHOP });
    const made = await pause({ facility_code: 'SHOP-1', radius_m: 300 });
    expect(made.body, made.text).toMatchObject({ center: SHOP, radius_m: 300, cells: [] });
    const other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
    expect((await other('GET', '/dispatch/pauses')).body['data']).toEqual([]);
    expect((await end(made.body['id'], other)).status).toBe(404);
    expect((await end(made.body['id'])).status).toBe(200);
  });

  it.each<[object, string]>([
    [{}, '/cells'],
    [{ cells: ['u1x0e'], center: SHOP }, '/cells'],
    [{ cells: ['U1'] }, '/cells/0'],
    [{ cells: ['u1'], radius_m: 100 }, '/radius_m'],
    [{ cells: ['u1'], until: '2020-01-01T00:00:00Z' }, '/until'],
  ])('is rejected with the position and the reason: %j', async (body, pointer) => {
    const refused = await pause(body);
    expect([refused.status, refused.body['errors']]).toMatchObject([422, [{ pointer }]]);
  });
});

describe('the board', () => {
  const visit = (path: string, form?: Record<string, string>) =>
    open.visit(path, open.cookie, form);
  it('pauses what the map shows, and resumes it', async () => {
    const id = await wanted();
    const before = (await visit('/console/deliveries?of=all')).text;
    expect(before).toContain('Pause an area');
    const csrf = csrfOf(before);
    const tenant = 'all';
    const form = { csrf, tenant, minutes: '60', reason: 'Bridge closed', facility: '', cells: '' };
    const none = await visit('/console/deliveries/pauses', { ...form, box: '' });
    expect([none.status, none.text]).toMatchObject([422, expect.stringContaining('No area')]);
    const box = '53.53,9.98,53.55,10.00';
    const around = { facility: 'SHOP-1', box: '' };
    const wrong = [{ box: '1,2' }, { box, cells: 'u1' }, { box, minutes: '7' }];
    for (const bad of [...wrong, { ...around, radius: '0' }]) {
      expect((await visit('/console/deliveries/pauses', { ...form, ...bad })).status).toBe(422);
    }
    const shop = { ...form, ...around, reason: 'Shop closed', radius: '300' };
    await visit('/console/deliveries/pauses', shop);
    const pauses = (await call('GET', '/dispatch/pauses')).body['data'];
    expect(pauses).toContainEqual(expect.objectContaining({ radius_m: 300, ended_at: null }));
    for (const { id: paused } of pauses as { id: string }[]) await end(paused);
    expect((await visit('/console/deliveries/pauses', { ...form, box })).status).toBe(303);
    await matchOpen(hub.deliveries);
    const after = (await visit('/console/deliveries?of=all')).text;
    expect(after).toContain('(Bridge closed)');
    expect(after).toMatch(/class="tag [a-z]+">paused</);
    expect((await visit(`/console/deliveries/${id}`)).text).toContain(
      'Its pickup is in a paused area',
    );
    const action = /action="(\/console\/deliveries\/pauses\/pau_[0-9a-f]{32}\/end)"/.exec(
      after,
    )?.[1];
    expect((await visit(action ?? '', { csrf })).status).toBe(303);
    expect((await visit('/console/deliveries?of=all')).text).not.toContain('Bridge closed');
    expect(hub.log()).toContain('an area was paused');
    const { data } = (await call('GET', '/dispatch/pauses')).body as { data: { reason: string }[] };
    const by = expect.stringMatching(/^operator ./);
    const mine = data.filter(({ reason }) => reason === 'Bridge closed');
    expect(mine).toMatchObject([{ created_by: by, ended_by: by }]);
    const looker = await open.looker();
    expect((await open.visit('/console/deliveries?of=all', looker)).text).not.toContain(
      'Pause an area',
    );
    await cancel(id);
  });
});
