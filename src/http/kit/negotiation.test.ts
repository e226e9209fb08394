import { describe, expect, it } from 'vitest';
import { asksForHtml, pickLanguage, prefersJson, regionalLocale } from './negotiation.ts';

describe('prefersJson', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['*/*', false],
    ['application/json', true],
    ['application/json, text/html', false],
    ['application/json, text/html;q=0.9', true],
    ['text/html, application/json', false],
    ['text/html;q=0.5, application/*;q=0.6', true],
    ['application/json;q=0', false],
    ['application/json;q=0, */*', false],
    ['application/json;q=nonsense', false],
    ['application/problem+json', false],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', false],
    ['APPLICATION/JSON ; Q=0.9, text/*;q=0.1', true],
    [',;,=;q', false],
  ])('of %s is %s', (accept, expected) => {
    expect(prefersJson(accept)).toBe(expected);
  });
});

describe('asksForHtml', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['*/*', false],
    ['application/json', false],
    ['text/html;q=0, */*', false],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['application/json;q=0.5, TEXT/HTML', true],
  ])('of %s is %s', (accept, expected) => {
    expect(asksForHtml(accept)).toBe(expected);
  });
});

describe('regionalLocale', () => {
  const available = ['en', 'de', 'fr'];
  it.each([
    ['en', undefined, null],
    ['en', 'en,de-AT', null],
    ['en', 'en-GB,en;q=0.9,en-US;q=0.8', 'en-gb'],
    ['de', 'en-GB,de-AT;q=0.5,de-CH;q=0.7', 'de-ch'],
    ['en', 'en-150', 'en-150'],
    ['en', 'en-GB;q=0', null],
    ['en', 'en-x-private, en-Latn-GB, en-GB-oxendict', null],
  ])('in %s of %s is %s', (language, header, expected) => {
    expect(regionalLocale(language, header, available)).toBe(expected);
  });
  it('leaves a language with a region of its own alone', () => {
    expect(regionalLocale('pt-BR', 'pt-BR', [...available, 'pt-BR'])).toBeNull();
  });
});

describe('pickLanguage', () => {
  const available = ['en', 'de', 'fr'];
  it.each([
    [null, undefined, 'en'],
    [null, '', 'en'],
    [null, 'ja', 'en'],
    [null, 'de-AT,de;q=0.9', 'de'],
    [null, 'ja,fr;q=0.3,de;q=0.8', 'de'],
    [null, 'de;q=0,fr;q=0.1', 'fr'],
    [null, '*', 'en'],
    ['fr', 'de', 'fr'],
    ['FR-ca', 'de', 'fr'],
    ['xx', 'de', 'de'],
    ['__proto__', undefined, 'en'],
  ])('requested %s with %s answers in %s', (language, header, expected) => {
    expect(pickLanguage(language, header, available)).toBe(expected);
  });
});
