import { describe, expect, it } from 'vitest';
import { OUTCOMES } from './delivery-plan.ts';
import { cachePolicyFor, hashOf, numberIn, type Screen, SECTIONS, screenOf } from './screens.ts';
import { chooseLanguage, clockOf, sayer } from './times.ts';

describe('a scanned code', () => {
  it.each([
    ['wb 3141-5926 5358 97', 'WB31415926535897'],
    ['https://track.example.com/track/WB31415926535897?x=1#y', 'WB31415926535897'],
    ['https://track.example.com/', 'HTTPSTRACKEXAMPLECOM'],
    ['  ', ''],
    ['x'.repeat(65), ''],
  ])('%s is %s', (text, number) => expect(numberIn(text)).toBe(number));
});

describe('an address within the app', () => {
  it('leads to a screen and back', () => {
    const screens: readonly Screen[] = [
      ...SECTIONS.map((name) => ({ name })),
      { name: 'enrol', code: '7K3MQXN42D' },
      { name: 'enrol', code: '' },
      { name: 'hand-in' },
      { name: 'stop', stopId: 'sto_1' },
      ...OUTCOMES.flatMap((outcome): Screen[] => [
        { name: 'door', stopId: 'sto_1', outcome },
        { name: 'card', stopId: 'sto_1', outcome, neighbour: 'Frau Özil/Meier' },
      ]),
    ];
    for (const screen of screens) expect(screenOf(hashOf(screen))).toEqual(screen);
  });

  it.each([
    '',
    '#/nowhere',
    '#/stop/x/door/unknown',
    '#/stop/x/y',
    '#/stop/x/card/none/%',
    '#enrol=<b>',
  ])('that is unknown leads to the stops: "%s"', (hash) =>
    expect(screenOf(hash)).toEqual({ name: 'stops' }),
  );
});

describe('the service worker', () => {
  it.each([
    ['GET', '/driver', true, 'shell'],
    ['GET', '/driver/', true, 'shell'],
    ['GET', '/driver', false, 'network'],
    ['GET', '/driver/_/main.MC3DGFJO.js', false, 'file'],
    ['GET', '/driver/_/texts-en.988C7B14.json', false, 'file'],
    ['GET', '/driver/_/service-worker.js', false, 'network'],
    ['GET', '/driver/_/manifest.webmanifest', false, 'network'],
    ['POST', '/driver/_/main.MC3DGFJO.js', false, 'network'],
    ['GET', '/v1/driver/route', false, 'network'],
    ['GET', '/track/X', true, 'network'],
  ] as const)('%s %s (navigation: %s) is for the %s', (method, path, isNavigation, policy) =>
    expect(cachePolicyFor(method, path, isNavigation)).toBe(policy),
  );
});

describe('words', () => {
  it('are filled in literally, and a missing one is visible', () => {
    const say = sayer({ 'a.b': '{count} of {all}' });
    expect(say('a.b', { count: '{all}', all: 3 })).toBe('{all} of 3');
    expect(say('a.c')).toBe('a.c');
  });

  it('come in the first available language', () => {
    const there = ['en', 'de', 'fr', 'es'];
    expect(chooseLanguage(['pl-PL', 'fr-CA', 'de'], there)).toBe('fr');
    expect(chooseLanguage(['pl-PL'], there)).toBe('en');
  });
});

it('times are those of the courier’s zone', () => {
  expect(clockOf('2026-03-10T08:00:00Z', 'de', 'Europe/Berlin')).toBe('09:00');
  expect(clockOf('2026-03-10T08:00:00Z', 'en', 'America/New_York')).toBe('04:00 AM');
});
