import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../../platform/clock.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { mappingOf, overlayOf, reads, startProcess, type TestProcess } from './test-mappings.ts';

const ME = { by: 'me', why: 'a test' };
const MERCHANT = '00000000-0000-7000-8000-000000000001';
const OTHER = '00000000-0000-7000-8000-000000000002';

let database: TestDatabase;
let db: Database;
let clock: ManualClock;
let running: TestProcess[];

beforeEach(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  clock = manualClock(Date.parse('2026-03-10T12:00:00Z'));
  running = [];
});

afterEach(async () => {
  for (const each of running) await each.close();
  await db.end();
  await database.drop();
});

async function start(status: string | null, mode?: 'follow' | 'visit'): Promise<TestProcess> {
  const started = await startProcess(database.url, status, clock, mode);
  running.push(started);
  return started;
}

async function edit({ files, mappings }: TestProcess, status: string): Promise<void> {
  files.edit(status);
  await mappings.refresh();
}

/** The activations in order: by whom, and what OD has meant since. */
async function history(): Promise<unknown[]> {
  const { rows } = await db.pipeline.query<{ version: string; activated_by: string }>(
    'select version, activated_by from mapping_activations order by generation',
  );
  const names = ['in_transit', 'delivered', 'exception', 'at_facility'];
  return rows.map(({ version, activated_by }) => [
    activated_by,
    names.find((name) => mappingOf(name).version === version) ?? version.slice(0, 12),
  ]);
}

async function ofMerchants(): Promise<unknown[]> {
  const text = "select version, base_version from mapping_versions where origin = 'merchant'";
  return (await db.pipeline.query(text)).rows;
}

async function owner(text: string): Promise<void> {
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(text);
  await client.end();
}

async function merchants(): Promise<void> {
  for (const id of [MERCHANT, OTHER]) {
    const text = 'insert into merchants (id, slug, name) values ($1, $2, $2)';
    await db.pipeline.query(text, [id, `m${id.at(-1)}`]);
  }
}

describe('processes with files', () => {
  it('activate the first ones once, however many start with them', async () => {
    await Promise.all([start('in_transit'), start('in_transit'), start('in_transit')]);
    expect(await history()).toEqual([['files', 'in_transit']]);
    expect(running.map(({ mappings }) => reads(mappings))).toEqual(Array(3).fill('in_transit'));
  });

  it('follow an edit that only one of them sees, and report that their files differ', async () => {
    const one = await start('in_transit');
    const two = await start('in_transit');
    await edit(one, 'delivered');
    await two.mappings.refresh();
    expect(reads(two.mappings)).toBe('delivered');
    expect(one.mappings.problems()).toEqual([]);
    expect(two.mappings.problems()).toMatchObject([
      { file: 'acme', severity: 'warning', fix: 'Give all processes the same files.' },
    ]);
  });

  it('act on an edit once when all see it, and on the edit back once', async () => {
    const all = [await start('in_transit'), await start('in_transit'), await start('in_transit')];
    await Promise.all(all.map((each) => edit(each, 'delivered')));
    await Promise.all(all.map((each) => edit(each, 'in_transit')));
    expect(await history()).toEqual([
      ['files', 'in_transit'],
      ['files', 'delivered'],
      ['files', 'in_transit'],
    ]);
  });

  it('continue with the others when one carrier’s files cannot be stored, and report it', async () => {
    const { mappings, files } = await start('in_transit');
    const refusal = `create function refuse() returns trigger language plpgsql
      as $$ begin raise exception 'no room'; end $$;
      create trigger refuse before insert on mapping_versions for each row execute function refuse()`;
    await owner(refusal);
    files.edit('delivered');
    await mappings.refresh();
    expect(reads(mappings)).toBe('in_transit');
    expect(mappings.problems()[0]?.found).toContain('could not be loaded (no room)');
    await owner('drop trigger refuse on mapping_versions');
    await mappings.refresh();
    expect([reads(mappings), mappings.problems()]).toEqual(['delivered', []]);
  });

  it('adopt the active version when they start with older files', async () => {
    const one = await start('in_transit');
    await edit(one, 'delivered');
    const late = await start('in_transit');
    expect(reads(late.mappings)).toBe('delivered');
    await late.mappings.refresh();
    await one.mappings.refresh();
    expect(reads(one.mappings)).toBe('delivered');
  });

  it('start on the active version without a good file of their own', async () => {
    await start('in_transit');
    expect(reads((await start(null)).mappings)).toBe('in_transit');
  });

  it('have no mapping as long as there has never been one', async () => {
    const { mappings } = await start(null);
    expect([mappings.current('acme'), mappings.active('acme')]).toEqual([null, null]);
    expect(await mappings.rollback('acme', ME)).toEqual({ outcome: 'none_before' });
  });
});

