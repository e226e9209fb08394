import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../../../platform/clock.ts';
import { type Database, openDatabase } from '../../../platform/database/database.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { createTestDatabase, type TestDatabase } from '../../../platform/test-postgres.ts';
import { duel } from '../../../prediction/index.ts';
import { openActiveModel, packModel } from '../models/active-model.ts';
import { modelList, rollBack } from '../models/model-list.ts';
import { activeState } from '../models/models.sql.ts';
import { learn } from './learn.ts';
import { type LearnInChildProcess, learnInChildProcess } from './learn-task.ts';
import { type LearningDeps, learnOnce, startLearning } from './learning.ts';
import {
  journeyRows,
  MERCHANT,
  NOW_MS,
  OTHER,
  PARCELS,
  storeJourneys,
  TERMS,
} from './test-journeys.ts';

const DAY_MS = 86_400_000;
const log = createLog({ level: 'silent' });
let made: TestDatabase;
let db: Database;
let clock: ManualClock;

beforeAll(async () => {
  made = await createTestDatabase();
  db = openDatabase({ url: made.url });
  const half = PARCELS.length / 2;
  await storeJourneys(made.url, journeyRows(PARCELS.slice(0, half)));
  await storeJourneys(made.url, journeyRows(PARCELS.slice(half), OTHER));
});
beforeEach(() => {
  clock = manualClock(NOW_MS + DAY_MS);
});
afterEach(async () => {
  await db.pipeline.query('delete from edd_models');
});
afterAll(async () => {
  await db.end();
  await made.drop();
});

/** Learns in this thread, so that a test can observe it. */
const inline: LearnInChildProcess = (task) => learn(db.pipeline, task);

function deps(over: Partial<LearningDeps> = {}): LearningDeps {
  return { db, databaseUrl: made.url, clock, log, terms: TERMS, learn: inline, ...over };
}

function learnNow(kind: 'duel' | 'refresh', over: Partial<LearningDeps> = {}) {
  const options = { kind, dueMs: null, signal: new AbortController().signal };
  return learnOnce(deps(over), options);
}

const fates = async () =>
  (await modelList(db.pipeline)).map(({ fate, state }) => [fate, state].join(' '));

/** Activates a model with useless dates: it learned that everything takes one hour. */
async function foolInForce(): Promise<void> {
  const quick = PARCELS.map((parcel) => {
    const ms = parcel.handedOverAt.instantMs + 3_600_000;
    return { ...parcel, deliveredAt: { instantMs: ms, wallMs: ms } };
  });
  const { model } = duel(quick.slice(0, 700), null, TERMS, 1);
  const { state, digest } = packModel(model);
  await db.pipeline.query(
    `insert into edd_models (made_at, fate, why, card, state, digest, state_at, decided_at)
     values (now(), 'active', 'a test', $1, $2, $3, now(), now())`,
    [JSON.stringify(model.card), state, digest],
  );
}

