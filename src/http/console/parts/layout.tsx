import type { ComponentChildren } from 'preact';
import type { ConsoleAssets } from '../assets.ts';
import type { Visitor } from '../visit.ts';
import { Frame } from './frame.tsx';

export interface LayoutProps {
  readonly assets: ConsoleAssets;
  readonly title: string;
  /** Null: nobody is signed in. */
  readonly visitor: Visitor | null;
  /** The path of the section that is open. */
  readonly at?: string;
  /** What was done by the form before. */
  readonly notice?: string | null;
  /** Of a page that has one. */
  readonly script?: string;
  readonly children: ComponentChildren;
}

/** By what belongs together: what comes in, what it means, who is notified, parcels and couriers, dates. */
const SECTIONS = [
  ['/ops', 'Overview'],
  ['/ops/shipments', 'Shipments'],
  ['/ops/dead-letters', 'Dead letters'],
  ['/ops/review', 'Unknown codes'],
  ['/ops/mappings', 'Mappings'],
  ['/ops/mapping-jobs', 'Mapping jobs'],
  ['/ops/carriers', 'Carriers'],
  ['/ops/webhooks', 'Webhooks'],
  ['/ops/notifications', 'Notifications'],
  ['/ops/mailbox', 'Mailbox'],
  ['/ops/templates', 'Templates'],
  ['/ops/exceptions', 'Cases'],
  ['/ops/couriers', 'Couriers'],
  ['/ops/fleet', 'Live map'],
  ['/ops/dispatch', 'Dispatch'],
  ['/ops/drops', 'Scan files'],
  ['/ops/edd/accuracy', 'Delivery dates'],
  ['/ops/edd/models', 'Predictions'],
] as const;

/** The frame of every page of the console. Complete without script, which one page has. */
export function Layout({ assets, title, visitor, at, notice, script, children }: LayoutProps) {
  return (
    <Frame
      {...{ assets, notice, script }}
      title={`${title} · Waybill console`}
      home="/ops"
      account={visitor && <Account visitor={visitor} />}
      sections={visitor && { label: 'Console', of: SECTIONS, at }}
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
