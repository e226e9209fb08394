import { expect, it } from 'vitest';
import { DELIVERIES_DESK } from '../../../fleet/pages/table.ts';
import { mayDo, type Rights, ROLES } from '../../../merchants/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import type { DeskRow } from './desk-row.ts';
import { accountPages, type DeskGroup, deskGroups, navigationFor } from './navigation.ts';
import { beginsWord } from './palette.tsx';
import { DESK } from './table.ts';

const DELIVERIES: DeskGroup = [
  'deliveries',
  ['/console/deliveries', 'dispatch:see'],
  ['/console/deliveries/couriers', 'dispatch:see'],
  ['/console/deliveries/shifts', 'dispatch:see'],
  ['/console/deliveries/map', 'dispatch:see'],
];
const navigation = deskGroups([DELIVERIES]);
const words = messagesIn('en').desk.frame;

/** Reached from another page, or pages nobody stays on. */
const ELSEWHERE = [
  '/console/authorize',
  '/console/palette',
  '/console/demo',
  '/console/shipments/new',
  '/console/setup/address',
  '/console/look/preview',
  '/console/write',
  '/console/write/preview',
  '/console/deliveries/couriers/new',
  '/console/deliveries/assign',
  '/console/hub/shipments',
  '/console/hub/mapping-jobs',
  '/console/hub/edd/models',
];

const PAGES = Object.values<DeskRow>({ ...DESK, ...DELIVERIES_DESK }).filter(
  ({ method, path, mediaType, needs }) =>
    method === 'GET' && mediaType === undefined && needs !== null && !path.includes(':'),
);

it('links every member to every page they may open, and to no other', () => {
  expect(ROLES.length).toBeGreaterThan(3);
  const members = ROLES.map((role): Rights => ({ role, power: null }));
  const operators = (['read', 'write'] as const).map((power): Rights => ({ role: null, power }));
  for (const who of [...members, ...operators]) {
    const may = PAGES.filter(({ path, needs }) => !ELSEWHERE.includes(path) && isFor(who, needs));
    const { sections } = navigationFor({ navigation, ...who }, undefined, words);
    const linked = [...sections.flatMap(({ pages }) => pages), ...accountPages(words)];
    expect([who, linked.map(({ path }) => path).sort()]).toEqual([
      who,
      may.map(({ path }) => path).sort(),
    ]);
  }
});

it('opens the section of the page', () => {
  const { sections, at } = navigationFor(
    { navigation, role: 'owner', power: null },
    '/console/keys',
    words,
  );
  const open = sections.filter(({ isOpen }) => isOpen);
  expect([at, open.map(({ name }) => name)]).toEqual(['/console/keys', ['Settings']]);
  expect(open[0]?.path).toBe('/console/setup');
});

it.each(LANGUAGES)('names no page like a section of several pages: %s', (language) => {
  const { frame } = messagesIn(language).desk;
  const who = { navigation, role: 'owner', power: 'write' } as const;
  for (const { name, pages } of navigationFor(who, undefined, frame).sections) {
    if (pages.length > 1) expect(pages.map((page) => page.name)).not.toContain(name);
  }
});

it('shows the number of cases that wait for the merchant at Exceptions only', () => {
  const who = { navigation, role: 'owner', power: null, casesForUs: 3 } as const;
  const { sections } = navigationFor(who, undefined, words);
  const waiting = sections.filter((section) => section.waiting !== undefined);
  expect(waiting.map((section) => [section.name, section.waiting])).toEqual([['Exceptions', 3]]);
});

it('finds pages in the palette by the beginnings of words', () => {
  expect(beginsWord('Settings API keys', 'api k')).toBe(true);
  expect(beginsWord('Einstellungen Schlüssel', 'schlus')).toBe(true);
  expect(beginsWord('Settings API keys', 'eys')).toBe(false);
});

function isFor(who: Rights, needs: DeskRow['needs']): boolean {
  return needs !== null && mayDo(who, needs);
}
