import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_OPERATIONS } from '../../testing/test-operations.ts';
import { guidesMadeHere } from '../made/made-here.ts';
import { openApiDocument } from '../openapi.ts';
import { docSite } from './docs-page.tsx';
import { guideNames, loadGuide } from './guides.ts';

const guides = [...guideNames().map(loadGuide), ...(await guidesMadeHere())];
const names = [...guides.map(({ name }) => name), 'errors'];
const HUB = 'https://hub.example';
const site = docSite(openApiDocument('0.0.0', API_OPERATIONS), guides, HUB);

describe('/llms.txt', () => {
  it('begins as llmstxt.org says, and lists every guide with what it is about', () => {
    const text = site.llms();
    expect(text).toMatch(/^# Waybill\n\n> \S.+\n\n## Start\n\n- \[/);
    for (const name of names) {
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
  it.each(names)('%s names this hub, without notes for tests', (name) => {
    const text = site.markdown(`${name}.md`) ?? '';
    expect(text).toMatch(/^# \S/);
    expect(text).not.toContain('<!--');
    expect(text).not.toContain('http://127.0.0.1:8080');
    for (const [, to = ''] of text.matchAll(/\]\(([^)#\s]+)/g)) {
      const file = posix.join(posix.dirname(name), to);
      const isThere =
        /^https?:|^mailto:|^\/openapi\.json$/.test(to) || site.markdown(file) !== null;
      expect([name, to, isThere]).toEqual([name, to, true]);
    }
  });

  it('is linked from its page', () => {
    const link = '<link rel="alternate" type="text/markdown" href="/docs/merchants.md"';
    expect(site.guide('merchants')).toContain(link);
    expect(site.errors()).toContain('href="/docs/errors.md"');
  });

  it.each(['nothing.md', 'merchants', '../README.md', 'decisions/0085-docs-site.md', ''])(
    'is not there as %j',
    (file) => {
      expect(site.markdown(file)).toBeNull();
    },
  );
});
