import { renderToString } from 'preact-render-to-string';
import { expect, it } from 'vitest';
import { Problem } from '../../../kernel/errors.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { createEgress } from '../../../platform/net/egress.ts';
import { assertWebhookUrl } from '../../api/webhook-endpoints/check-url.ts';
import { SpokenIn } from '../operators/parts/language.ts';
import { Faults } from './faults.tsx';
import { Refused } from './fields.tsx';
import { refusalIn } from './refusals.ts';

const spoken = (language: Language) => ({
  ...{ language, isOpenedAgain: false, query: new URLSearchParams(), reasons: {} },
});

it('shows errors in the page’s language, and marks untranslated ones as English', () => {
  const errors = [{ pointer: '/name', reason: 'It is empty.', fix: 'Say something odd.' }];
  const problem = new Problem('invalid', 'The form cannot be used.', { errors });
  const html = renderToString(
    <SpokenIn value={spoken('de')}>
      <Faults problem={problem} fields={{ '/name': { name: 'Name' } }} />
      <Refused>Send at most 64 characters.</Refused>
    </SpokenIn>,
  );
  expect(html).toContain(
    'Name: <span>Es ist leer.</span> <span lang="en">Say something odd.</span>',
  );
  expect(html).toContain('Schreiben Sie höchstens 64 Zeichen.');
  expect(renderToString(<Refused>It is empty.</Refused>)).not.toContain('lang=');
});

it('recognizes a sentence with any value filled in, and keeps the value', () => {
  expect(refusalIn('fr', 'DHL refuses them: it answers $1.')).toBe(
    'DHL les refuse (it answers $1).',
  );
  expect(refusalIn('es', 'Your role is analyst. It does not include: API keys.')).toBe(
    'Su papel no lo incluye.',
  );
  expect(refusalIn('de', 'Nobody knows this.')).toBe(null);
});

it('explains in other languages why nothing is posted to a URL, and what to do about it', async () => {
  const egress = createEgress({ allow: [], resolve: async () => ['10.0.0.1'] });
  const urls = ['nonsense', 'ftp://a.example/', 'https://u:p@a.example/', 'https://a.example:25/'];
  urls.push(
    'https://metadata/',
    'https://inner.example/',
    `https://a.example/${'x'.repeat(3_000)}`,
  );
  const uncovered: string[] = [];
  for (const url of urls) {
    const refused = await assertWebhookUrl(egress.checkUrl, 'live', url).catch(
      (error: unknown) => error,
    );
    if (!(refused instanceof Problem)) throw new Error(`${url} was not refused`);
    for (const { reason, fix } of refused.errors) {
      for (const each of [reason, fix]) if (refusalIn('de', each) === null) uncovered.push(each);
    }
  }
  egress.close();
  expect(uncovered).toEqual([]);
});
