import { renameSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Tenant } from '../../kernel/tenant.ts';
import { type ObjectStore, ObjectStoreUnavailable } from '../../platform/objects/object-store.ts';
import type { Drop } from './drop.ts';
import type { DropRunner } from './run-drops.ts';
import { openTestDrops, scanFile, type TestDrops } from './test-drops.ts';

let bench: TestDrops;
let tenant: Tenant;
let slug: string;
let runner: DropRunner;
let merchants = 0;
beforeAll(async () => {
  bench = await openTestDrops();
});
afterAll(() => bench.close());
beforeEach(async () => {
  merchants += 1;
  slug = `shop-${merchants}`;
  tenant = await bench.intake.tenant(slug, 'live');
  // The names of merchants' folders are known for ten seconds.
  bench.intake.clock.advance(10_000);
  runner = bench.start();
});
afterEach(() => runner.stop());

const at = (name: string) => `${slug}/live/${name}`;
const inFolder = (name: string) => path.join(bench.folder, at(name));
const write = (name: string, text: string | Uint8Array) => bench.write(at(name), text);
const settle = () => bench.settle(runner);

async function drops(): Promise<Drop[]> {
  const found = await bench.drops.list(tenant, { state: null, before: null, limit: 50 });
  return found.reverse();
}
const numbers = async (whose = tenant) =>
  (await bench.scans(whose)).map(({ tracking_number: number }) => number);

