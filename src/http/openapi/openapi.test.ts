import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../../kernel/errors.ts';
import { PROJECT_ROOT } from '../../platform/settings/defaults.ts';
import { OPERATIONS } from '../resources/operations.ts';
import {
  choices,
  merchantNeeded,
  orderParcels,
  publicTrack,
} from '../resources/public-tracking/schema.ts';
import { openTestPublic, type TestPublic } from '../resources/public-tracking/test-public.ts';
import { productVersion } from '../resources/system/description.ts';
import { openapiDescription } from '../resources/system/schema.ts';
import type { TestHub } from '../testing/test-hub.ts';
import { docsPage, errorsPage } from './docs/docs-page.tsx';
import { errorsMarkdown } from './docs/errors-markdown.ts';
import { codesOf, curl } from './docs/operation-section.tsx';
import { openApiDocument } from './openapi.ts';

const document = openApiDocument(productVersion());
const CODES = Object.keys(ERRORS).sort();

let site: TestPublic;
let hub: TestHub;
beforeAll(async () => {
  site = await openTestPublic();
  hub = site.hub;
});
afterAll(() => site.close());

describe('the catalogue of errors', () => {
  it('is the same set in code, OpenAPI, docs/errors.md and /docs/errors', () => {
    const answered = Object.values(document.paths ?? {})
      .flatMap((item) => Object.values(item ?? {}))
      .flatMap(({ responses }) => Object.values(responses as Parameters<typeof codesOf>[0][]))
      .concat(
        Object.values(document.components?.responses ?? {}) as Parameters<typeof codesOf>[0][],
      )
      .flatMap(codesOf);
    expect([...new Set(answered)].sort()).toEqual(CODES);
    expect(Object.keys(document.components?.examples ?? {}).sort()).toEqual(CODES);
    const headings = errorsMarkdown().match(/^## [\w-]+$/gm) ?? [];
    expect(headings.map((heading) => heading.slice(3)).sort()).toEqual(CODES);
    const anchors = errorsPage().match(/<section id="[\w-]+"/g) ?? [];
    expect(anchors.map((anchor) => anchor.slice(13, -1)).sort()).toEqual(CODES);
  });
});

describe('the description of the API', () => {
  it('is the committed docs/openapi.json and docs/errors.md', () => {
    const file = (name: string) => readFileSync(`${PROJECT_ROOT}docs/${name}`, 'utf8');
    expect(JSON.parse(file('openapi.json'))).toEqual(JSON.parse(JSON.stringify(document)));
    expect(file('errors.md')).toBe(errorsMarkdown());
  });

  it('lists exactly the routes that the server answers', () => {
    const served = hub.routes.map(({ method, path }) => `${method} ${path}`).sort();
    expect(OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(served);
  });

  it('names every parameter of every path, and each operation once', () => {
    for (const { path, params } of OPERATIONS) {
      const names = (path.match(/:([a-z_]+)/g) ?? []).map((name) => name.slice(1));
      expect([path, Object.keys(params ?? {})]).toEqual([path, names]);
    }
    const ids = OPERATIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('resolves every reference', () => {
    const text = JSON.stringify(document);
    for (const [, section = '', name = ''] of text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)) {
      const found = (document.components as Record<string, Record<string, unknown>>)[section];
      expect([name, found?.[name] !== undefined]).toEqual([name, true]);
    }
  });

  it('says exactly what strangers are answered', async () => {
    const number = '123456789';
    const { move } = await site.follow({ number, order: 'an-order' });
    await move('picked_up');
    await site.follow({ number, carrier: site.carriers[1] });
    await site.follow({ number: '5', merchant: 'second', order: 'an-order' });
    const answer = async (path: string) => (await site.call('GET', `/v1${path}`)).body;
    publicTrack.parse(await answer(`/track/${site.carriers[0]}/${number}`));
    choices.parse(await answer(`/track/${number}`));
    merchantNeeded.parse(await answer('/track?order=an-order'));
    orderParcels.parse(await answer('/track?order=an-order&merchant=second'));
  });

  it('names the pages people get where programs get JSON', () => {
    const types = (path: string, status: string) =>
      Object.keys(document.paths?.[path]?.get?.responses?.[status]?.content ?? {});
    for (const path of [
      '/track',
      '/track/{tracking_number}',
      '/track/{carrier}/{tracking_number}',
    ]) {
      for (const status of ['200', '300']) {
        expect([path, types(path, status)]).toEqual([path, ['application/json', 'text/html']]);
      }
      for (const status of ['404', '429']) {
        expect(types(path, status)).toEqual(['application/problem+json', 'text/html']);
      }
    }
    expect(types('/openapi.json', '200')).toEqual(['application/json']);
    expect(types('/shipments', '200')).toEqual(['application/json']);
  });

  it('is served as it is', async () => {
    const answer = await fetch(`${hub.url}/v1/openapi.json`);
    const served = await answer.json();
    expect(served).toEqual(JSON.parse(JSON.stringify(document)));
    openapiDescription.parse(served);
  });
});

describe('the docs page', () => {
  it('is small, loads nothing and runs nothing', async () => {
    const answer = await fetch(`${hub.url}/docs`);
    const html = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src/);
    // Some 300 operations; over the wire a sixth of it.
    expect(html.length).toBeLessThan(600_000);
    expect(html).not.toMatch(/<script|<img|<link|src=|@import|url\(/);
    expect(html).toContain(`${hub.url}/v1/shipments`);
  });

  it('leads to every operation and schema it links to', () => {
    const html = docsPage(document, 'https://track.example.com');
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    for (const { id } of OPERATIONS) expect(ids).toContain(id);
  });

  it('gives a command to paste for each operation', () => {
    const command = curl(
      'post',
      '/shipments/{id}/status',
      {
        security: [{ api_key: ['shipments:write'] }],
        requestBody: { content: { 'application/json': { example: { status: 'picked_up' } } } },
      },
      'https://track.example.com',
    );
    expect(command).toBe(
      [
        'curl -X POST "https://track.example.com/v1/shipments/$ID/status"',
        '-H "Authorization: Bearer $WAYBILL_API_KEY"',
        "-H 'Content-Type: application/json'",
        `-d '{"status":"picked_up"}'`,
      ].join(' \\\n  '),
    );
  });
});
