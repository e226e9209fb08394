import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReceiver, startWebhooks } from '../support/compat/webhook-engine.ts';
import { openVirtualHub, type VirtualHub } from '../support/hubs/virtual-hub.ts';

/**
 * What EasyPost's own API answered to its client, against what the hub answers to the same
 * requests: every member that EasyPost sends is there, with a type that EasyPost sends too.
 */
const FOLDER = fileURLToPath(new URL('../../../shared/data/easypost/', import.meta.url));
const isThere = existsSync(FOLDER);
if (!isThere) {
  process.stderr.write(`SKIPPED: EasyPost's recorded exchanges: there is no ${FOLDER}\n`);
}

interface Recording {
  readonly log: {
    readonly entries: readonly {
      readonly request: {
        readonly method: string;
        readonly url: string;
        readonly postData?: { readonly text: string };
      };
      readonly response: {
        readonly status: number;
        readonly headers: readonly { readonly name: string; readonly value: string }[];
        readonly content: { readonly text?: string };
      };
    }[];
  };
}

const recordings = (isThere ? readdirSync(FOLDER) : [])
  .filter((name) => /^(Tracker|Webhook|Event|Error)-.*\.har$/.test(name))
  .map((name) => ({
    name,
    entries: (JSON.parse(readFileSync(FOLDER + name, 'utf8')) as Recording).log.entries,
  }));

let virtual: VirtualHub;
let engine: Awaited<ReturnType<typeof startWebhooks>>;
let receiver: Awaited<ReturnType<typeof openReceiver>>;
let authorization: string;
beforeAll(async () => {
  virtual = await openVirtualHub();
  await virtual.connect('sandbox');
  engine = await startWebhooks(virtual.hub);
  receiver = await openReceiver();
  const { text } = await virtual.hub.newKey();
  authorization = `Basic ${Buffer.from(`${text}:`).toString('base64')}`;
  // Its events are those that the recordings ask for.
  await create('webhooks', { webhook: { url: receiver.url } });
  for (const code of ['EZ1000000001', 'EZ4000000004', 'EZ6000000006']) {
    await create('trackers', { tracker: { tracking_code: code } });
  }
  await virtual.runUntil(virtual.hub.clock.nowMs() + 86_400_000);
  await engine.idle();
});
afterAll(async () => {
  await engine.stop();
  receiver.close();
  await virtual.close();
});

async function create(path: string, body: object): Promise<void> {
  const headers = { authorization, 'content-type': 'application/json' };
  const url = `${virtual.hub.url}/compat/easypost/v2/${path}`;
  const { ok } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(ok).toBe(true);
}

/** The types of each member: `tracking_details[].datetime` → `string`. */
function typesOf(value: unknown, at = '', found = new Map<string, Set<string>>()) {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  found.set(at, (found.get(at) ?? new Set()).add(type));
  if (Array.isArray(value)) for (const each of value) typesOf(each, `${at}[]`, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) typesOf(member, `${at}.${name}`, found);
  }
  return found;
}

/** Members that have a value in no recording, and their types by EasyPost's client 8.9. */
const UNRECORDED: Readonly<Record<string, string>> = {
  signed_by: 'string',
  weight: 'number',
  est_delivery_date: 'string',
  est_delivery_date_local: 'string',
  est_delivery_time_local: 'string',
  initial_delivery_attempt: 'string',
  country: 'string',
  city: 'string',
  state: 'string',
  zip: 'string',
  datetime: 'string',
};
/** What we may leave empty where EasyPost's recordings always had something. */
const NULLABLE = new Set([
  ...['est_delivery_date', 'service', 'shipment_id', 'origin_location'],
  ...['origin_tracking_location', 'destination_location'],
]);

/** The newest id of ours for each kind of object, to ask with in place of EasyPost's. */
const ids = new Map<string, string>();
const ID = /\b(trk|hook|evt)_[0-9a-f]{32}/;

async function answerTo(method: string, url: string, body: string | undefined) {
  const path = url
    .replace('https://api.easypost.com/v2', '')
    .replace(ID, (id, kind) => ids.get(kind) ?? id);
  const answer = await fetch(`${virtual.hub.url}/compat/easypost/v2${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: body.replace('http://example.com', receiver.url) }),
  });
  const value = (await answer.json()) as Partial<Record<'id', string>> &
    Partial<Record<'trackers' | 'events', readonly { readonly id: string }[]>>;
  const last = value.id ?? (value.trackers ?? value.events)?.at(-1)?.id ?? '';
  const [id, kind] = ID.exec(last) ?? [];
  if (id !== undefined && kind !== undefined) ids.set(kind, id);
  return { answer, value };
}

describe.skipIf(!isThere)('the exchanges of EasyPost’s own tests', () => {
  it('are all there', () => {
    expect(recordings.length).toBeGreaterThanOrEqual(18);
  });

  it.each(recordings)('$name', async ({ entries }) => {
    for (const { request, response } of entries) {
      const { method, url, postData } = request;
      const { answer, value } = await answerTo(method, url, postData?.text);
      const recorded: unknown = JSON.parse(response.content.text ?? '{}');
      if (response.status >= 400 || url.endsWith('/batches')) {
        // The hub sells no labels and insures nothing: it has no such paths.
        expect(answer.status).toBe(404);
        expect(Object.keys(value)).toEqual(['error']);
        expect([...typesOf(value).keys()]).toEqual(
          expect.arrayContaining(['.error', '.error.code', '.error.message', '.error.errors']),
        );
        continue;
      }
      expect(answer.status).toBe(response.status);
      const names = response.headers.map(({ name }) => name);
      for (const name of ['content-type', 'x-ep-request-uuid', 'location']) {
        expect([name, answer.headers.has(name)]).toEqual([name, names.includes(name)]);
      }
      expect(differences(typesOf(recorded), typesOf(value))).toEqual([]);
    }
  });

  it('have every member of our trackers in one recording or another', async () => {
    const theirs = new Set(
      recordings.flatMap(({ entries }) =>
        entries.flatMap(({ response }) => [
          ...typesOf(JSON.parse(response.content.text ?? '{}')).keys(),
        ]),
      ),
    );
    const { value } = await answerTo('GET', '/trackers?page_size=3', undefined);
    const ours = [...typesOf(value).keys()];
    const known = (name: string) =>
      theirs.has(name) || theirs.has(name.replace(/^\.trackers\[\]/, ''));
    expect(ours.filter((name) => !known(name))).toEqual([]);
  });
});

function differences(
  theirs: ReadonlyMap<string, ReadonlySet<string>>,
  ours: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  return [...theirs].flatMap(([path, types]) => {
    const own = ours.get(path);
    // A list that is empty here, or an object that is null, has no members to compare.
    if (own === undefined) {
      const parent = path.replace(/(\.\w+|\[\])$/, '');
      const isBare = ours.get(parent) === undefined || path.endsWith('[]');
      const isNull = [...(ours.get(parent) ?? [])].every((type) => type === 'null');
      return isBare || isNull ? [] : [`${path}: missing`];
    }
    const name = path.split('.').at(-1) ?? '';
    const allowed = new Set([...types, UNRECORDED[name] ?? '']);
    if (NULLABLE.has(name)) allowed.add('null');
    const others = [...own].filter((type) => !allowed.has(type));
    return others.map((type) => `${path}: ${type}, not ${[...types].join(' or ')}`);
  });
}