describe('a rollback', () => {
  it('applies to all processes and survives restarts, is reported, and ends with the next edit', async () => {
    const one = await start('in_transit');
    const two = await start('in_transit');
    await Promise.all([edit(one, 'delivered'), edit(two, 'delivered')]);
    const { outcome } = await one.mappings.rollback('acme', { by: 'ann', why: 'too early' });
    expect(outcome).toBe('activated');
    await two.mappings.refresh();
    const restarted = await start('delivered');
    for (const { mappings } of [one, two, restarted]) {
      await mappings.refresh();
      expect(reads(mappings)).toBe('in_transit');
      expect(mappings.active('acme')).toMatchObject({ rolledBack: true, activatedBy: 'ann' });
      expect(mappings.problems()).toMatchObject([
        { found: expect.stringContaining('by ann at 2026-03-10T12:00:00.000Z: too early') },
      ]);
    }
    await edit(restarted, 'exception');
    await one.mappings.refresh();
    expect(reads(one.mappings)).toBe('exception');
    expect(restarted.mappings.active('acme')?.rolledBack).toBe(false);
  });

  it('is not undone by a process that notices the edit late', async () => {
    const one = await start('in_transit');
    const slow = await start('in_transit');
    await edit(one, 'delivered');
    await one.mappings.rollback('acme', ME);
    await edit(slow, 'delivered');
    expect(reads(slow.mappings)).toBe('in_transit');
  });

  it('of a rollback restores the rolled-back version, and the files come back on request', async () => {
    const { mappings, files } = await start('in_transit');
    files.edit('delivered');
    await mappings.refresh();
    await mappings.rollback('acme', ME);
    await mappings.rollback('acme', ME);
    expect(reads(mappings)).toBe('delivered');
    await mappings.rollback('acme', ME);
    expect(await mappings.activateFiles('acme', ME)).toMatchObject({ outcome: 'activated' });
    expect([reads(mappings), mappings.problems()]).toEqual(['delivered', []]);
  });
});

describe('compare-and-set', () => {
  it('lets one of several concurrent writers win, and the others get a conflict', async () => {
    const one = await start('in_transit');
    await edit(one, 'delivered');
    const generation = one.mappings.active('acme')?.generation ?? 0;
    const visits = await Promise.all([1, 2, 3, 4].map(() => start(null, 'visit')));
    const target = mappingOf('in_transit').version;
    const outcomes = await Promise.all(
      visits.map(({ mappings }, index) =>
        mappings.activate('acme', target, {
          expectedGeneration: generation,
          by: `visitor ${index}`,
          why: '',
        }),
      ),
    );
    const won = outcomes.filter(({ outcome }) => outcome === 'activated');
    const lost = outcomes.filter(({ outcome }) => outcome === 'conflict');
    expect([won.length, lost.length]).toEqual([1, 3]);
    expect(await history()).toHaveLength(3);
  });

  it('accepts a version prefix, and rejects one that is too short or unknown', async () => {
    const { mappings } = await start('in_transit');
    const { version } = mappingOf('in_transit');
    expect((await mappings.load('acme', version.slice(0, 6)))?.version).toBe(version);
    expect(await mappings.load('acme', version.slice(0, 5))).toBeNull();
    expect(await mappings.activate('acme', 'f'.repeat(64), ME)).toEqual({
      outcome: 'unknown_version',
    });
    expect(await mappings.versions('acme', 10)).toMatchObject([
      { version, rules: 2, origin: 'files', baseVersion: null, activatedBy: 'files' },
    ]);
  });
});

