import type { ComponentChildren } from 'preact';
import type { ConsoleAssets } from '../assets.ts';
import type { Visitor } from '../visit.ts';
import { Frame } from './frame.tsx';

export interface LayoutProps {
  readonly assets: ConsoleAssets;
  readonly title: string;
  /** Null: nobody is signed in. */
  readonly visitor: Visitor | null;
  /** The path of the open section. */
  readonly at?: string;
  /** Result of the previous form. */
  readonly notice?: string | null;
  /** Script of the page, if any. */
  readonly script?: string;
  readonly children: ComponentChildren;
}

type Section = readonly [path: string, name: string];

/** Groups of pages; a group's name links to its first page. */
const GROUPS: readonly (readonly [name: string, first: Section, ...more: Section[]])[] = [
  ['Overview', ['/ops', 'Overview']],
  [
    'Parcels',
    ['/ops/shipments', 'Shipments'],
    ['/ops/exceptions', 'Cases'],
    ['/ops/refused-commands', 'Refused commands'],
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
  [
    'Couriers',
    ['/ops/fleet', 'Live map'],
    ['/ops/dispatch', 'Dispatch'],
    ['/ops/couriers', 'Couriers'],
    ['/ops/drops', 'Scan files'],
  ],
  [
    'Messages',
    ['/ops/notifications', 'Notifications'],
    ['/ops/webhooks', 'Webhooks'],
    ['/ops/templates', 'Templates'],
    ['/ops/mailbox', 'Mailbox'],
  ],
];

/** The names of the groups, and below them the pages of the open one. */
function navigation(at: string | undefined) {
  const open = GROUPS.find(([, ...pages]) => pages.some(([path]) => path === at));
  const [group, ...pages] = open ?? [null];
  return {
    label: 'Console',
    of: GROUPS.map(([name, [path]]): Section => [path, name]),
    at: pages[0]?.[0],
    within: group === null || pages.length < 2 ? null : { label: group, of: pages, at },
  };
}

/** The frame of every page of the console. Complete without a script; only the two maps have one. */
export function Layout({ assets, title, visitor, at, notice, script, children }: LayoutProps) {
  return (
    <Frame
      {...{ assets, notice, script }}
      title={`${title} · Waybill console`}
      home="/ops"
      account={visitor && <Account visitor={visitor} />}
      sections={visitor && navigation(at)}
    >
      {children}
    </Frame>
  );
}

function Account({ visitor }: { readonly visitor: Visitor }) {
  const { key, power, csrf } = visitor;
  return (
    <form class="account" method="post" action="/ops/sign-out">
      <input type="hidden" name="csrf" value={csrf} />
      <span class="who">
        {key.name} <span class="tag">{power === 'write' ? 'operator' : 'viewer'}</span>
      </span>
      <button type="submit" class="quiet">
        Sign out
      </button>
    </form>
  );
}
