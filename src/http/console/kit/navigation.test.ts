import { expect, it } from 'vitest';
import { DISPATCH_DESK } from '../../../fleet/pages/console/table.ts';
import { mayDo, ROLES } from '../../../merchants/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { accountPages, type DeskGroup, deskGroups, navigationFor } from './navigation.ts';
import { beginsWord } from './palette.tsx';
import { DESK, type DeskRow } from './table.ts';

const DISPATCH: DeskGroup = ['deliveries', ['/console/dispatch', 'dispatch:see']];
const navigation = deskGroups([DISPATCH]);
const words = messagesIn('en').desk.frame;

/** Reached from another page, or pages nobody stays on. */
const ELSEWHERE = [
  '/console',
  '/console/palette',
  '/console/setup/address',
  '/console/look/preview',
  '/console/write',
];

const PAGES = Object.values<DeskRow>({ ...DESK, ...DISPATCH_DESK }).filter(
  ({ method, path, mediaType, needs }) =>
    method === 'GET' && mediaType === undefined && needs !== null && !path.includes(':'),
);

it('links every member to every page they may open, and to no other', () => {
  expect(ROLES.length).toBeGreaterThan(3);
  for (const role of ROLES) {
    const may = PAGES.filter(({ path, needs }) => !ELSEWHERE.includes(path) && isFor(role, needs));
    const { sections } = navigationFor({ navigation, role }, undefined, words);
    const linked = [...sections.flatMap(({ pages }) => pages), ...accountPages(words)];
    expect([role, linked.map(({ path }) => path).sort()]).toEqual([
      role,
      may.map(({ path }) => path).sort(),
    ]);
  }
});

it('opens the section of the page', () => {
  const { sections, at } = navigationFor({ navigation, role: 'owner' }, '/console/keys', words);
  const open = sections.filter(({ isOpen }) => isOpen);
  expect([at, open.map(({ name }) => name)]).toEqual(['/console/keys', ['Settings']]);
  expect(open[0]?.path).toBe('/console/setup');
});

it('finds pages in the palette by the beginnings of words', () => {
  expect(beginsWord('Settings API keys', 'api k')).toBe(true);
  expect(beginsWord('Einstellungen Schlüssel', 'schlus')).toBe(true);
  expect(beginsWord('Settings API keys', 'eys')).toBe(false);
});

function isFor(role: (typeof ROLES)[number], needs: DeskRow['needs']): boolean {
  return needs !== null && mayDo(role, needs);
}