describe("the deployment's overlay", () => {
  it('wins over the files, stays when they change, and is gone when it is removed', async () => {
    const one = await start('in_transit');
    const two = await start('in_transit');
    const put = await one.mappings.putOverlay('acme', null, overlayOf('NEW', 'delivered'), ME);
    expect(put).toMatchObject({ outcome: 'stored', generation: 1 });
    await edit(two, 'exception');
    await one.mappings.refresh();
    expect([reads(one.mappings, 'NEW'), reads(one.mappings, 'OD')]).toEqual([
      'delivered',
      'exception',
    ]);
    expect(await two.mappings.overlay('acme', null)).toMatchObject({ generation: 1 });
    await one.mappings.putOverlay('acme', null, '', ME);
    expect(reads(one.mappings, 'NEW')).toBe('in_transit');
    expect(await one.mappings.overlay('acme', null)).toBeNull();
    expect(one.mappings.current('acme')?.version).toBe(mappingOf('exception').version);
    expect(one.mappings.active('acme')?.rolledBack).toBe(false);
  });

  it('changes nothing when it is broken, and says where', async () => {
    const { mappings } = await start('in_transit');
    const text = overlayOf('OD', 'deliverd');
    const put = await mappings.putOverlay('acme', null, text, ME);
    expect(put).toMatchObject({
      outcome: 'invalid',
      problems: [{ file: 'overlay:acme', line: 3 }],
    });
    expect(await mappings.checkOverlay('acme', null, text)).toHaveLength(1);
    expect([reads(mappings), (await history()).length]).toEqual(['in_transit', 1]);
  });

  it('of an outdated generation is refused, and concurrent writes never lose one silently', async () => {
    const { mappings } = await start('in_transit');
    const put = (status: string) =>
      mappings.putOverlay('acme', null, overlayOf('NEW', status), { ...ME, expectedGeneration: 0 });
    const outcomes = await Promise.all([put('delivered'), put('exception')]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['conflict', 'stored']);
  });

  it('that does not fit changed files keeps them inactive until it does, also after restarts', async () => {
    const one = await start('in_transit');
    const test = 'tests:\n  - { given: { event: OD }, then: { status: in_transit } }\n';
    await one.mappings.putOverlay('acme', null, overlayOf('NEW', 'delivered') + test, ME);
    await edit(one, 'exception');
    const restarted = await start('exception');
    for (const { mappings } of [one, restarted]) {
      expect(reads(mappings)).toBe('in_transit');
      expect(mappings.problems()[0]).toMatchObject({ file: 'overlay:acme', severity: 'error' });
    }
    await one.mappings.putOverlay('acme', null, overlayOf('NEW', 'delivered'), ME);
    expect([reads(one.mappings), reads(one.mappings, 'NEW')]).toEqual(['exception', 'delivered']);
    expect(one.mappings.problems()).toEqual([]);
  });

  it('gives a carrier without a file its first rules', async () => {
    const { mappings } = await start(null);
    const put = await mappings.putOverlay('acme', null, overlayOf('OD', 'delivered'), ME);
    expect([put.outcome, reads(mappings)]).toEqual(['stored', 'delivered']);
  });

  it('that was rolled back is reported, and a new one is applied to the same files', async () => {
    const { mappings } = await start('in_transit');
    await mappings.putOverlay('acme', null, overlayOf('NEW', 'delivered'), ME);
    await mappings.rollback('acme', ME);
    expect([reads(mappings, 'NEW'), mappings.problems().length]).toEqual(['in_transit', 1]);
    const how = { ...ME, endRollback: true };
    await mappings.putOverlay('acme', null, overlayOf('NEW', 'exception'), how);
    expect([reads(mappings, 'NEW'), mappings.problems()]).toEqual(['exception', []]);
  });

  it('of another release that cannot be read keeps the last mapping active', async () => {
    const { mappings } = await start('in_transit');
    const version = 'f'.repeat(64);
    await db.pipeline.query(
      `insert into mapping_versions (carrier, version, content, rules, origin, stored_at)
       values ('acme', $1, '{"format":2}', 1, 'files', now())`,
      [version],
    );
    await db.pipeline.query(
      'update active_mappings set version = $1, generation = generation + 1',
      [version],
    );
    await mappings.refresh();
    expect(reads(mappings)).toBe('in_transit');
    expect(mappings.problems()[0]?.found).toContain('this process cannot read it');
  });
});

