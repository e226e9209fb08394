/** Guides for one kind of reader, or about one thing. */
interface Group {
  readonly heading: string;
  /** The readers, as the first page addresses them; absent: it is not about readers. */
  readonly readers?: string;
  /** In the order of the list. A name that ends with a slash stands for all that begin with it. */
  readonly names: readonly string[];
}

/** Guides without a group are in the last one. */
const GROUPS: readonly Group[] = [
  { heading: 'Start', names: ['quickstart', 'recipes', 'sandbox', 'compatibility', 'comparison'] },
  {
    heading: 'For developers of shops',
    readers: 'You register parcels and show, or act on, what happens to them.',
    names: [
      'merchants',
      'webhooks',
      'exceptions',
      'predictions',
      'notifications',
      'templates',
      'channels',
      'agents',
      'compat/move',
      'compat/easypost',
      'compat/aftership',
    ],
  },
  {
    heading: 'For operators',
    readers: 'You run a hub for yourself or for several merchants.',
    names: [
      'operators',
      'configuration',
      'upgrading',
      'runbook',
      'carrier-webhooks',
      'retention',
      'scale',
      'kafka',
      'maps',
      'threat-model',
      'benchmarks',
      'dependencies',
    ],
  },
  {
    heading: 'For integrators',
    readers: 'You add a carrier, a language or an app for couriers.',
    names: [
      'integrators',
      'mappings',
      'carrier-catalogue',
      'languages',
      'driver-module',
      'driver-api',
      'live',
      'carriers-research',
      'shops-research',
    ],
  },
  {
    heading: 'For the desk and couriers',
    readers: 'You answer customers, plan routes, scan or deliver.',
    names: ['console', 'fleet', 'deliveries', 'dispatch', 'driver'],
  },
  { heading: 'Carriers', names: ['carriers', 'carriers/'] },
  { heading: 'Shops', names: ['shops', 'shops/'] },
  { heading: 'More', names: ['glossary'] },
];
const LAST = GROUPS.length - 1;
const ORDER = GROUPS.flatMap(({ names }) => names);

/** The URL path of a guide. */
export function guidePath(name: string): string {
  return `/docs/guides/${name}`;
}

/** The place of a guide in the list. */
export function orderOf(name: string): number {
  const at = ORDER.findIndex((each) => fits(each, name));
  return at < 0 ? ORDER.length : at;
}

/** The guides by group, in order. */
export function grouped<T extends { readonly name: string }>(
  guides: readonly T[],
): readonly (Group & { readonly guides: readonly T[] })[] {
  return GROUPS.map((group, i) => ({
    ...group,
    guides: guides.filter(
      ({ name }) =>
        group.names.some((each) => fits(each, name)) ||
        (i === LAST && orderOf(name) === ORDER.length),
    ),
  })).filter(({ guides: some }) => some.length > 0);
}

function fits(each: string, name: string): boolean {
  return each.endsWith('/') ? name.startsWith(each) : name === each;
}
