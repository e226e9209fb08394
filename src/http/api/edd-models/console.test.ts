import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOperatorKey } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import type { ActiveModel } from '../../../reactions/predictions/index.ts';
import { storeModels } from '../../../reactions/predictions/models/test-models.ts';
import { csrfOf, openTestConsole, type TestConsole } from '../../console/hub/test-console.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { eddModel, eddModelList } from './routes.ts';

let hub: TestHub;
let open: TestConsole;
let operator: Caller;
let looker: Caller;
let merchant: Caller;
/** The previous, the active and the rejected model. */
let versions: readonly number[];
beforeAll(async () => {
  hub = await createTestHub();
  open = await openTestConsole(hub);
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  const scopes = ['ops:read', 'ops:write'] as const;
  operator = callerOf(hub, (await createOperatorKey(keys, { name: 'ann', scopes })).text);
  const reader = await createOperatorKey(keys, { name: 'looks', scopes: ['ops:read'] });
  looker = callerOf(hub, reader.text);
  merchant = callerOf(hub, (await hub.newKey({ scopes: ['shipments:read'] })).text);
});
beforeEach(async () => {
  await hub.db.pipeline.query('delete from edd_models');
  versions = await storeModels(hub.db, ['retired', 'active', 'refused']);
});
afterAll(() => hub.close());

const fates = async () => {
  const { body } = await operator('GET', '/v1/ops/edd/models');
  return eddModelList.parse(body).data.map(({ version, fate }) => `${version} ${fate}`);
};

describe('models for operators', () => {
  it('are listed with cards, duels and reasons, newest first', async () => {
    const [was, is, lost] = versions;
    const { status, body } = await looker('GET', '/v1/ops/edd/models');
    expect(status).toBe(200);
    const { data, problem } = eddModelList.parse(body);
    expect(problem).toBeNull();
    expect(data).toMatchObject([
      { version: lost, fate: 'refused', state: 'dropped' },
      { version: is, fate: 'active', state: 'kept', why: 'why <b>active</b>' },
      { version: was, fate: 'retired', state: 'kept', card: { parcels: 123 } },
    ]);
  });

  it('are rolled back once by users with the right, and the log records who did it', async () => {
    const [was, is, lost] = versions;
    const path = '/v1/ops/edd/models/rollback';
    expect((await looker('POST', path, {})).status).toBe(403);
    expect((await merchant('POST', path, {})).status).toBe(403);
    const { status, body } = await operator('POST', path, {});
    expect({ status, body }).toEqual({ status: 200, body: { version: was, instead_of: is } });
    expect(await fates()).toEqual([`${lost} refused`, `${is} retired`, `${was} active`]);
    expect((await operator('POST', path, { version: was })).status).toBe(409);
    expect((await operator('POST', path, { version: lost })).status).toBe(409);
    expect((await operator('POST', path, { version: 99_999 })).status).toBe(404);
    expect((await operator('POST', path, { version: -1 })).status).toBe(422);
  });

  it('label each figure of a duel, for phones without a header row', async () => {
    const score = {
      n: 727,
      pinball: 0.0846,
      mae_days: 1.9,
      bias_days: 0.4,
      late_share: 0.4,
      coverage_80: 0.8,
      width_80_days: 4.7,
      stages: [],
    };
    const at = '2026-03-01T00:00:00.000Z';
    const duel = { judged_from: at, judged_to: at, challenger: score, champion: score };
    await hub.db.pipeline.query(`update edd_models set duel = $1 where fate = 'active'`, [duel]);
    const { text } = await open.visit('/console/hub/edd/models', open.cookie);
    expect(text.match(/<td data-label="Loss \(lower is better\)">0\.0846<\/td>/g)).toHaveLength(2);
  });

  it('are a page, with a button for users who may change them', async () => {
    const [was] = versions;
    expect((await open.visit('/console/hub/edd/models', '')).status).toBe(303);
    const { status, text } = await open.visit('/console/hub/edd/models', open.cookie);
    expect(status).toBe(200);
    expect(text).toContain('why &lt;b>active&lt;/b>');
    expect(text).toContain('123 delivered parcels');
    expect(text).toContain(`name="version" value="${was}"`);
    const reader = await open.visit('/console/hub/edd/models', await open.looker());
    expect(reader.text).not.toContain('name="version"');
    const csrf = csrfOf(text);
    const send = (version: string) =>
      open.visit('/console/hub/edd/models/rollback', open.cookie, { csrf, version });
    expect((await send(String(was))).status).toBe(303);
    expect(await fates()).toContain(`${was} active`);
    expect((await send('x')).status).toBe(422);
  });
});

describe('the model for merchants', () => {
  it('is its card and how it was chosen, without who activated it', async () => {
    const { status, body } = await merchant('GET', '/v1/edd/model');
    expect(status).toBe(200);
    expect(eddModel.parse(body).model).toMatchObject({ version: versions[1] });
    expect(JSON.stringify(body)).not.toContain('why');
  });

  it('says so when it is damaged, as readiness does', async () => {
    const problem = {
      version: versions[1] ?? 0,
      what: 'its bytes differ from those that were stored',
    };
    const eddModelInForce: ActiveModel = {
      current: () => null,
      problem: () => problem,
      refresh: async () => {},
      close: async () => {},
    };
    const damaged = await createTestHub({ eddModel: eddModelInForce });
    const [, version] = await storeModels(damaged.db, ['retired', 'active']);
    const asks = callerOf(damaged, (await damaged.newKey({ scopes: ['shipments:read'] })).text);
    const { body } = await asks('GET', '/v1/edd/model');
    expect(eddModel.parse(body)).toMatchObject({ model: { version }, problem: problem.what });
    await damaged.close();
  });

  it('is null while there is none', async () => {
    await hub.db.pipeline.query('delete from edd_models');
    expect((await merchant('GET', '/v1/edd/model')).body).toEqual({ model: null, problem: null });
  });
});