describe("a merchant's overlay", () => {
  it('is read by that merchant in every process, also after the files change', async () => {
    await merchants();
    const one = await start('in_transit');
    const two = await start('in_transit');
    const put = await one.mappings.putOverlay('acme', MERCHANT, overlayOf('HUB', 'exception'), ME);
    await two.mappings.refresh();
    expect(put).toMatchObject({
      outcome: 'stored',
      version: two.mappings.current('acme', MERCHANT)?.version,
    });
    await edit(two, 'delivered');
    await one.mappings.refresh();
    for (const { mappings } of [one, two, await start('delivered')]) {
      expect(reads(mappings, 'HUB', MERCHANT)).toBe('exception');
      expect(reads(mappings, 'OD', MERCHANT)).toBe('delivered');
      expect(reads(mappings, 'HUB', OTHER)).toBe('at_facility');
      expect(reads(mappings, 'HUB')).toBe('at_facility');
      expect(mappings.current('acme', OTHER)).toBe(mappings.current('acme'));
    }
  });

  it('is a version that can be named once it was used', async () => {
    await merchants();
    const { mappings, files } = await start('in_transit');
    await mappings.putOverlay('acme', MERCHANT, overlayOf('HUB', 'exception'), ME);
    files.edit('delivered');
    await mappings.refresh();
    const used = mappings.current('acme', MERCHANT);
    await mappings.refresh();
    expect(await mappings.load('acme', used?.version ?? '')).toEqual(used);
    expect(await ofMerchants()).toContainEqual({
      version: used?.version,
      base_version: mappingOf('delivered').version,
    });
  });

  it('is stored only when it is first used, and only the newest of one merchant stay', async () => {
    await merchants();
    const { mappings } = await start('in_transit');
    const put = (event: string, merchantId = MERCHANT) =>
      mappings.putOverlay('acme', merchantId, overlayOf(event, 'exception'), ME);
    await put('NEVER');
    await mappings.refresh();
    expect(await ofMerchants()).toEqual([]);
    for (const merchantId of [MERCHANT, OTHER]) {
      await put('SHARED', merchantId);
      mappings.current('acme', merchantId);
      await mappings.refresh();
    }
    const shared = mappings.current('acme', MERCHANT)?.version ?? '';
    for (let index = 0; index < 22; index += 1) {
      clock.advance(1_000);
      await put(`E${index}`);
      mappings.current('acme', MERCHANT);
      await mappings.refresh();
    }
    expect(await ofMerchants()).toHaveLength(21);
    const reopened = await start('in_transit');
    expect(await reopened.mappings.load('acme', shared)).not.toBeNull();
  });

  it('cannot be activated for all, unless it equals the deployment’s', async () => {
    await merchants();
    const { mappings } = await start('in_transit');
    await mappings.putOverlay('acme', MERCHANT, overlayOf('HUB', 'exception'), ME);
    const version = mappings.current('acme', MERCHANT)?.version ?? '';
    await mappings.refresh();
    expect(await mappings.activate('acme', version, ME)).toEqual({ outcome: 'unknown_version' });
    await mappings.putOverlay('acme', null, overlayOf('HUB', 'exception'), ME);
    await mappings.putOverlay('acme', null, '', ME);
    expect(await mappings.activate('acme', version, ME)).toMatchObject({ outcome: 'activated' });
  });

  it('that was deleted with its merchant is not read again and again', async () => {
    await merchants();
    const { mappings } = await start('in_transit');
    await mappings.putOverlay('acme', MERCHANT, overlayOf('HUB', 'exception'), ME);
    await db.pipeline.query('delete from mapping_overlays');
    const late = await start('in_transit');
    let warnings = 0;
    late.mappings.onChange(() => {
      warnings += 1;
    });
    await late.mappings.refresh();
    expect(warnings).toBe(0);
  });

  it('is applied to a new version before that is active, for merchants in use', async () => {
    await merchants();
    const one = await start('in_transit');
    const two = await start('in_transit');
    await one.mappings.putOverlay('acme', MERCHANT, overlayOf('HUB', 'exception'), ME);
    await two.mappings.refresh();
    two.mappings.current('acme', MERCHANT);
    await edit(one, 'delivered');
    await two.mappings.refresh();
    await two.mappings.refresh();
    // Stored, although nobody has read with it since the switch.
    expect(two.mappings.current('acme')?.version).toBe(mappingOf('delivered').version);
    expect(await ofMerchants()).toHaveLength(2);
  });

  it('never becomes active when its stored text is broken, or no longer fits', async () => {
    await merchants();
    const { mappings, files } = await start('in_transit');
    const test = 'tests:\n  - { given: { event: OD }, then: { status: in_transit } }\n';
    await mappings.putOverlay('acme', MERCHANT, overlayOf('HUB', 'exception') + test, ME);
    files.edit('delivered');
    await mappings.refresh();
    expect(reads(mappings, 'HUB', MERCHANT)).toBe('at_facility');
    expect(mappings.problems()).toMatchObject([{ file: 'merchant-overlay:acme' }]);
    expect(JSON.stringify(mappings.problems())).not.toContain(MERCHANT);
    await mappings.putOverlay('acme', MERCHANT, '', ME);
    expect(mappings.problems()).toEqual([]);
  });

  it('is refused when broken, too long, or without an active mapping', async () => {
    await merchants();
    const { mappings } = await start(null);
    const put = (text: string) => mappings.putOverlay('acme', MERCHANT, text, ME);
    expect(await put(overlayOf('OD', 'delivered'))).toMatchObject({ outcome: 'invalid' });
    await start('in_transit');
    expect(await put(overlayOf('OD', 'deliverd'))).toMatchObject({ outcome: 'invalid' });
    expect(await put('#'.repeat(70_000))).toMatchObject({ outcome: 'invalid' });
    expect(await put(overlayOf('OD', 'delivered'))).toMatchObject({ outcome: 'stored' });
  });
});
