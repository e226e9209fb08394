import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { migrationNames, readMigration } from '../../src/platform/database/migrate.ts';
import { isForBothVersions, planUpgrade } from '../../src/platform/database/upgrade-plan.ts';
import { PROJECT_ROOT } from '../../src/platform/settings/yaml-settings.ts';
import { fixtureVersions, frozenFiles, readFixture, readSums, sumOf } from './fixture.ts';

/** Released versions whose databases every later version must be able to upgrade. Pure. */
function versionsToUpgrade(changelog: string): readonly string[] {
  const released = [...changelog.matchAll(/^## (\d+\.\d+\.\d+)(?! \(unreleased\))/gm)];
  const since = released.map(([, version = '']) => version).filter((each) => !/^0\./.test(each));
  return ['0.1.0', ...since];
}

test('0.1.0 and every version released since 1.0.0 has a fixture', () => {
  const changelog = readFileSync(`${PROJECT_ROOT}CHANGELOG.md`, 'utf8');
  expect(fixtureVersions()).toEqual(expect.arrayContaining([...versionsToUpgrade(changelog)]));
  expect(versionsToUpgrade('## 1.1.0 (unreleased)\n\n## 1.0.1\n\n## 1.0.0\n\n## 0.2.0\n')).toEqual([
    '0.1.0',
    '1.0.1',
    '1.0.0',
  ]);
});

test('neither a fixture nor a migration that it has run has changed', () => {
  const files = fixtureVersions().flatMap(frozenFiles);
  const sums = readSums();
  expect(files.map((file) => [file, sumOf(file)])).toEqual(
    files.map((file) => [file, sums.get(file)]),
  );
});

test('the last released version can work on while its database is migrated', () => {
  const [last = ''] = [...fixtureVersions()].sort(compareVersions).reverse();
  const { migrations } = readFixture(last);
  const missing = migrationNames().filter((name) => !migrations.includes(name));
  const plan = planUpgrade(
    missing.map((name) => readMigration(name)),
    () => 0,
  );
  expect(plan.filter((each) => !isForBothVersions([each])).map(({ name }) => name)).toEqual([]);
});

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Those before the rule, all before the first release. */
const WITHOUT_DOWN = '0020';

test('every migration after 0019 says how it is undone', () => {
  const irreversible = migrationNames().filter(
    (name) => name >= WITHOUT_DOWN && readMigration(name).down === null,
  );
  expect(irreversible).toEqual([]);
});
