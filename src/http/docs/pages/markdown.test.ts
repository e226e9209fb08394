import { describe, expect, it } from 'vitest';
import { API_OPERATIONS } from '../../testing/test-operations.ts';
import { openApiDocument } from '../openapi.ts';
import { docSite } from './docs-page.tsx';
import { guideNames, guidePath, loadGuide } from './guides.ts';

const HUB = 'https://hub.example';
const site = docSite(
  openApiDocument('0.0.0', API_OPERATIONS),
  guideNames().map((name) => loadGuide(name)),
  HUB,
);

describe('/llms.txt', () => {
  it('begins as llmstxt.org says, and lists every guide with what it is about', () => {
    const text = site.llms();
    expect(text).toMatch(/^# Waybill\n\n> \S.+\n\n## Get started\n\n- \[/);
    for (const name of [...guideNames(), 'errors']) {
      expect(text).toMatch(new RegExp(`\\n- \\[.+\\]\\(${HUB}/docs/${name}\\.md\\): .+\\.`));
    }
    expect(text).toContain(`(${HUB}/openapi.json)`);
  });

  it('links only what is there', () => {
    for (const [, file = ''] of site.llms().matchAll(/\/docs\/([^)]+)\)/g)) {
      expect([file, site.markdown(file)]).toEqual([file, expect.stringMatching(/^# /)]);
    }
  });
});

describe('a guide as Markdown', () => {
  it.each([...guideNames(), 'errors'])('%s names this hub, without notes for tests', (name) => {
    const text = site.markdown(`${name}.md`) ?? '';
    expect(text).toMatch(/^# \S/);
    expect(text).not.toContain('<!--');
    expect(text).not.toContain('http://127.0.0.1:8080');
    for (const [, to = ''] of text.matchAll(/\]\(([^)#\s]+)/g)) {
      const isThere = /^https?:|^mailto:|^\/openapi\.json$/.test(to) || site.markdown(to) !== null;
      expect([name, to, isThere]).toEqual([name, to, true]);
    }
  });

  it('is linked from its page', () => {
    const link = '<link rel="alternate" type="text/markdown" href="/docs/merchants.md"';
    expect(site.guide('merchants')).toContain(link);
    expect([guidePath('quickstart'), site.index()]).toEqual([
      '/docs',
      expect.stringContaining('href="/docs/quickstart.md"'),
    ]);
    expect(site.errors()).toContain('href="/docs/errors.md"');
  });

  it.each(['nothing.md', 'merchants', '../README.md', 'compat/easypost.md', ''])(
    'is not there as %j',
    (file) => {
      expect(site.markdown(file)).toBeNull();
    },
  );
});
