import type { ComponentChildren } from 'preact';
import type { ConsoleAssets } from '../assets.ts';
import { navigationOf } from '../navigation.ts';
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

/** The frame of every page of the console. Pages need no script; only the two maps have one. */
export function Layout({ assets, title, visitor, at, notice, script, children }: LayoutProps) {
  return (
    <Frame
      {...{ assets, notice, script }}
      title={`${title} · Waybill console`}
      home="/ops"
      account={visitor && <Account visitor={visitor} />}
      sections={visitor && navigationOf(visitor.navigation, at)}
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