describe('learning', () => {
  it('puts the first model in force when there are parcels enough, of all merchants', async () => {
    const report = await learnNow('refresh');
    expect(report).toMatchObject({ outcome: 'first', parcels: PARCELS.length, leftOut: 0 });
    const [model] = await modelList(db.pipeline);
    expect(model).toMatchObject({ fate: 'active', state: 'kept', version: report.version });
    expect(model?.card?.parcels).toBe(PARCELS.length);
    expect(model?.duel).toMatchObject({ champion: null, challenger: { n: expect.any(Number) } });
  });

  it('does nothing while there are too few, and test parcels are none', async () => {
    const terms = { ...TERMS, parcels_min: 100_000 };
    const report = await learnNow('duel', { terms });
    expect(report).toMatchObject({ outcome: 'too_few', version: null });
    expect(report.why).toMatch(/^only \d+ parcels .+ 100000 are needed$/);
    expect(await fates()).toEqual([]);
    const tests = journeyRows(PARCELS.slice(0, 50)).map((row) => ({
      ...row,
      id: row.id.replace('9000', '9111'),
    }));
    await storeJourneys(made.url, tests, 'test');
    expect((await learnNow('duel', { terms })).parcels).toBe(PARCELS.length);
  });

  it('makes the same model of the same parcels and seed, to the byte, also in its process', async () => {
    await learnNow('duel');
    const one = await activeState(db.pipeline);
    await db.pipeline.query('delete from edd_models');
    await learnNow('duel', { learn: learnInChildProcess({ givesWay: false }) });
    expect((await activeState(db.pipeline))?.digest).toEqual(one?.digest);
    await db.pipeline.query('delete from edd_models');
    await learnNow('duel', { terms: { ...TERMS, seed: 2 } });
    expect((await activeState(db.pipeline))?.digest).not.toEqual(one?.digest);
  });

  it('refuses a challenger that is not better, and says why', async () => {
    const first = await learnNow('duel');
    const report = await learnNow('duel');
    expect(report.outcome).toBe('lost');
    expect(report.why).toMatch(/^its pinball loss is not lower .+ against loss 0\.\d+/);
    expect(await fates()).toEqual(['refused dropped', 'active kept']);
    expect((await activeState(db.pipeline))?.version).toBe(first.version);
  });

  it('lets a better challenger win, and keeps the one it beat', async () => {
    await foolInForce();
    const report = await learnNow('duel');
    expect(report.outcome).toBe('won');
    expect(report.why).toMatch(/^lower loss and coverage as wanted/);
    const [winner, loser] = await modelList(db.pipeline);
    expect(winner).toMatchObject({ fate: 'active', version: report.version });
    expect(loser).toMatchObject({ fate: 'retired', state: 'kept' });
    expect(winner?.duel?.champion?.pinball).toBeGreaterThan(winner?.duel?.challenger.pinball ?? 9);
  });

  it('takes in by night what the days have shown, with the same trees', async () => {
    clock.set(NOW_MS - 20 * DAY_MS);
    const first = await learnNow('duel');
    const before = (await modelList(db.pipeline))[0];
    clock.set(NOW_MS + DAY_MS);
    expect(await learnNow('refresh')).toMatchObject({
      outcome: 'refreshed',
      version: first.version,
    });
    const after = (await modelList(db.pipeline))[0];
    expect(after?.card?.trees_at).toBe(before?.card?.trees_at);
    expect(after?.card?.last_day).not.toBe(before?.card?.last_day);
    expect(after?.knows_until).toBe(new Date(NOW_MS + DAY_MS).toISOString());
  });

  it('keeps as many states as wanted, and the one in force', async () => {
    const terms = { ...TERMS, states_kept: 2 };
    for (let index = 0; index < 3; index += 1) {
      await foolInForce();
      await learnNow('duel', { terms });
      await db.pipeline.query(`update edd_models set fate = 'retired' where fate = 'active'`);
      clock.advance(DAY_MS);
    }
    await foolInForce();
    await learnNow('duel', { terms });
    const retained = (await fates()).filter((fate) => fate.endsWith('kept'));
    expect(retained).toEqual(['active kept', 'retired kept']);
  });
});

describe('two processes', () => {
  it('learn once when both are triggered at the same time', async () => {
    let started = 0;
    const counting: LearnInChildProcess = (task, signal) => {
      started += 1;
      return inline(task, signal);
    };
    const options = {
      kind: 'duel' as const,
      dueMs: clock.nowMs(),
      signal: new AbortController().signal,
    };
    const both = await Promise.all([1, 2].map(() => learnOnce(deps({ learn: counting }), options)));
    const later = await learnOnce(deps({ learn: counting }), options);
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['busy', 'first']);
    expect(later.outcome).toBe('done');
    expect(started).toBe(1);
  });

  it('change nothing when models were switched while one learned', async () => {
    await learnNow('duel');
    const slow: LearnInChildProcess = async (task, signal) => {
      const result = await inline(task, signal);
      await db.pipeline.query(`update edd_models set digest = '\\x00' where fate = 'active'`);
      return result;
    };
    expect((await learnNow('refresh', { learn: slow })).outcome).toBe('overtaken');
  });
});

describe('stopping', () => {
  it('ends the process at once, and nothing has changed', async () => {
    await foolInForce();
    await db.pipeline.query(`update edd_models set state_at = now() - interval '9 years'`);
    let begun = (): void => {};
    const learning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow: LearnInChildProcess = (task, signal) => {
      const running = learnInChildProcess({ givesWay: true })(task, signal);
      begun();
      return running;
    };
    const listener = { on: () => () => {} };
    const handle = startLearning({ ...deps({ learn: slow }), listener });
    await learning;
    await handle.stop();
    // It waited for nothing to be learnt: nothing was.
    expect(await fates()).toEqual(['active kept']);
  });
});

