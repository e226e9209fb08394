import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { buildDriverApp } from './build-app.ts';

const urlOf = (request: string | { readonly url: string }) =>
  typeof request === 'string' ? request : request.url;

it('the worker stores the page of its own version, and drops files that no version needs', async () => {
  const { page, files } = await buildDriverApp();
  const listeners = new Map<string, (event: { waitUntil(work: Promise<unknown>): void }) => void>();
  const caches = new Map<string, Set<string>>();
  const open = async (name: string) => {
    const cached = caches.get(name) ?? new Set<string>();
    caches.set(name, cached);
    return {
      addAll: async (all: readonly (string | { url: string })[]) => {
        for (const each of all) cached.add(urlOf(each));
      },
      keys: async () => [...cached].map((path) => ({ url: `https://hub.example${path}` })),
      delete: async ({ url }: { url: string }) => cached.delete(new URL(url).pathname),
    };
  };
  runInNewContext(files.get('service-worker.js')?.body.toString() ?? '', {
    URL,
    Promise,
    Request: class {
      readonly url: string;
      constructor(url: string) {
        this.url = url;
      }
    },
    caches: {
      open,
      keys: async () => [...caches.keys()],
      delete: async (name: string) => caches.delete(name),
    },
    clients: { claim: async () => {} },
    addEventListener: (type: string, listener: never) => listeners.set(type, listener),
  });
  const happens = async (type: string) => {
    let done: Promise<unknown> = Promise.resolve();
    listeners.get(type)?.({ waitUntil: (work) => (done = work) });
    await done;
  };
  const reader = [...files.keys()].find((name) => /^reader\..*\.wasm$/.test(name)) ?? '';
  caches.set('driver-extras', new Set([`/driver/_/${reader}`, '/driver/_/reader.00000000.wasm']));
  caches.set('driver-old', new Set(['/driver']));
  await happens('install');
  await happens('activate');
  expect([...(caches.get('driver-extras') ?? [])]).toEqual([`/driver/_/${reader}`]);
  expect(caches.size).toBe(2);
  const [name = ''] = [...caches.keys()].filter((each) => each !== 'driver-extras');
  const stored = [...(caches.get(name) ?? [])];
  expect(stored).not.toContain('/driver');
  const pages = stored.filter((path) => path.endsWith('.html'));
  expect(pages).toHaveLength(1);
  expect(files.get(pages[0]?.replace('/driver/_/', '') ?? '')).toMatchObject({
    body: page,
    isHashed: true,
    contentType: 'text/html; charset=utf-8',
  });
});
