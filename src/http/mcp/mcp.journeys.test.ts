import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf } from '../testing/test-client.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';
import { assertOwnHost } from './allowed-host.ts';
import { connectAgent, type TestAgent } from './test-agent.ts';
import { ANSWER_BYTES_MAX, boundedText } from './tools/quoted.ts';

const READ = ['shipments:read', 'exceptions:read'] as const;
const WRITE = ['shipments:write', 'exceptions:write'] as const;
const READ_TOOLS = [
  'find_parcels',
  'get_parcel',
  'explain_status',
  'list_exceptions',
  'estimate_delivery',
  'carrier_performance',
];

let hub: TestHub;
let reader: TestAgent;
let writer: TestAgent;
let parcel: string;

beforeAll(async () => {
  hub = await createTestHub();
  await hub.workExceptions();
  const admin = callerOf(hub, (await hub.newKey()).text);
  const made = await admin('POST', '/v1/shipments', {
    tracking_number: '100000000007',
    carrier: 'fedex',
    order_id: '1001',
    recipient: { name: 'Ada Example', email: 'ada@example.com' },
    destination: { city: 'Berlin', country: 'DE', postal_code: '10115' },
  });
  parcel = String(made.body['id']);
  const opened = { shipment_id: parcel, kind: 'damaged' };
  expect((await admin('POST', '/v1/exceptions', opened)).status).toBe(201);
  reader = await connectAgent(hub, (await hub.newKey({ scopes: READ })).text);
  writer = await connectAgent(hub, (await hub.newKey({ scopes: [...READ, ...WRITE] })).text);
});
afterAll(async () => {
  await reader?.close();
  await writer?.close();
  await hub?.close();
});

const post = (headers: Record<string, string>, body: unknown = PING) =>
  callerOf(hub, null)('POST', '/mcp', body, headers);
const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };

describe('a request to /mcp', () => {
  it('without a key gets 401 and where to get access', async () => {
    for (const authorization of [
      '',
      'Bearer wb_test_unknown',
      'Bearer wbo_unknown',
      'Basic eA==',
    ]) {
      const answer = await post(authorization === '' ? {} : { authorization });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe(
        `Bearer resource_metadata="${hub.url}/.well-known/oauth-protected-resource/mcp"`,
      );
      expect(answer.body).toMatchObject({ jsonrpc: '2.0', id: null });
    }
  });

  it('answers errors as JSON-RPC, and other methods with 405', async () => {
    const authorization = `Bearer ${(await hub.newKey()).text}`;
    expect((await post({ authorization }, 'no json')).status).toBe(400);
    expect((await post({ authorization }, { jsonrpc: '1.0' })).status).toBe(400);
    expect((await post({ authorization }, [PING, PING])).body).toMatchObject({ error: {} });
    expect((await post({ authorization }, '[]')).status).toBe(400);
    const get = await callerOf(hub, null)('GET', '/mcp', undefined, { authorization });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    for (const method of ['constructor', 'tools/none']) {
      const unknown = await post({ authorization }, { ...PING, method });
      expect(unknown.body).toMatchObject({ error: { code: -32_601 } });
    }
    expect((await post({ authorization })).body).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  it('is refused for another host or origin, which a web page made up', async () => {
    const authorization = `Bearer ${(await hub.newKey()).text}`;
    const answer = await post({ authorization, origin: 'http://evil.example' });
    expect(answer.status).toBe(403);
    expect((await post({ authorization, origin: hub.url })).status).toBe(200);
    const check = (host: string, origin?: string) => () =>
      assertOwnHost({ headers: { host, ...(origin && { origin }) } }, 'https://hub.example');
    for (const host of ['hub.example', 'hub.example:443', 'localhost:80', '127.0.0.1', '[::1]:9']) {
      expect(check(host, `http://${host}`)).not.toThrow();
    }
    for (const host of ['evil.example', 'hub.example.evil.example', '127.0.0.1.evil.example', '']) {
      expect(check(host)).toThrow();
      expect(check('localhost', `http://${host}`)).toThrow();
    }
    expect(check('localhost', 'null')).toThrow();
  });
});

describe('an assistant with a key', () => {
  it('is offered tools that only read, marked as such, unless a scope names more', async () => {
    expect(await reader.tools()).toEqual(READ_TOOLS);
    const { tools } = await writer.client.listTools();
    expect(tools.map(({ name }) => name).slice(READ_TOOLS.length)).toEqual([
      'register_parcel',
      'draft_message',
      'work_case',
    ]);
    for (const { name, annotations } of tools) {
      expect([name, annotations]).toMatchObject([
        name,
        { readOnlyHint: READ_TOOLS.includes(name), destructiveHint: name === 'work_case' },
      ]);
    }
    const admin = await connectAgent(hub, (await hub.newKey()).text);
    expect(await admin.tools()).toEqual(READ_TOOLS);
    const refused = await admin.use('register_parcel', { tracking_number: '100000000014' });
    expect(refused.text).toContain('shipments:write');
    await admin.close();
    const bare = await connectAgent(hub, (await hub.newKey({ scopes: ['webhooks:read'] })).text);
    expect(await bare.tools()).toEqual([]);
    expect((await bare.use('find_parcels')).isError).toBe(true);
    await bare.close();
  });

  it('finds a parcel by order or number, and reads it by either', async () => {
    const found = await reader.use('find_parcels', { order_id: '1001' });
    expect(found.body).toMatchObject({ parcels: [{ id: parcel, status: 'created' }] });
    for (const named of [{ id: parcel }, { tracking_number: '1000 0000 0007' }]) {
      const { body } = await reader.use('get_parcel', named);
      expect(body).toMatchObject({ parcel: { id: parcel, order_ids: ['1001'] }, events: [] });
      expect(JSON.stringify(body)).toContain('Ada Example');
    }
    const why = await reader.use('explain_status', { id: parcel });
    expect(why.body).toMatchObject({ open_exceptions: [{ kind: 'damaged' }] });
  });

  it('learns what is wrong with its input, or that there is no such parcel', async () => {
    const wrong = await reader.use('get_parcel', { order: '1001' });
    expect(wrong.isError).toBe(true);
    expect(wrong.text).toContain('/order');
    for (const named of [{ id: crypto.randomUUID() }, { id: 'x' }, { tracking_number: '1' }]) {
      const missing = await reader.use('get_parcel', named);
      expect(missing.body).toMatchObject({ error: 'not_found' });
    }
    expect((await reader.use('get_parcel')).body).toMatchObject({ error: 'bad_request' });
    await expect(reader.use('delete_everything')).rejects.toThrow('no such tool');
  });

  it('sees nothing of another merchant or mode', async () => {
    for (const other of [{ merchant: 'other' }, { mode: 'live' as const }]) {
      const agent = await connectAgent(hub, (await hub.newKey({ ...other, scopes: READ })).text);
      expect((await agent.use('find_parcels', {})).body).toMatchObject({ parcels: [] });
      expect((await agent.use('get_parcel', { id: parcel })).isError).toBe(true);
      expect((await agent.use('list_exceptions', {})).body).toMatchObject({ exceptions: [] });
      await agent.close();
    }
  });

  it('changes something only with the tools for it', async () => {
    const input = { tracking_number: '100000000021', carrier: 'fedex', order_id: '1002' };
    for (const tool of ['register_parcel', 'draft_message', 'work_case']) {
      expect((await reader.use(tool, input)).body).toMatchObject({ error: 'forbidden' });
    }
    expect((await reader.use('find_parcels', { order_id: '1002' })).body).toMatchObject({
      parcels: [],
    });
    const made = await writer.use('register_parcel', input);
    expect(made.body).toMatchObject({ parcel: { status: 'created', order_ids: ['1002'] } });
    const draft = await writer.use('draft_message', {
      tracking_number: input.tracking_number,
      subject: 'Your parcel',
      text: 'It is on its way.',
    });
    expect(draft.body).toMatchObject({ sent: false });
    expect(draft.text).toContain(`${hub.url}/console/write?id=`);
    const cases = await writer.use('list_exceptions', {});
    const [first] = cases.body['exceptions'] as readonly { readonly id: string }[];
    const exception_id = first?.id;
    const worked = await writer.use('work_case', { exception_id, note: 'Asked.', owner: 'Kim' });
    expect(worked.body).toMatchObject({ exception: { owner: { untrusted_text: 'Kim' } } });
    const closed = await writer.use('work_case', { exception_id, close_as: 'resolved' });
    expect(closed.body).toMatchObject({ exception: { state: 'closed' } });
    expect((await writer.use('work_case', { exception_id })).isError).toBe(true);
    const { rows } = await hub.db.pipeline.query(
      'select actor, program, action from member_actions order by action',
    );
    const byKey = { actor: 'api_key', program: null };
    expect(rows).toEqual([
      { ...byKey, action: 'draft_message' },
      { ...byKey, action: 'register_parcel' },
      { ...byKey, action: 'work_case' },
      { ...byKey, action: 'work_case' },
    ]);
  });

  it('reads the guides and gets a prompt for support', async () => {
    const { resources } = await reader.client.listResources();
    expect(resources.map(({ uri }) => uri)).toContain('waybill://docs/merchants');
    const { contents } = await reader.client.readResource({ uri: 'waybill://docs/merchants' });
    expect(contents).toMatchObject([
      { mimeType: 'text/markdown', text: expect.stringMatching(/^# /) },
    ]);
    for (const uri of ['waybill://docs/../package', 'file:///etc/passwd', 'waybill://docs/none']) {
      await expect(reader.client.readResource({ uri })).rejects.toThrow();
    }
    const { prompts } = await reader.client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['support']);
    const prompt = await reader.client.getPrompt({
      name: 'support',
      arguments: { question: 'Where is it?', order_id: '1001' },
    });
    expect(JSON.stringify(prompt)).toContain('1001');
  });
});

describe('an answer', () => {
  it('has at most so many bytes, and says how many rows are missing', () => {
    const rows = Array.from({ length: 500 }, (_, n) => ({ n, text: 'é'.repeat(200) }));
    const text = boundedText({ rows, small: [1] });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(ANSWER_BYTES_MAX);
    const { rows: shown, left_out: leftOut, small } = JSON.parse(text);
    expect([shown.length + leftOut, small]).toEqual([500, [1]]);
    expect(boundedText({ one: 'x'.repeat(50_000) })).toContain('too long');
  });
});
