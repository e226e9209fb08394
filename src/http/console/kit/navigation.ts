import { type MemberPower, mayDo, type Role } from '../../../merchants/index.ts';
import type { Messages } from '../../../platform/messages/shape.ts';

type GroupName = keyof Messages['desk']['frame']['groups'];
type SectionPath = keyof Messages['desk']['frame']['sections'];
type Page = readonly [path: SectionPath, needs: MemberPower];
/** A group of pages; its name links to the first page the member may open. */
export type DeskGroup = readonly [name: GroupName, ...pages: Page[]];

const PARCELS: DeskGroup = [
  'parcels',
  ['/console/shipments', 'shipments:see'],
  ['/console/import', 'shipments:change'],
];
const OTHERS: readonly DeskGroup[] = [
  ['analytics', ['/console/analytics', 'analytics:see']],
  [
    'settings',
    ['/console/setup', 'settings:manage'],
    ['/console/carriers', 'settings:manage'],
    ['/console/sender', 'settings:manage'],
    ['/console/look', 'settings:manage'],
    ['/console/messages', 'settings:manage'],
    ['/console/webhooks', 'webhooks:manage'],
    ['/console/keys', 'keys:manage'],
    ['/console/retention', 'settings:manage'],
  ],
  [
    'team',
    ['/console/members', 'members:manage'],
    ['/console/security', 'members:manage'],
    ['/console/actions', 'actions:see'],
  ],
  [
    'account',
    ['/console/password', 'self:manage'],
    ['/console/second-factor', 'self:manage'],
    ['/console/connections', 'self:manage'],
  ],
];

/** All groups, with those of other modules after the parcels. */
export function deskGroups(more: readonly DeskGroup[]): readonly DeskGroup[] {
  return [PARCELS, ...more, ...OTHERS];
}

interface Words {
  readonly desk: string;
  readonly groups: Readonly<Record<GroupName, string>>;
  readonly sections: Readonly<Record<SectionPath, string>>;
}

interface Who {
  readonly navigation: readonly DeskGroup[];
  readonly role: Role;
  /** The first key has no account. */
  readonly isKey: boolean;
}

/** The groups a member may open, and below them the pages of the open one. Pure. */
export function navigationFor(
  { navigation, role, isKey }: Who,
  at: string | undefined,
  words: Words,
) {
  const groups = navigation.flatMap(([name, ...pages]) => {
    if (isKey && name === 'account') return [];
    const paths = pages.flatMap(([path, needs]) => (mayDo(role, needs) ? [path] : []));
    const [first] = paths;
    return first === undefined ? [] : [{ name, first, paths }];
  });
  const open = groups.find(({ paths }) => paths.some((path) => path === at));
  const inside = open?.paths.map((path) => [path, words.sections[path]] as const) ?? [];
  return {
    label: words.desk,
    of: groups.map(({ name, first }) => [first, words.groups[name]] as const),
    at: open?.first,
    within:
      open === undefined || inside.length < 2
        ? null
        : { label: words.groups[open.name], of: inside, at },
  };
}
