/** How the service worker handles a request. */
export type Handling =
  /** The page itself, from the cache. */
  | 'shell'
  /** A file whose name changes with its content: from the cache, else fetched and cached. */
  | 'file'
  /** Not handled by the worker. */
  | 'network';

export function handlingOf(method: string, path: string, isNavigation: boolean): Handling {
  if (method !== 'GET') return 'network';
  if (isNavigation && /^\/driver\/?$/.test(path)) return 'shell';
  return /^\/driver\/_\/[^/]+\.[0-9A-Z]{8}\.\w+$/i.test(path) ? 'file' : 'network';
}
