import type { Messages } from '../../../platform/messages/shape.ts';

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

/** The names of the groups, and below them the pages of the open one. */
export function navigationOf(
  groups: readonly ConsoleGroup[],
  at: string | undefined,
  words: Pick<Frame, 'console' | 'groups' | 'pages'>,
) {
  const open = groups.find(([, ...paths]) => paths.some((path) => path === at));
  const [group, ...paths] = open ?? [null];
  const of = paths.map((path) => [path, words.pages[path]] as const);
  return {
    label: words.console,
    of: groups.map(([name, path]) => [path, words.groups[name]] as const),
    at: paths[0],
    within: group === null || paths.length < 2 ? null : { label: words.groups[group], of, at },
  };
}
