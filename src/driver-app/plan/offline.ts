/** What the service worker does with a request. */
export type Handling =
  /** The page itself, as it was stored. */
  | 'shell'
  /** A file whose name changes with its content: from the store, else fetched and stored. */
  | 'file'
  /** Everything else is none of its business. */
  | 'network';

export function handlingOf(method: string, path: string, isNavigation: boolean): Handling {
  if (method !== 'GET') return 'network';
  if (isNavigation && /^\/driver\/?$/.test(path)) return 'shell';
  return /^\/driver\/_\/[^/]+\.[0-9A-Z]{8}\.\w+$/i.test(path) ? 'file' : 'network';
}
