import type { ComponentChildren } from 'preact';

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