describe('a dropped file', () => {
  it('takes effect, is moved to done, and its rejected rows are next to it with line and reason', async () => {
    write(
      'gate.csv',
      '\uFEFFcode;tracking_number;scanned_at;note\r\n' +
        'SORT;WB1;2026-03-10T08:00:00Z;fine\r\n' +
        'SORT;WB2;soon;"=1+1"\r\n' +
        'SORT;WB1;2026-03-10T08:00:00Z;again\r\n' +
        'SORT;WB3;2027-03-10T08:00:00Z;early\r\n' +
        'SORT;WB4\r\n' +
        'LOAD;WB5;2026-03-10T08:00:00Z;"two\nlines"\r\n',
    );
    await settle();
    expect(await bench.scans(tenant)).toEqual([
      { tracking_number: 'WB1', code: 'SORT', scanned_at: '2026-03-10T08:00:00Z', note: 'fine' },
      {
        tracking_number: 'WB5',
        code: 'LOAD',
        scanned_at: '2026-03-10T08:00:00Z',
        note: 'two\nlines',
      },
    ]);
    expect(bench.names(at(''))).toEqual(['done']);
    expect(bench.names(at('done'))).toEqual(['gate.csv', 'gate.csv.rejected.csv']);
    const rejected = bench.read(at('done/gate.csv.rejected.csv')).split('\r\n');
    expect(rejected).toEqual([
      '\uFEFFrejected_line;rejected_reason;code;tracking_number;scanned_at;note',
      expect.stringMatching(/^3;scanned_at: .* Send ISO 8601.*;SORT;WB2;soon;'=1\+1$/),
      expect.stringMatching(/^5;scanned_at: It is more than 5 minutes ahead.*;WB3;/),
      expect.stringMatching(/^6;"?The row has 2 fields; the header has 4\..*;SORT;WB4$/),
      '',
    ]);
    expect(await drops()).toMatchObject([
      {
        name: 'gate.csv',
        state: 'done',
        rows: 6,
        accepted: 2,
        duplicates: 1,
        rejected: 3,
        filedAs: 'done/gate.csv',
        problem: null,
        sameAs: null,
        ignoredColumns: [],
      },
    ]);
    expect((await drops())[0]?.readBytes).toBe((await drops())[0]?.sizeBytes);
    const { rowCount } = await bench.intake.db.pipeline.query('select from drop_rejects');
    expect(rowCount).toBe(0);
  });

  it('with its rejected rows mended can be dropped again', async () => {
    write('a.csv', 'tracking_number,code,scanned_at\nWB1,SORT,soon\n');
    await settle();
    const mended = bench
      .read(at('done/a.csv.rejected.csv'))
      .replace('soon', '2026-03-10T08:00:00Z');
    write('a-mended.csv', mended);
    await settle();
    expect(await numbers()).toEqual(['WB1']);
  });

  it('is waited for while it is written, and until it has been still for two seconds', async () => {
    write('slow.csv', scanFile(1));
    await runner.idle();
    bench.intake.clock.advance(1_999);
    await runner.idle();
    write('slow.csv', scanFile(2));
    await runner.idle();
    bench.intake.clock.advance(1_999);
    await runner.idle();
    expect(await drops()).toEqual([]);
    bench.intake.clock.advance(1);
    await runner.idle();
    expect(await drops()).toMatchObject([{ state: 'done', rows: 2 }]);
  });

  it('is read at once when it was renamed in, and not under a name that says it is not ready', async () => {
    for (const name of ['.hidden.csv', 'x.csv.part', 'x.csv.TMP', 'columns.yaml']) write(name, '#');
    await settle();
    expect(await drops()).toEqual([]);
    write('x.csv.part', scanFile(1));
    const before = new Date(bench.intake.clock.nowMs() - 2_000);
    utimesSync(inFolder('x.csv.part'), before, before);
    renameSync(inFolder('x.csv.part'), inFolder('x.csv'));
    await runner.idle();
    expect(await drops()).toMatchObject([{ name: 'x.csv', state: 'done', rows: 1 }]);
  });

  it('belongs to the merchant and the mode of its folder, and without one to nobody', async () => {
    const test: Tenant = { ...tenant, mode: 'test' };
    bench.write(`${slug}/test/t.csv`, scanFile(1));
    bench.write('nobody/live/n.csv', scanFile(1));
    bench.write(`${slug}/other/o.csv`, scanFile(1));
    await settle();
    expect(await numbers()).toEqual([]);
    expect(await numbers(test)).toEqual(['WB00000000']);
    expect(bench.names('nobody/live')).toEqual(['n.csv']);
    expect(await drops()).toEqual([]);
  });
});

describe('the same file', () => {
  it('under its name and under another takes effect once, and is in done each time', async () => {
    write('one.csv', scanFile(3));
    await settle();
    write('one.csv', scanFile(3));
    await settle();
    write('two.csv', scanFile(3));
    await settle();
    expect(await numbers()).toHaveLength(3);
    const [first, second, third] = await drops();
    expect(first).toMatchObject({ state: 'done', rows: 3, filedAs: 'done/one.csv' });
    expect(second).toMatchObject({ state: 'done', rows: 0, sameAs: first?.id });
    expect(third).toMatchObject({ rows: 0, sameAs: first?.id, filedAs: 'done/two.csv' });
    expect(second?.filedAs).toMatch(/^done\/one\.[0-9a-f]{8}\.csv$/);
    expect(bench.names(at('done'))).toHaveLength(3);
  });

  it('twice at the same moment takes effect once', async () => {
    write('a.csv', scanFile(3));
    write('b.csv', scanFile(3));
    await settle();
    for (let turn = 0; turn < 3; turn += 1) await settle();
    expect(await numbers()).toHaveLength(3);
    expect((await drops()).map(({ state }) => state)).toEqual(['done', 'done']);
    expect(bench.names(at('done'))).toEqual(['a.csv', 'b.csv']);
  });

  it('read by other columns is read again', async () => {
    write('a.csv', 'barcode,code,scanned_at\nWB1,SORT,2026-03-10T08:00:00Z\n');
    await settle();
    expect(await drops()).toMatchObject([{ state: 'quarantined', rows: 0 }]);
    write('columns.yaml', 'columns: {tracking_number: barcode}\n');
    renameSync(inFolder('quarantine/a.csv'), inFolder('a.csv'));
    await settle();
    expect(await numbers()).toEqual(['WB1']);
  });

  it('by name with other content is another file', async () => {
    write('day.csv', scanFile(1));
    await settle();
    write('day.csv', scanFile(1, 7));
    await settle();
    expect(await numbers()).toEqual(['WB00000000', 'WB00000007']);
    expect(bench.names(at('done'))).toHaveLength(2);
  });
});

describe('a file that changes', () => {
  it('returns when it grows after it was considered complete, and its rows count once more only as facts', async () => {
    write('slow.csv', scanFile(2));
    await settle();
    bench.write(at('done/slow.csv'), scanFile(5));
    bench.intake.clock.advance(5_000);
    await settle();
    await settle();
    expect(await drops()).toMatchObject([{ rows: 2 }, { state: 'done', rows: 5 }]);
    expect(new Set(await numbers()).size).toBe(5);
  });

  it('comes back beside a new file of its name, and both are read', async () => {
    write('log.csv', scanFile(2));
    await settle();
    bench.write(at('done/log.csv'), scanFile(5));
    bench.intake.clock.advance(5_000);
    // The file is not complete yet when the other one comes back.
    write('log.csv', scanFile(3, 100));
    await runner.idle();
    expect(bench.read(at('log.csv'))).toBe(scanFile(3, 100));
    await settle();
    await settle();
    expect(new Set(await numbers()).size).toBe(8);
    const found = await drops();
    expect(found.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    expect(found.map(({ rows }) => rows).sort()).toEqual([2, 3, 5]);
  });

  it('and is gone before it is read is said to have vanished', async () => {
    const store = hooked(bench.store, {
      onRead: () => rmSync(inFolder('gone.csv'), { force: true }),
    });
    await runner.stop();
    runner = bench.start({ store });
    write('gone.csv', scanFile(2));
    await settle();
    expect(await drops()).toMatchObject([{ state: 'vanished', rows: 0 }]);
    expect((await drops())[0]?.problem).toContain('removed');
  });

  it('and is overwritten while it is read is read with its new content', async () => {
    let reads = 0;
    const store = hooked(bench.store, {
      onRead(key) {
        reads += 1;
        // Between the first reading of the file and the reading of its rows.
        if (key.endsWith('over.csv') && reads === 3) write('over.csv', scanFile(4, 100));
      },
    });
    await runner.stop();
    runner = bench.start({ store });
    write('over.csv', scanFile(2));
    await settle();
    await settle();
    expect(await drops()).toMatchObject([{ state: 'done', rows: 4, name: 'over.csv' }]);
    expect(await numbers()).toHaveLength(4);
  });

  it('its name while it is read continues where it was', async () => {
    const rows = 50;
    let batches = 0;
    await runner.stop();
    runner = bench.start({
      prepare(...given) {
        batches += 1;
        if (batches === 3) {
          renameSync(inFolder('first.csv'), inFolder('second.csv'));
          throw new Error('killed');
        }
        return bench.prepare(...given);
      },
    });
    write('first.csv', scanFile(rows));
    await settle();
    for (let turn = 0; turn < 4; turn += 1) {
      bench.intake.clock.advance(30_000);
      await settle();
    }
    expect(await numbers()).toHaveLength(rows);
    expect(await drops()).toMatchObject([{ name: 'second.csv', state: 'done', rows }]);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['book.xlsx', Buffer.from('504b030414000600', 'hex'), 'Excel'],
    ['empty.csv', '', 'empty'],
    ['other.csv', 'a,b\n1,2\n', 'tracking_number'],
    ['latin.csv', Buffer.from('tracking_number,code\nM\xfc', 'latin1'), 'UTF-8'],
  ])('goes to quarantine with its reason: %s', async (name, bytes, reason) => {
    write(name, bytes);
    await settle();
    expect(bench.names(at('quarantine'))).toEqual([name, `${name}.reason.txt`]);
    expect(bench.read(at(`quarantine/${name}.reason.txt`))).toContain(reason);
    expect(await drops()).toMatchObject([
      {
        state: 'quarantined',
        filedAs: `quarantine/${name}`,
        problem: expect.stringContaining(reason),
      },
    ]);
    write(name, bytes);
    await settle();
    expect((await drops()).map(({ state }) => state)).toEqual(['quarantined', 'quarantined']);
  });

  it.each([
    [
      'with another column',
      'tracking_number,code,scanned_at,x\0\nWB1,SORT,2026-03-10T08:00:00Z,1\n',
    ],
    ['without the columns', 'tracking\0,code,scanned_at\nWB1,SORT,2026-03-10T08:00:00Z\n'],
  ])('because of zeros in its header goes to quarantine: %s', async (_, text) => {
    write('nul.csv', Buffer.from(`\uFEFF${text}`, 'utf16le'));
    await settle();
    expect(await drops()).toMatchObject([
      { state: 'quarantined', rows: 0, problem: expect.stringContaining('control character') },
    ]);
    expect(bench.names(at('quarantine'))).toEqual(['nul.csv', 'nul.csv.reason.txt']);
  });

  it.each([
    ['is too large', `#${'x'.repeat(65_536)}\n`, 'columns.yaml: more than 65536 bytes'],
    ['holds a zero', 'a\0: {}\n', 'columns.yaml'],
  ])('because columns.yaml %s waits until that is mended', async (_, text, problem) => {
    write('columns.yaml', text);
    write('a.csv', scanFile(1));
    await settle();
    expect(await drops()).toMatchObject([
      { state: 'waiting', problem: expect.stringContaining(problem) },
    ]);
    rmSync(inFolder('columns.yaml'));
    bench.intake.clock.advance(5_000);
    await settle();
    expect(await drops()).toMatchObject([{ state: 'done', rows: 1, problem: null }]);
  });

  it('is only the end: the rows before it count', async () => {
    write('torn.csv', `${scanFile(3)}WB9,"SORT\n`);
    await settle();
    expect(await numbers()).toHaveLength(3);
    expect(await drops()).toMatchObject([
      { state: 'quarantined', rows: 3, problem: expect.stringMatching(/^Line 5: A quote/) },
    ]);
  });

  it('for a mistake in columns.yaml waits until that is mended', async () => {
    write('columns.yaml', 'colums: {}\n');
    write('a.csv', 'barcode,code,scanned_at\nWB1,SORT,2026-03-10T08:00:00Z\n');
    await settle();
    expect(await drops()).toMatchObject([
      { state: 'waiting', problem: expect.stringContaining(`${slug}/live/columns.yaml:1:1`) },
    ]);
    write('columns.yaml', 'columns: {tracking_number: barcode}\n');
    bench.intake.clock.advance(5_000);
    await settle();
    expect(await drops()).toMatchObject([{ state: 'done', rows: 1, problem: null }]);
  });
});

describe('a killed process', () => {
  it('leaves what the next one needs: every row once, counted once', async () => {
    const rows = 65;
    await runner.stop();
    bench.counted.rows = 0;
    write('big.csv', scanFile(rows, 0, 'x').replace('WB00000003,SORT', 'WB00000003,'));
    let killed = 0;
    for (let life = 0; life < 6; life += 1) {
      let batches = 0;
      runner = bench.start({
        prepare(...given) {
          batches += 1;
          if (batches === 2 && life < 5) {
            killed += 1;
            throw new Error('killed');
          }
          return bench.prepare(...given);
        },
      });
      await settle();
      await runner.stop();
      bench.intake.clock.advance(30_001);
    }
    expect(killed).toBe(5);
    expect(await numbers()).toHaveLength(rows - 1);
    expect(new Set(await numbers()).size).toBe(rows - 1);
    expect(bench.counted.rows).toBe(rows);
    expect(await drops()).toMatchObject([
      { state: 'done', rows, accepted: rows - 1, rejected: 1, duplicates: 0 },
    ]);
    expect(bench.read(at('done/big.csv.rejected.csv'))).toContain('\r\n5,');
  });

  it('after it moved the file, and before it said so, is finished by the next', async () => {
    let puts = 0;
    const store = hooked(bench.store, {
      onMoved() {
        puts += 1;
        if (puts === 1) throw new ObjectStoreUnavailable('cut off');
      },
    });
    await runner.stop();
    runner = bench.start({ store });
    write('m.csv', scanFile(2));
    await settle();
    expect(await drops()).toMatchObject([{ state: 'filing', problem: 'cut off' }]);
    bench.intake.clock.advance(5_000);
    await settle();
    expect(await drops()).toMatchObject([{ state: 'done', rows: 2, problem: null }]);
    expect(bench.names(at('done'))).toEqual(['m.csv']);
  });

  it('is not needed: of several at once each file is one’s', async () => {
    const others = [bench.start(), bench.start()];
    for (let index = 0; index < 6; index += 1) write(`f${index}.csv`, scanFile(50, index * 50));
    await Promise.all([runner, ...others].map((each) => each.idle()));
    bench.intake.clock.advance(2_000);
    await Promise.all([runner, ...others].map((each) => each.idle()));
    await Promise.all(others.map((each) => each.stop()));
    expect(await numbers()).toHaveLength(300);
    expect((await drops()).map(({ state }) => state)).toEqual(Array(6).fill('done'));
  });
});

it('an unavailable place is tried again, and nothing is lost', async () => {
  let away = true;
  const said: string[] = [];
  const cut = () => {
    if (away) throw new ObjectStoreUnavailable('s3://bucket/: cut off');
  };
  const store = hooked(bench.store, { onRead: cut });
  await runner.stop();
  runner = bench.start({ store, onLog: (message) => said.push(message) });
  write('a.csv', scanFile(2));
  await settle();
  expect(await drops()).toMatchObject([{ state: 'waiting', problem: 's3://bucket/: cut off' }]);
  away = false;
  bench.intake.clock.advance(5_000);
  await settle();
  expect(await drops()).toMatchObject([{ state: 'done', rows: 2, problem: null }]);
});

/** Returns the same store, which calls `onRead` before a read and `onMoved` after a move. */
function hooked(
  store: ObjectStore,
  { onRead, onMoved }: { onRead?: (key: string) => void; onMoved?: () => void },
): ObjectStore {
  return {
    name: store.name,
    put: (...given) => store.put(...given),
    create: (...given) => store.create(...given),
    stat: (key) => store.stat(key),
    async read(key, options) {
      onRead?.(key);
      return store.read(key, options);
    },
    list: (...given) => store.list(...given),
    browse: (folder) => store.browse(folder),
    async move(...given) {
      await store.move(...given);
      onMoved?.();
    },
    remove: (key) => store.remove(key),
    presign: (...given) => store.presign(...given),
    close: () => store.close(),
  };
}
