type Section = readonly [path: string, name: string];
/** A group of pages; its name links to its first page. */
export type ConsoleGroup = readonly [name: string, first: Section, ...more: Section[]];

const GROUPS: readonly ConsoleGroup[] = [
  ['Overview', ['/ops', 'Overview']],
  [
    'Parcels',
    ['/ops/shipments', 'Shipments'],
    ['/ops/exceptions', 'Cases'],
    ['/ops/refused-commands', 'Refused commands'],
    ['/ops/drops', 'Scan files'],
    ['/ops/edd/accuracy', 'Delivery dates'],
    ['/ops/edd/models', 'Predictions'],
  ],
  [
    'Carriers',
    ['/ops/carriers', 'Carriers'],
    ['/ops/dead-letters', 'Dead letters'],
    ['/ops/review', 'Unknown codes'],
    ['/ops/mappings', 'Mappings'],
    ['/ops/mapping-jobs', 'Mapping jobs'],
  ],
];
const MESSAGES: ConsoleGroup = [
  'Messages',
  ['/ops/notifications', 'Notifications'],
  ['/ops/webhooks', 'Webhooks'],
  ['/ops/templates', 'Templates'],
  ['/ops/mailbox', 'Mailbox'],
];

/** All groups, with those of other modules before the messages. */
export function consoleGroups(more: readonly ConsoleGroup[]): readonly ConsoleGroup[] {
  return [...GROUPS, ...more, MESSAGES];
}

/** The names of the groups, and below them the pages of the open one. */
export function navigationOf(groups: readonly ConsoleGroup[], at: string | undefined) {
  const open = groups.find(([, ...pages]) => pages.some(([path]) => path === at));
  const [group, ...pages] = open ?? [null];
  return {
    label: 'Console',
    of: groups.map(([name, [path]]): Section => [path, name]),
    at: pages[0]?.[0],
    within: group === null || pages.length < 2 ? null : { label: group, of: pages, at },
  };
}
