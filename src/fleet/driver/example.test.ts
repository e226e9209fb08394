import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  deliverWithPhoto,
  enrolByLink,
  loadParcel,
  startDriver,
  statusLine,
} from '../../../examples/driver-app/deliver.ts';
import type { Sqlite } from '../../../examples/driver-app/sqlite-storage.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { FormPart, TransportRequest } from './ports.ts';
import { FakeHub } from './test-fake-hub.ts';

/** Checks that the example in docs/driver-module.md is identical to these files, and works. */
it.each(['sqlite-storage.ts', 'deliver.ts'])('the document shows %s verbatim', (name) => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  expect(read('docs/driver-module.md')).toContain(read(`examples/driver-app/${name}`).trim());
});

it('a native app enrols, loads, delivers with a photo and shows its state', async () => {
  const hub = new FakeHub();
  const driver = await startDriver({
    db: fakeSqlite(),
    fetch: async (url, { method, headers, body }) => {
      const { status, header, text } = hub.answer(requestOf(url, method, headers, body));
      return { status, headers: { get: header }, text: async () => text };
    },
    now: () => Date.parse('2026-03-10T08:00:00.000Z'),
    newId: (
      (index) => () =>
        `id-${index++}`
    )(1),
    random: () => 0,
    language: 'en',
  });
  await expect(enrolByLink(driver, 'https://elsewhere.example/')).rejects.toThrow('not the code');
  const session = await enrolByLink(driver, 'https://hub.example/driver#enrol=GOOD');
  await loadParcel(session, 'WB31415926535897');
  await deliverWithPhoto(session, ['shipment-1'], { uri: 'file:///p.jpg', name: 'p.jpg' }, 'Kim');
  await session.flush();
  expect(hub.effects.map(({ kind }) => kind)).toEqual(['event', 'proof', 'event']);
  expect(statusLine(await session.snapshot())).toBe('Everything is sent.');
});

function requestOf(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string | FormData | undefined,
): TransportRequest {
  const form = body instanceof FormData ? partsOf(body) : undefined;
  return {
    url,
    method: method === 'GET' ? 'GET' : 'POST',
    headers,
    ...(typeof body === 'string' ? { json: JSON.parse(body) } : {}),
    ...definedOnly({ form }),
  };
}

function partsOf(form: FormData): readonly FormPart[] {
  const parts: FormPart[] = [];
  form.forEach((value, name) => {
    parts.push({ name, text: String(value) });
  });
  return parts;
}

/** A fake of the part of SQLite that three statements need. */
function fakeSqlite(): Sqlite {
  const rows = new Map<string, string>();
  const db: Sqlite = {
    execAsync: async () => {},
    async runAsync(source, [key, value]) {
      if (source.startsWith('DELETE')) rows.delete(String(key));
      else rows.set(String(key), String(value));
    },
    async getAllAsync<T>(source: string, [first, second]: (string | number)[]) {
      const matches = (key: string) =>
        source.includes('key = ?') ? key === first : key.startsWith(String(second));
      const found = [...rows].filter(([key]) => matches(key)).sort();
      return found.map(([key, value]) => ({ key, value })) as T[];
    },
    withExclusiveTransactionAsync: (work) => work(db),
  };
  return db;
}
