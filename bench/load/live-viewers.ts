import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Agent, get } from 'node:http';
import type pg from 'pg';

/** As many tabs as one person may watch. */
const TABS = 6;

export interface Viewers {
  /** The rows that have changed on their pages so far. */
  rows(): number;
  close(): void;
}

/** Opens the console's list of parcels in that many tabs, of people with a session each. */
export async function openViewers(client: pg.Client, hub: URL, tabs: number): Promise<Viewers> {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  let rows = 0;
  for (let opened = 0; opened < tabs; opened += TABS) {
    const headers = { cookie: await sessionCookie(client) };
    const page = await fetch(new URL('/console/shipments', hub), { headers });
    const live = /data-live="([^"]+)"/.exec(await page.text())?.[1]?.replaceAll('&amp;', '&');
    if (live === undefined) throw new Error(`the list is not live: ${page.status}`);
    for (let tab = opened; tab < Math.min(opened + TABS, tabs); tab += 1) {
      await new Promise<void>((resolve, reject) => {
        get(new URL(live, hub), { agent, headers }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`answered ${answer.statusCode}`));
          answer.setEncoding('utf8');
          answer.on('data', (text: string) => {
            rows += text.split('event: row').length - 1;
          });
          answer.on('error', () => {});
          resolve();
        }).on('error', reject);
      });
    }
  }
  return { rows: () => rows, close: () => agent.destroy() };
}

/** The cookie of a new person: a copy of the key that the hub was started with, and its session. */
async function sessionCookie(client: pg.Client): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(token, 'utf8').digest();
  await client.query(
    `with key as (
       insert into api_keys (id, merchant_id, mode, name, prefix, key_hash, scopes, bootstrap)
       select $1, merchant_id, mode, name, prefix, $2, scopes, bootstrap
       from api_keys where bootstrap limit 1
       returning id, merchant_id, mode)
     insert into member_sessions (token_hash, api_key_id, merchant_id, mode, created_at, expires_at)
     select $2, id, merchant_id, mode, now(), now() + interval '1 hour' from key`,
    [randomUUID(), hash],
  );
  return `waybill_desk=${token}`;
}
