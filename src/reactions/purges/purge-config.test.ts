import { describe, expect, it } from 'vitest';
import { openPurgers, PurgeConfigError, readPurgers } from './index.ts';

const ENV = { CDN_TOKEN: 'token-for-tests' };

function problemOf(text: string): string {
  try {
    readPurgers(text, 'caches.yaml', ENV);
  } catch (error) {
    if (error instanceof PurgeConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('a list of caches', () => {
  it('takes secrets from the environment and fills in what is usual', () => {
    const [cache, cdn] = readPurgers(
      `purgers:
        - { type: http, url: "http://127.0.0.1:6081/" }
        - { type: cloudflare, zone_id: z1, token: "\${CDN_TOKEN}" }`,
      'caches.yaml',
      ENV,
    );
    expect(cache).toMatchObject({ name: 'http', method: 'PURGE', header: 'Cache-Tag' });
    expect(cdn).toMatchObject({ token: 'token-for-tests', origin: 'https://api.cloudflare.com' });
  });

  it('names file, line and member of what is wrong, and no secret', () => {
    expect(
      problemOf('purgers:\n  - { type: http, url: "ftp://x/" }\n  - { type: fastly, token: 7 }'),
    ).toMatch(/^caches\.yaml:2: purgers\.0\.url: .*\ncaches\.yaml:3: purgers\.1\.service_id: /);
    expect(problemOf('purgers: [')).toMatch(/^caches\.yaml:1: /);
    expect(problemOf('purgers: [{ type: smoke }]')).toContain('purgers.0.type');
    expect(problemOf(`purgers: [{ type: http, url: "http://\${NOT_SET}/" }]`)).toBe(
      'caches.yaml: NOT_SET is not set in the environment',
    );
  });

  it('refuses two of one name, whose purges would be one', () => {
    const twice = 'purgers: [{type: http, url: "http://a/"}, {type: http, url: "http://b/"}]';
    expect(problemOf(twice)).toContain('two have the same name');
  });

  it('makes a purger of each', () => {
    const configs = readPurgers(
      `purgers:
        - { type: http, url: "http://a/" }
        - { type: fastly, service_id: s1, token: t }
        - { type: cloudflare, zone_id: z1, token: t }
        - { type: cloudfront, distribution_id: D1, access_key_id: a, secret_access_key: s }`,
      'caches.yaml',
      ENV,
    );
    const http = { send: () => Promise.resolve({ kind: 'failed', reason: 'network' } as const) };
    const purgers = openPurgers(configs, http, () => 0);
    expect(purgers.map(({ name }) => name)).toEqual(['http', 'fastly', 'cloudflare', 'cloudfront']);
  });
});
