import { renderToString } from 'preact-render-to-string';
import { expect, it } from 'vitest';
import { Problem } from '../../../kernel/errors.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { createEgress } from '../../../platform/net/egress.ts';
import { assertWebhookUrl } from '../../api/webhook-endpoints/routes.ts';
import { Faults } from './faults.tsx';
import { ErrorMessage } from './fields.tsx';
import { SpokenIn } from './language.ts';

const spoken = (language: Language) => ({
  language,
  locale: language,
  timeZone: 'UTC',
  isReopenable: false,
  query: new URLSearchParams(),
  done: null,
  reasons: {},
});

it('shows errors in the page’s language, and marks untranslated ones as English', () => {
  const fix = { 'values.verbatim': { text: 'Say something odd.' } };
  const errors = [{ pointer: '/name', reason: 'values.empty', fix }] as const;
  const problem = new Problem('invalid', 'values.unusable', { errors });
  const html = renderToString(
    <SpokenIn value={spoken('de')}>
      <Faults problem={problem} fields={{ '/name': { name: 'Name' } }} />
      <ErrorMessage text={{ 'values.sendAtMostCount': { limit: 64, unit: 'character' } }} />
    </SpokenIn>,
  );
  expect(html).toContain(
    'Name: <span>Es ist leer.</span> <span lang="en">Say something odd.</span>',
  );
  expect(html).toContain('Schreiben Sie höchstens 64 Zeichen.');
  expect(renderToString(<ErrorMessage text="values.empty" />)).not.toContain('lang=');
});

it('gives no advice for programs to people who fill in a form', () => {
  const html = renderToString(
    <SpokenIn value={spoken('en')}>
      <Faults problem={new Problem('invalid', 'desk.nothingChosen')} fields={{}} />
    </SpokenIn>,
  );
  expect(html).toContain('then choose the action again.</span> </li>');
});

it('has English for forms, which people write, and for programs, which send', () => {
  const text = { 'values.sendAtMostCount': { limit: 1, unit: 'character' } };
  expect(errorText(text)).toBe('Send at most 1 character.');
  expect(errorText(text, 'en', 'person')).toBe('Write at most 1 character.');
  expect(errorText(text, 'de', 'person')).toBe('Schreiben Sie höchstens 1 Zeichen.');
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
      for (const each of [reason, fix]) {
        if (errorText(each, 'de') === errorText(each)) uncovered.push(errorText(each));
      }
    }
  }
  egress.close();
  expect(uncovered).toEqual([]);
});
