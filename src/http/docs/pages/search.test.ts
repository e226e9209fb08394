import { describe, expect, it } from 'vitest';
import { API_OPERATIONS } from '../../testing/test-operations.ts';
import { guidesMadeHere } from '../made/made-here.ts';
import { openApiDocument } from '../openapi.ts';
import { areasOf } from './areas.ts';
import { guideNames, loadGuide, readGuide } from './guides.ts';
import { type DocEntry, searchDocs } from './search.ts';
import { entriesOf } from './search-entries.ts';

const made = await guidesMadeHere();
const entry = (title: string, text: string, more: Partial<DocEntry> = {}): DocEntry => ({
  href: `#${title}`,
  title,
  where: '',
  text,
  keywords: '',
  isPage: false,
  ...more,
});
const titles = (entries: readonly DocEntry[], query: string) =>
  searchDocs(entries, query).map(({ title }) => title.join(''));

describe('the order of results', () => {
  it('puts titles above any number of matches in texts', () => {
    const often = entry('Retries', 'webhook '.repeat(50));
    const once = entry('How a webhook is signed', '');
    expect(titles([often, once], 'webhook')).toEqual([once.title, often.title]);
  });

  it('puts the shortest title first, and the page above its parts', () => {
    const entries = [
      entry('Prewebhooks', ''),
      entry('Webhooks that were lost', ''),
      entry('Webhooks', '', { href: '#part' }),
      entry('Webhooks', '', { href: '#page', isPage: true }),
    ];
    expect(searchDocs(entries, 'webhooks').map(({ href }) => href)).toEqual([
      '#page',
      '#part',
      '#Webhooks that were lost',
      '#Prewebhooks',
    ]);
  });

  it('puts a title with all words above one with some', () => {
    const entries = [entry('Create', 'a shipment'), entry('Create a shipment', '')];
    expect(titles(entries, 'create shipment')[0]).toBe('Create a shipment');
  });

  it('leaves out what lacks a word, and finds paths and names that are not shown', () => {
    const one = entry('Create', 'x', { keywords: 'createShipment', where: 'POST /shipments' });
    expect(titles([one], 'createshipment /shipments')).toEqual(['Create']);
    expect(titles([one], 'create y')).toEqual([]);
    expect(titles([one], '  ')).toEqual([]);
  });
});

describe('what is shown', () => {
  it('marks each word in title and text, and cuts the text between words', () => {
    const text = `${'before '.repeat(30)}the hub signs it (a+b) ${'after '.repeat(60)}`;
    const [hit] = searchDocs([entry('Signatures', text)], 'SIGN a+b');
    expect(hit?.title).toEqual(['', 'Sign', 'atures']);
    const shown = hit?.excerpt.join('') ?? '';
    expect(shown).toMatch(/^… before [\s\S]* after …$/);
    expect(shown.length).toBeLessThan(200);
    expect(hit?.excerpt.filter((_, i) => i % 2 === 1)).toEqual(['sign', 'a+b']);
  });

  it('is what a reader sees of a guide, prose before code', () => {
    const { sections } = readGuide(
      'x',
      '# `A` [title](b.md)\n\n```sh\ncurl "x"\n```\n\nIt **is** a [link](c.md), `code`; 1 < 2.\n\n| a | b |\n|---|---|\n| c | d |\n',
    );
    expect(sections).toMatchObject([
      { heading: 'A title', depth: 1, text: 'It is a link, code; 1 < 2. a · b c · d curl "x"' },
    ]);
  });

  const written = entriesOf(areasOf(openApiDocument('0.0.0', API_OPERATIONS)), [
    ...guideNames().map(loadGuide),
    ...made,
  ]);

  it.each([
    ['webhook signature', '/docs/guides/webhooks#verify-the-signature-of-a-webhook'],
    ['poll interval', '/docs/guides/merchants#when-a-parcel-is-polled-and-the-poll-interval'],
    ['delete recipient', '/docs/guides/merchants#delete-a-shipment-and-its-recipient'],
    ['restore backup', '/docs/guides/recipes#restore-a-backup'],
    ['connect carrier', '/docs/guides/recipes#connect-a-carrier'],
    ['track parcel', '/docs/guides/recipes#track-a-parcel'],
    ['verify webhook', '/docs/guides/recipes#verify-a-webhook'],
    ['ups', '/docs/guides/carriers/ups'],
    ['shopify', '/docs/guides/shops/shopify'],
    ['easypost api', '/docs/guides/compat/easypost'],
  ])('for %j begins with the section about it', (query, expected) => {
    expect(searchDocs(written, query)[0]?.href).toBe(expected);
  });

  it('is never the syntax of Markdown', () => {
    const hits = ['webhook', 'table', 'see', 'key', 'shipment'].flatMap((word) =>
      searchDocs(written, word),
    );
    expect(hits.length).toBeGreaterThan(100);
    const marks = /```|\]\(|\*\*\w|\w\*\*|^#+ |\|---|<\/?(?:p|a|code|td)>/;
    const odd = hits
      .flatMap(({ title, excerpt }) => [title.join(''), excerpt.join('')])
      .filter((text) => marks.test(text));
    expect(odd).toEqual([]);
    expect(searchDocs(written, 'webhooks')[0]?.href).toBe('/docs/guides/webhooks');
    expect(searchDocs(written, 'quickstart')[0]?.href).toBe('/docs/guides/quickstart');
  });
});
