import { type MemberPower, mayDo, type Rights } from '../../../merchants/index.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { Navigation } from './frame.tsx';
import type { IconName } from './icons.tsx';

type FrameWords = Messages['desk']['frame'];
type SectionName = keyof FrameWords['groups'] & IconName;
type PagePath = keyof FrameWords['sections'];
type Page = readonly [path: PagePath, needs: MemberPower, below?: keyof FrameWords['headings']];
/** A section of the navigation; its name links to the first page the member may open. */
export type DeskGroup = readonly [name: SectionName, ...pages: Page[]];

const HOME: DeskGroup = ['home', ['/console', 'shipments:see']];
const PARCELS: DeskGroup = [
  'parcels',
  ['/console/shipments', 'shipments:see'],
  ['/console/import', 'shipments:change'],
];
const OTHERS: readonly DeskGroup[] = [
  ['analytics', ['/console/analytics', 'analytics:see']],
  ['messages', ['/console/messages', 'settings:manage']],
  [
    'settings',
    ['/console/setup', 'settings:manage'],
    ['/console/carriers', 'settings:manage', 'parcels'],
    ['/console/shops', 'settings:manage', 'parcels'],
    ['/console/move', 'settings:manage', 'parcels'],
    ['/console/retention', 'settings:manage', 'parcels'],
    ['/console/look', 'settings:manage', 'recipients'],
    ['/console/sender', 'settings:manage', 'recipients'],
    ['/console/webhooks', 'webhooks:manage', 'development'],
    ['/console/keys', 'keys:manage', 'development'],
    ['/console/members', 'members:manage', 'team'],
    ['/console/security', 'members:manage', 'team'],
    ['/console/actions', 'actions:see', 'team'],
  ],
  [
    'hub',
    ['/console/hub', 'hub:see'],
    ['/console/hub/merchants', 'hub:see'],
    ['/console/hub/operators', 'hub:change'],
    ['/console/hub/actions', 'hub:change'],
    ['/console/hub/carriers', 'hub:see', 'carriers'],
    ['/console/hub/review', 'hub:see', 'carriers'],
    ['/console/hub/mappings', 'hub:see', 'carriers'],
    ['/console/hub/edd/accuracy', 'hub:see', 'carriers'],
    ['/console/hub/dead-letters', 'hub:see', 'incoming'],
    ['/console/hub/drops', 'hub:see', 'incoming'],
    ['/console/hub/refused-commands', 'hub:see', 'incoming'],
    ['/console/hub/notifications', 'hub:see', 'outgoing'],
    ['/console/hub/templates', 'hub:see', 'outgoing'],
    ['/console/hub/mailbox', 'hub:change', 'outgoing'],
    ['/console/hub/webhooks', 'hub:see', 'outgoing'],
  ],
];
/** In the menu of the signed-in user. */
const ACCOUNT = [
  '/console/password',
  '/console/second-factor',
  '/console/connections',
  '/console/programs',
] as const;

const EXCEPTIONS: DeskGroup = ['exceptions', ['/console/exceptions', 'exceptions:see']];

/** All sections, with those of other modules after the parcels and their cases. */
export function deskGroups(more: readonly DeskGroup[]): readonly DeskGroup[] {
  return [HOME, PARCELS, EXCEPTIONS, ...more, ...OTHERS];
}

/** The pages about the signed-in user's own account. Pure. */
export function accountPages({ sections }: Pick<FrameWords, 'sections'>) {
  return ACCOUNT.map((path) => ({ path, name: sections[path] }));
}

interface Who extends Rights {
  readonly navigation: readonly DeskGroup[];
  readonly casesForUs?: number;
}

/** The sections a member may open, each with its pages. Pure. */
export function navigationFor(
  { navigation, casesForUs, ...who }: Who,
  at: string | undefined,
  words: Pick<FrameWords, 'desk' | 'groups' | 'sections' | 'headings'>,
): Navigation {
  const sections = navigation.flatMap(([name, ...all]) => {
    const pages = all.flatMap(([path, needs, below]) =>
      mayDo(who, needs)
        ? [{ path, name: words.sections[path], heading: below && words.headings[below] }]
        : [],
    );
    const [first] = pages;
    if (first === undefined) return [];
    const isOpen = pages.some(({ path }) => path === at);
    const waiting = name === 'exceptions' ? casesForUs : undefined;
    return [{ path: first.path, name: words.groups[name], icon: name, waiting, isOpen, pages }];
  });
  return { label: words.desk, sections, at };
}
