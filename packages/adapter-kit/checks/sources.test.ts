import { expect, it } from 'vitest';
import { loadAdapters } from '../../../src/adapters/index.ts';
import { sourcesOf, sourceUrlProblem } from './sources.ts';

it.each([
  'https://developer.carrier.com/docs/tracking',
  'https://www.canadapost-postescanada.ca/info/mc/messagescodetables.jsf',
  'https://xn--mller-kva.de/api#codes',
])('%s has the form of a public document', (url) => {
  expect(sourceUrlProblem(url)).toBeNull();
});

it.each([
  ['the carrier’s website', 'is not a URL'],
  ['', 'is not a URL'],
  [`https://a.com/${'x'.repeat(2_000)}`, 'is not a URL'],
  ['http://developer.carrier.com/docs', 'https://'],
  ['ftp://carrier.com/codes.csv', 'https://'],
  ['javascript:alert(1)', 'https://'],
  ['https://localhost/docs', 'nobody can reach localhost'],
  ['https://docs/codes', 'nobody can reach docs'],
  ['https://intranet.local/codes', 'nobody can reach'],
  ['https://acme.example/codes', 'nobody can reach'],
  ['https://docs.example.com/codes', 'nobody can reach'],
  ['https://127.0.0.1/codes', 'nobody can reach'],
  ['https://2130706433/codes', 'nobody can reach'],
  ['https://[2001:db8::1]/codes', 'nobody can reach'],
  ['https://user:password@carrier.com/', 'credentials'],
  ['https://carrier.com:8443/', 'port'],
])('%s is refused as a source', (url, why) => {
  expect(sourceUrlProblem(url)).toContain(why);
});

it('the scorecard quotes the documents of the manifest and the sources of codes, each once', async () => {
  const [first] = (await loadAdapters()).list();
  if (first === undefined) throw new Error('no carrier');
  const url = 'https://developer.carrier.com/docs';
  const docs = [{ title: 'Tracking', url, readOn: '2026-11-20' }];
  const sources = [url, 'https://github.com/a/b/pull/9', ''].map((url) => ({
    id: 'id',
    kind: 'official',
    title: 'Title',
    url,
    commit: '',
    readOn: '2026-12-01',
    codes: 1,
  }));
  const coverage = { codes: 1, mapped: 1, reviewed: 1, unmapped: [], sources };
  const adapter = { ...first, manifest: { ...first.manifest, docs } };
  expect(sourcesOf({ adapter, coverage })).toEqual([
    { url, readOn: '2026-11-20' },
    { url: 'https://github.com/a/b/pull/9', readOn: '2026-12-01' },
  ]);
});
