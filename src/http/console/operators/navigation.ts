import type { Messages } from '../../../platform/messages/shape.ts';
import type { Navigation } from '../kit/frame.tsx';
import type { IconName } from '../kit/icons.tsx';

type Frame = Messages['console']['frame'];
type GroupName = keyof Frame['groups'];
type PagePath = keyof Frame['pages'];
/** A group of pages; its name links to its first page. */
export type ConsoleGroup = readonly [name: GroupName, first: PagePath, ...more: PagePath[]];

const GROUPS: readonly ConsoleGroup[] = [
  ['overview', '/ops'],
  [
    'parcels',
    '/ops/shipments',
    '/ops/exceptions',
    '/ops/refused-commands',
    '/ops/drops',
    '/ops/edd/accuracy',
    '/ops/edd/models',
  ],
  [
    'carriers',
    '/ops/carriers',
    '/ops/dead-letters',
    '/ops/review',
    '/ops/mappings',
    '/ops/mapping-jobs',
  ],
];
const MESSAGES: ConsoleGroup = [
  'messages',
  '/ops/notifications',
  '/ops/webhooks',
  '/ops/templates',
  '/ops/mailbox',
];

/** All groups, with those of other modules before the messages. */
export function consoleGroups(more: readonly ConsoleGroup[]): readonly ConsoleGroup[] {
  return [...GROUPS, ...more, MESSAGES];
}

const ICONS = {
  overview: 'home',
  parcels: 'parcels',
  carriers: 'hub',
  couriers: 'deliveries',
  messages: 'messages',
} as const satisfies Readonly<Record<GroupName, IconName>>;

/** The sections with their pages. Pure. */
export function navigationOf(
  groups: readonly ConsoleGroup[],
  at: string | undefined,
  words: Pick<Frame, 'console' | 'groups' | 'pages'>,
): Navigation {
  const sections = groups.map(([name, ...paths]) => ({
    path: paths[0] ?? '/ops',
    name: words.groups[name],
    icon: ICONS[name],
    isOpen: paths.some((path) => path === at),
    pages: paths.map((path) => ({ path, name: words.pages[path] })),
  }));
  return { label: words.console, sections, at };
}
