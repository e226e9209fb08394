/** Outlines on a 24 × 24 grid, drawn for the navigation and for tools. */
const PATHS = {
  home: 'M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-6h4v6',
  parcels: 'M4 8l8-4 8 4v8.5L12 21l-8-4.5zM4 8l8 4.5L20 8M12 12.5V21M8 6l8 4.3',
  exceptions: 'M12 4l9 16H3zM12 10v4.5M12 17.3v.2',
  deliveries: 'M3 7h11v9H3zM14 10.5h4l3 3V16h-7zM7.5 18.5a2 2 0 1 1 0-.1M18 18.5a2 2 0 1 1 0-.1',
  analytics: 'M4 20h16M7 20v-6M12 20V6M17 20v-9',
  messages: 'M4 6h16v11H9l-5 4zM8 10h8M8 13h5',
  settings:
    'M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M5.6 18.4l2.2-2.2M16.2 7.8l2.2-2.2',
  hub: 'M12 4a2 2 0 1 1 0 4 2 2 0 0 1 0-4M5 16a2 2 0 1 1 0 4 2 2 0 0 1 0-4M19 16a2 2 0 1 1 0 4 2 2 0 0 1 0-4M12 8v5M12 13l-6 3.5M12 13l6 3.5',
  add: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  choose: 'M8 10l4-4 4 4M8 14l4 4 4-4',
  more: 'M5 12h.1M12 12h.1M19 12h.1',
  done: 'M12 3a9 9 0 1 1 0 18a9 9 0 0 1 0-18M8 12.5l2.8 2.8L16 9.5',
  columns: 'M4 5h16v14H4zM9.5 5v14M14.5 5v14',
  views: 'M7 4h10v16l-5-4-5 4z',
  plan: 'M4 6h16v14H4zM4 10.5h16M8 3.5V8M16 3.5V8M12 13v5M9.5 15.5h5',
  person: 'M12 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M5 20c.5-4 3-6 7-6s6.5 2 7 6',
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative icon: its label stands beside it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
