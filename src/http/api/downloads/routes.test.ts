import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealDownload } from '../../../platform/objects/presigned.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import type { DownloadDeps } from './routes.ts';

let hub: TestHub;
let deps: DownloadDeps;
beforeAll(async () => {
  hub = await createTestHub({
    publicRoutes: (parts) => {
      deps = parts.downloads;
      return [];
    },
  });
});
afterAll(() => hub.close());

function tokenFor(key: string): string {
  return sealDownload(deps.keyring, hub.clock.nowMs(), key, {
    expiresInS: 60,
    fileName: 'rejected rows.html',
    mediaType: 'text/html',
  });
}

test('a presigned URL serves its file as a download that no browser runs', async () => {
  await deps.store.put('drops/a.html', Buffer.from('<script>alert(1)</script>'));
  const answer = await fetch(`${hub.url}/v1/downloads/${tokenFor('drops/a.html')}`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('<script>alert(1)</script>');
  expect(answer.headers.get('content-disposition')).toMatch(
    /^attachment; filename="rejected rows.html"/,
  );
  expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('cache-control')).toBe('private, no-store');
});

test('URLs we did not sign, expired ones and deleted files all give the same 404', async () => {
  const details = new Set<unknown>();
  const gone = tokenFor('drops/none');
  await deps.store.put('drops/b', Buffer.from('x'));
  const token = tokenFor('drops/b');
  hub.clock.advance(60_000);
  for (const each of [gone, token, 'AAAA', `${token}x`]) {
    const answer = await fetch(`${hub.url}/v1/downloads/${each}`);
    expect(answer.status, each).toBe(404);
    details.add(((await answer.json()) as { detail: unknown }).detail);
  }
  expect(details.size).toBe(1);
});
