import { expect, it } from 'vitest';
import { DISPATCH_DESK } from '../../../fleet/pages/console/table.ts';
import { mayDo, ROLES } from '../../../merchants/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { type DeskGroup, deskGroups, navigationFor } from './navigation.ts';
import { DESK, type DeskRow } from './table.ts';

const DISPATCH: DeskGroup = ['dispatch', ['/console/dispatch', 'dispatch:see']];
const navigation = deskGroups([DISPATCH]);

/** Reached from another page, or pages nobody stays on. */
const ELSEWHERE = ['/console', '/console/setup/address', '/console/look/preview', '/console/write'];

const PAGES = Object.values<DeskRow>({ ...DESK, ...DISPATCH_DESK }).filter(
  ({ method, path, mediaType, needs }) =>
    method === 'GET' && mediaType === undefined && needs !== null && !path.includes(':'),
);

/** All links of the navigation, on every page. */
function linksOf(role: (typeof ROLES)[number]): readonly string[] {
  const paths: readonly string[] = PAGES.map(({ path }) => path);
  const found = paths.flatMap((at) => {
    const { of, within } = navigationFor(
      { navigation, role, isKey: false },
      at,
      messagesIn('en').desk.frame,
    );
    return [...of, ...(within?.of ?? [])].map(([path]) => path);
  });
  return [...new Set(found)].sort();
}

it('links every member to every page they may open, and to no other', () => {
  expect(ROLES.length).toBeGreaterThan(3);
  for (const role of ROLES) {
    const may = PAGES.filter(({ path, needs }) => !ELSEWHERE.includes(path) && isFor(role, needs));
    expect([role, linksOf(role)]).toEqual([role, may.map(({ path }) => path).sort()]);
  }
});

it('marks the open group and page, and fits a phone', () => {
  const { of, at, within } = navigationFor(
    { navigation, role: 'owner', isKey: false },
    '/console/keys',
    messagesIn('en').desk.frame,
  );
  expect([at, within?.label, within?.at]).toEqual(['/console/setup', 'Settings', '/console/keys']);
  expect(of.length).toBeLessThanOrEqual(6);
  const alone = navigationFor(
    { navigation, role: 'analyst', isKey: false },
    '/console/analytics',
    messagesIn('en').desk.frame,
  );
  expect([alone.at, alone.within]).toEqual(['/console/analytics', null]);
  expect(
    navigationFor(
      { navigation, role: 'support', isKey: false },
      undefined,
      messagesIn('en').desk.frame,
    ).within,
  ).toBeNull();
  const byKey = navigationFor(
    { navigation, role: 'owner', isKey: true },
    undefined,
    messagesIn('en').desk.frame,
  );
  expect(byKey.of.map(([path]) => path)).not.toContain('/console/password');
});

function isFor(role: (typeof ROLES)[number], needs: DeskRow['needs']): boolean {
  return needs !== null && mayDo(role, needs);
}
