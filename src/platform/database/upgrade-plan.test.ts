import { describe, expect, it } from 'vitest';
import { migrationNames, readMigration } from './migrate.ts';
import { isForBothVersions, planUpgrade } from './upgrade-plan.ts';

const ROWS = { colors: 1_000_000, facts: 4_000_000 } as Readonly<Record<string, number>>;

function plan(up: string, down: string | null = '') {
  const [planned] = planUpgrade([{ name: '0099_x.sql', up, down }], (table) => ROWS[table] ?? 0);
  return planned;
}

describe('the plan of an upgrade', () => {
  it.each([
    ['alter table colors add column color text;', 'adds', 0],
    ["alter table colors add column color text default ';';", 'adds', 0],
    ['drop index colors_by_day;', null, 0],
    ['alter table colors drop column color;', 'removes', 0],
    ['alter table colors rename column color to shade;', 'removes', 0],
    ['ALTER TABLE colors\n  ADD CONSTRAINT c check (id > 0);', 'reads_rows', 1],
    ["update colors set color = 'red' where -- the merchant's\n true;", 'changes_rows', 50],
    ['create unique index a on facts (id);', 'builds_index', 20],
    [
      '-- no transaction\ncreate index concurrently if not exists a\n on facts (id)',
      'builds_index_in_use',
      40,
    ],
    ['grant select on colors to waybill_app;', null, 0],
    ['create function f() returns int language sql as $$ delete from facts; select 1 $$;', null, 0],
    ['create table shades (id int); create index c on shades (id);', null, 0],
  ])('reads %j', (up, effect, durationS) => {
    const planned = plan(up);
    expect(planned?.changes.map((each) => each.effect)).toEqual(effect === null ? [] : [effect]);
    expect(planned?.durationS).toBe(durationS);
  });

  it('says what cannot be undone, and what the previous version cannot work beside', () => {
    expect(plan('select 1', null)?.isReversible).toBe(false);
    const both = (up: string) => isForBothVersions([plan(up)].flatMap((each) => each ?? []));
    expect(both('alter table colors add column color text')).toBe(true);
    expect(both('alter table colors drop column color')).toBe(false);
  });

  it('of our own later migrations leaves a database that the previous version can use', () => {
    const later = migrationNames().filter((name) => name >= '0011');
    const removing = planUpgrade(
      later.map((name) => readMigration(name)),
      () => 0,
    ).filter((each) => !isForBothVersions([each]));
    expect(removing).toEqual([]);
  });

  it('finds where our own migrations create each table', () => {
    const tables = new Set<string>();
    const seen = (table: string) => {
      tables.add(table);
      return 0;
    };
    planUpgrade(
      migrationNames().map((name) => readMigration(name)),
      seen,
    );
    expect([...tables]).toEqual([]);
  });
});
