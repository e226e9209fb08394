import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { driverTexts } from './texts.ts';

const APP = `${PROJECT_ROOT}/src/fleet/driver-app`;
const sources = readdirSync(APP, { recursive: true, encoding: 'utf8' })
  .filter((name) => /(?<!\.test)\.tsx?$/.test(name))
  .map((name) => readFileSync(`${APP}/${name}`, 'utf8'))
  .join('\n');

describe('the texts of the driver app', () => {
  const texts = driverTexts();

  it('exist in every language, with nothing that needs a full ICU formatter', () => {
    expect([...texts.keys()]).toEqual([...LANGUAGES]);
    const all = [...texts.values()].flatMap((each) => Object.values(each.texts));
    expect(all.filter((text) => /\{\w+,|'\{/.test(text))).toEqual([]);
  });

  it('are all the texts of the app', () => {
    const known = new Set(Object.keys(texts.get('en')?.texts ?? {}));
    const said = [...sources.matchAll(/['"`]([a-z]+\.[a-z_]+)['"`]/g)].map(([, key]) => key ?? '');
    expect(said.length).toBeGreaterThan(80);
    expect(said.filter((key) => !known.has(key) && key !== 'section.name')).toEqual([]);
  });

  it('are all used: by key, or by the prefix of a composed key', () => {
    const prefixes = [...sources.matchAll(/`([a-z]+\.(?:[a-z]+_)?)\$\{/g)].map(
      ([, prefix]) => prefix ?? '',
    );
    const unsaid = Object.keys(texts.get('en')?.texts ?? {}).filter(
      (key) => !sources.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unsaid).toEqual([]);
  });
});
