import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../platform/settings/defaults.ts';
import { loadDriverTexts } from './texts.ts';

const APP = `${PROJECT_ROOT}/src/driver-app`;
const sources = readdirSync(APP, { recursive: true, encoding: 'utf8' })
  .filter((name) => /(?<!\.test)\.tsx?$/.test(name))
  .map((name) => readFileSync(`${APP}/${name}`, 'utf8'))
  .join('\n');

describe('the words of the driver’s app', () => {
  const texts = loadDriverTexts(`${PROJECT_ROOT}/config/messages/driver`);

  it('are there in four languages, the same ones with the same places in each', () => {
    expect([...texts.keys()]).toEqual(['en', 'de', 'fr', 'es']);
  });

  it('are all that the app says', () => {
    const known = new Set(Object.keys(texts.get('en')?.texts ?? {}));
    const said = [...sources.matchAll(/['"`]([a-z]+\.[a-z_]+)['"`]/g)].map(([, key]) => key ?? '');
    expect(said.length).toBeGreaterThan(80);
    expect(said.filter((key) => !known.has(key) && key !== 'section.name')).toEqual([]);
  });

  it('are all said: by their key, or by the part before what is put in', () => {
    const prefixes = [...sources.matchAll(/`([a-z]+\.(?:[a-z]+_)?)\$\{/g)].map(
      ([, prefix]) => prefix ?? '',
    );
    const unsaid = Object.keys(texts.get('en')?.texts ?? {}).filter(
      (key) => !sources.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unsaid).toEqual([]);
  });
});