describe('a rollback', () => {
  it('puts back the one before, says so, and all processes follow', async () => {
    await foolInForce();
    await learnNow('duel');
    const inForce = await openActiveModel({ db, log, clock });
    const [winner, fool] = await modelList(db.pipeline);
    expect(inForce.current()?.version).toBe(winner?.version);
    expect(await rollBack({ db, clock }, null, 'ann')).toEqual({
      outcome: 'rolled_back',
      from: winner?.version,
      to: fool?.version,
    });
    await inForce.refresh();
    expect(inForce.current()?.version).toBe(fool?.version);
    expect(await modelList(db.pipeline)).toMatchObject([
      { fate: 'retired', why: `rolled back by ann, to version ${fool?.version}` },
      {
        fate: 'active',
        why: `reactivated by ann, replacing version ${winner?.version}`,
      },
    ]);
    await inForce.close();
  });

  it.each<[string, string, number | null]>([
    ['none', 'without an older one', null],
    ['unknown', 'to a version that is none', 99_999],
  ])('is refused as %s %s', async (why, _, version) => {
    await learnNow('duel');
    expect(await rollBack({ db, clock }, version, 'ann')).toEqual({ outcome: 'refused', why });
  });

  it('is refused to what lost, was dropped, is damaged or is in force', async () => {
    await foolInForce();
    await learnNow('duel');
    await learnNow('duel');
    const [lost, active, old] = (await modelList(db.pipeline)).map(({ version }) => version);
    const to = async (version: number | undefined) =>
      await rollBack({ db, clock }, version ?? 0, 'ann');
    expect(await to(lost)).toMatchObject({ why: 'lost' });
    expect(await to(active)).toMatchObject({ why: 'active' });
    await db.pipeline.query(`update edd_models set state = '\\x00' where version = $1`, [old]);
    expect(await to(old)).toMatchObject({ why: 'damaged' });
    await db.pipeline.query('update edd_models set state = null where version = $1', [old]);
    expect(await to(old)).toMatchObject({ why: 'dropped' });
  });
});

describe('a damaged model', () => {
  it.each<[string, string]>([
    ['other bytes', `state = '\\x00010203'`],
    ['no gzip', `state = '\\x00010203', digest = sha256('\\x00010203')`],
    ['no model', `state = $1, digest = sha256($1)`],
    ['nothing', 'state = null, digest = null'],
  ])('(%s) is none and says so, is listed so, and the next duel replaces it', async (_, change) => {
    await learnNow('duel');
    const { gzipSync } = await import('node:zlib');
    const values = change.includes('$1') ? [gzipSync('{"format":"x"}')] : [];
    await db.pipeline.query(`update edd_models set ${change}`, values);
    const inForce = await openActiveModel({ db, log, clock });
    expect(inForce.current()).toBeNull();
    expect(inForce.problem()).toMatchObject({ version: expect.any(Number) });
    const report = await learnNow('refresh');
    expect(report).toMatchObject({ outcome: 'first' });
    expect(report.why).toMatch(/^version \d+ cannot be used: .+; no other model to win against/);
    await inForce.refresh();
    expect([inForce.current()?.version, inForce.problem()]).toEqual([report.version, null]);
    await inForce.close();
  });

  it('is one whose bytes are another model’s, too', async () => {
    await learnNow('duel');
    const { state } = packModel(duel(PARCELS.slice(0, 700), null, TERMS, 1).model);
    await db.pipeline.query('update edd_models set state = $1', [state]);
    const inForce = await openActiveModel({ db, log, clock });
    expect(inForce.problem()?.what).toMatch(/the digest does not match/);
    await inForce.close();
  });

  it('says in the list that it is damaged', async () => {
    await learnNow('duel');
    await db.pipeline.query(`update edd_models set state = '\\x00010203'`);
    expect(await fates()).toEqual(['active damaged']);
  });
});

it('names of two merchants’ senders are kept apart', async () => {
  expect(journeyRows(PARCELS.slice(0, 1), OTHER)[0]?.merchant).not.toBe(MERCHANT);
  await learnNow('duel');
  const inForce = await openActiveModel({ db, log, clock });
  const state = JSON.stringify(
    inForce
      .current()
      ?.learner.learned()
      .statistics.state()
      .recent.entries()
      .filter(([group]) => group === 'sender'),
  );
  expect(state).toContain(`${MERCHANT}/S1`);
  expect(state).toContain(`${OTHER}/S1`);
  await inForce.close();
});
