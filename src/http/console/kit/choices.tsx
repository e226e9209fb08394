import type { ComponentChildren } from 'preact';
import { MODES, type Mode } from '../../../kernel/tenant.ts';
import { useMessages } from './language.ts';

interface MerchantOptionsProps {
  readonly merchants: readonly { readonly slug: string; readonly name: string }[];
  readonly chosen: string | undefined;
}

export function MerchantOptions({ merchants, chosen }: MerchantOptionsProps) {
  return (
    <>
      {merchants.map(({ slug, name }) => (
        <option key={slug} value={slug} selected={slug === chosen}>
          {name}
        </option>
      ))}
    </>
  );
}

export function ModeChoice({ mode }: { readonly mode: Mode }) {
  const { layout, desk } = useMessages();
  return (
    <>
      <label for="mode">{layout.pieces.mode}</label>
      <select id="mode" name="mode">
        {MODES.map((each) => (
          <option key={each} value={each} selected={each === mode}>
            {desk.frame.modes[each]}
          </option>
        ))}
      </select>
    </>
  );
}

interface FilterProps {
  readonly href: string;
  readonly name: string;
  /** Number of matches. */
  readonly count?: number;
  readonly current: boolean;
}

/** A filter of a list: a link, marked when selected. */
export function Filter({ href, name, count, current }: FilterProps) {
  return (
    <li>
      <a href={href} aria-current={current ? 'true' : undefined}>
        {name}
        {count !== undefined && (
          <>
            {' '}
            <span class="count">{count}</span>
          </>
        )}
      </a>
    </li>
  );
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly {
    readonly href: string;
    readonly name: string;
    /** Null: not counted. */
    readonly count: ComponentChildren;
    readonly isCurrent: boolean;
    readonly isUrgent: boolean;
  }[];
}

/** The tabs of a list, each with its number; a script follows them in place. */
export function Tabs({ label, tabs }: TabsProps) {
  return (
    <nav class="tabs" aria-label={label} data-in-place>
      {tabs.map(({ href, name, count, isCurrent, isUrgent }) => (
        <a
          key={href}
          href={href}
          aria-current={isCurrent ? 'page' : undefined}
          class={isUrgent ? 'bad' : undefined}
        >
          {name} {count !== null && <span>{count}</span>}
        </a>
      ))}
    </nav>
  );
}
