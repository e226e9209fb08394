import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap, type Role } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { csrfOf } from '../../console/hub/test-console.ts';
import { openTestDesk, PASSWORD, type TestDesk } from '../../console/kit/test-desk.ts';
import { callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { agentOver, connectAgent } from '../test-agent.ts';
import { loadTestSdk } from '../test-sdk.ts';

const REDIRECT = 'http://127.0.0.1:33418/callback';
const { Transport, UnauthorizedError } = await loadTestSdk();

let hub: TestHub;
let desk: TestDesk;
let merchant: ReturnType<typeof callerOf>;
const cookies = {} as Record<Role, string>;

beforeAll(async () => {
  hub = await createTestHub();
  await hub.workExceptions();
  await bootstrap(
    { db: hub.db, clock: hub.clock, randomBytes: systemRandom },
    'wb_test_first_not_secret',
  );
  desk = await openTestDesk(hub, hub.members);
  cookies.owner = desk.owner;
  for (const role of ['support', 'analyst', 'developer'] as const) {
    cookies[role] = await desk.member(`${role}@shop.example`, role);
  }
  const key = await hub.newKey({ merchant: 'default' });
  merchant = callerOf(hub, key.text);
  await merchant('POST', '/v1/shipments', {
    tracking_number: '100000000007',
    carrier: 'fedex',
    order_id: '1001',
    recipient: { name: 'Ada Example' },
    metadata: { note: 'for Ada' },
  });
});
afterAll(() => hub?.close());

interface Memory {
  client?: { readonly client_id: string };
  tokens?: {
    readonly access_token: string;
    readonly refresh_token?: string;
    readonly scope?: string;
  };
  verifier?: string;
  asked?: URL;
}

/** A program that uses the SDK's own OAuth, with its memory. */
function program() {
  const memory: Memory = {};
  const provider = {
    redirectUrl: REDIRECT,
    clientMetadata: {
      client_name: 'Helpful assistant',
      redirect_uris: [REDIRECT],
    },
    state: () => 'a-state',
    clientInformation: () => memory.client,
    saveClientInformation(client: { readonly client_id: string }) {
      memory.client = client;
    },
    tokens: () => memory.tokens,
    saveTokens(tokens: NonNullable<Memory['tokens']>) {
      memory.tokens = tokens;
    },
    redirectToAuthorization(url: URL) {
      memory.asked = url;
    },
    saveCodeVerifier(verifier: string) {
      memory.verifier = verifier;
    },
    codeVerifier: () => memory.verifier ?? '',
  };
  const newTransport = () => new Transport(new URL(`${hub.url}/mcp`), { authProvider: provider });
  return { memory, newTransport };
}

/** The page's form as a member sends it, and where the browser is led then. */
async function decide(
  url: URL,
  as: string,
  more: Record<string, string> | [string, string][] = {},
) {
  const path = url.pathname + url.search;
  const page = await desk.visit(path, as);
  const form = new URLSearchParams(url.searchParams);
  form.set('csrf', csrfOf(page.text));
  form.set('decision', 'allow');
  for (const [name, value] of Array.isArray(more) ? more : Object.entries(more)) {
    if (name === 'write') form.append(name, value);
    else form.set(name, value);
  }
  const answer = await desk.visit('/console/authorize', as, form);
  const to = /content="0; url=([^"]+)"/.exec(answer.text)?.[1]?.replaceAll('&amp;', '&');
  return { page, answer, to: to === undefined ? null : new URL(to) };
}

/** A connected program, allowed by somebody. */
async function allowed(as: string, writes: readonly string[] = []) {
  const { memory, newTransport } = program();
  const first = newTransport();
  await expect(agentOver(first)).rejects.toThrow(UnauthorizedError);
  const asked = memory.asked as URL;
  const { page, to } = await decide(
    asked,
    as,
    writes.map((each) => ['write', each]),
  );
  await first.finishAuth(to?.searchParams.get('code') ?? '');
  const agent = await agentOver(newTransport());
  return { memory, agent, asked, page, to };
}

const form = (path: string, fields: Record<string, string>) =>
  callerOf(hub, null)('POST', path, new URLSearchParams(fields).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });

describe('a program', () => {
  it('finds out where to register, registers, and gets tokens by a member’s consent', async () => {
    const { memory, agent, asked, page, to } = await allowed(cookies.owner);
    expect(asked.pathname).toBe('/console/authorize');
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'shipments:read exceptions:read shipments:write exceptions:write',
      resource: `${hub.url}/mcp`,
    });
    expect(page.text).toContain('Allow Helpful assistant to read parcels of');
    expect(page.text).toContain('127.0.0.1:33418');
    expect(to?.origin).toBe('http://127.0.0.1:33418');
    expect(to?.searchParams.get('state')).toBe('a-state');
    expect(to?.searchParams.get('iss')).toBe(hub.url);
    expect(memory.tokens).toMatchObject({
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'shipments:read exceptions:read',
    });
    const found = await agent.use('get_parcel', { tracking_number: '100000000007' });
    expect(found.text).toContain('Ada Example');
    expect(await agent.tools()).not.toContain('register_parcel');
    await agent.close();
  });

  it('stores no token in the clear, and its token opens nothing else', async () => {
    const { memory, agent } = await allowed(cookies.owner);
    const { access_token: access = '', refresh_token: refresh = '' } = memory.tokens ?? {};
    for (const table of ['oauth_tokens', 'oauth_grants', 'oauth_clients']) {
      const { rows } = await hub.db.pipeline.query(`select * from ${table}`);
      expect(JSON.stringify(rows)).not.toContain(access.slice(4));
    }
    const api = callerOf(hub, access);
    expect((await api('GET', '/v1/shipments')).status).toBe(401);
    expect((await callerOf(hub, refresh)('POST', '/mcp', {})).status).toBe(401);
    await agent.close();
  });

  it('refreshes its tokens; a refresh token used twice ends the access', async () => {
    const { memory, agent } = await allowed(cookies.owner);
    const first = memory.tokens?.refresh_token ?? '';
    hub.clock.advance(16 * 60_000);
    expect((await agent.use('find_parcels')).isError).toBe(false);
    expect(memory.tokens?.refresh_token).not.toBe(first);
    const client_id = memory.client?.client_id ?? '';
    const again = { grant_type: 'refresh_token', refresh_token: first, client_id };
    hub.clock.advance(31_000);
    const reused = await form('/oauth/token', again);
    expect([reused.status, reused.body['error']]).toEqual([400, 'invalid_grant']);
    await expect(agent.use('find_parcels')).rejects.toThrow();
    await agent.close();
  });

  it('may refresh several times at once, as when it calls several tools', async () => {
    const { memory, agent } = await allowed(cookies.owner);
    const client_id = memory.client?.client_id ?? '';
    const refresh_token = memory.tokens?.refresh_token ?? '';
    const sent = { grant_type: 'refresh_token', refresh_token, client_id };
    const answers = await Promise.all([form('/oauth/token', sent), form('/oauth/token', sent)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    for (const { body } of answers) {
      const opened = await connectAgent(hub, String(body['access_token']));
      expect((await opened.use('find_parcels')).isError).toBe(false);
      await opened.close();
    }
    await agent.close();
  });

  it('leaves no ended tokens behind, however long it is used', async () => {
    const { memory, agent } = await allowed(cookies.owner);
    const client_id = memory.client?.client_id ?? '';
    let refresh_token = memory.tokens?.refresh_token ?? '';
    for (let n = 0; n < 5; n += 1) {
      hub.clock.advance(16 * 60_000);
      const sent = { grant_type: 'refresh_token', refresh_token, client_id };
      refresh_token = String((await form('/oauth/token', sent)).body['refresh_token']);
    }
    const { rows } = await hub.db.pipeline.query(
      `select from oauth_tokens t join oauth_grants g on g.id = t.grant_id
       where g.client_id = $1 and t.kind = 'access'`,
      [client_id],
    );
    expect(rows).toHaveLength(1);
    await agent.close();
  });

  it('keeps its access when a parameter is missing, and learns when nobody knows it any more', async () => {
    const { memory, agent } = await allowed(cookies.owner);
    const refresh_token = memory.tokens?.refresh_token ?? '';
    const without = await form('/oauth/token', { grant_type: 'refresh_token', refresh_token });
    expect([without.status, without.body['error']]).toEqual([400, 'invalid_request']);
    expect((await agent.use('find_parcels')).isError).toBe(false);
    await agent.close();
    const client_id = crypto.randomUUID();
    const sent = { grant_type: 'refresh_token', refresh_token, client_id };
    const unknown = await form('/oauth/token', sent);
    expect([unknown.status, unknown.body['error']]).toEqual([401, 'invalid_client']);
  });

  it('loses its access when it gives the token back', async () => {
    const { memory, agent } = await allowed(cookies.owner);
    const token = memory.tokens?.access_token ?? '';
    const other = await form('/oauth/revoke', { token, client_id: crypto.randomUUID() });
    expect(other.status).toBe(200);
    expect((await agent.use('find_parcels')).isError).toBe(false);
    const client_id = memory.client?.client_id ?? '';
    expect((await form('/oauth/revoke', { token, client_id })).status).toBe(200);
    await expect(agent.use('find_parcels')).rejects.toThrow();
    await agent.close();
  });

  it('gets no code when the member does not allow it, and no scope it was not given', async () => {
    const { memory, newTransport } = program();
    await expect(agentOver(newTransport())).rejects.toThrow(UnauthorizedError);
    const asked = memory.asked as URL;
    const denied = await decide(asked, cookies.owner, { decision: 'deny' });
    expect(denied.to?.searchParams.get('error')).toBe('access_denied');
    expect(denied.to?.searchParams.get('code')).toBeNull();
    const unticked = await allowed(cookies.owner);
    expect(unticked.memory.tokens?.scope).toBe('shipments:read exceptions:read');
    expect((await unticked.agent.use('register_parcel', { tracking_number: '1' })).isError).toBe(
      true,
    );
    await unticked.agent.close();
    const ticked = await allowed(cookies.support, ['shipments:write', 'admin']);
    expect(ticked.memory.tokens?.scope).toBe('shipments:read exceptions:read shipments:write');
    const made = await ticked.agent.use('register_parcel', {
      ...{ tracking_number: '100000000028', carrier: 'fedex' },
    });
    expect(made.body).toMatchObject({ parcel: { status: 'created' } });
    await ticked.agent.close();
  });
});

describe('what a member allows', () => {
  it('is at most what their role permits: an analyst’s program sees no recipients', async () => {
    const { memory, agent, page } = await allowed(cookies.analyst, ['shipments:write']);
    expect(page.text).not.toContain('recipients’ names');
    expect(memory.tokens?.scope).toBe('shipments:read');
    const { text, body } = await agent.use('get_parcel', { tracking_number: '100000000007' });
    expect(text).not.toContain('Ada');
    expect(body).toMatchObject({ parcel: { people: 'hidden' } });
    // The page did not name recipients, so a later right does not show them either.
    const { rows } = await hub.db.pipeline.query<{ user_id: string }>(
      `select user_id from oauth_grants order by created_at desc, id desc limit 1`,
    );
    await hub.db.pipeline.query('insert into operators values ($1, $2, now())', [
      ...[rows[0]?.user_id, 'write'],
    ]);
    const later = await agent.use('get_parcel', { tracking_number: '100000000007' });
    expect(later.body).toMatchObject({ parcel: { people: 'hidden' } });
    await hub.db.pipeline.query('delete from operators where user_id = $1', [rows[0]?.user_id]);
    expect((await agent.use('find_parcels', { text: 'Ada' })).body).toMatchObject({
      error: 'forbidden',
    });
    await agent.close();
  });

  it('is logged with both their name and the program’s whenever it changes something', async () => {
    const writes = ['shipments:write', 'exceptions:write'];
    const { agent } = await allowed(cookies.support, writes);
    const number = { tracking_number: '100000000014', carrier: 'fedex' };
    const made = await agent.use('register_parcel', number);
    const { id: parcel } = made.body['parcel'] as { readonly id: string };
    const drafted = { id: parcel, subject: 'Your parcel', text: 'On its way.' };
    await agent.use('draft_message', drafted);
    await merchant('POST', `/v1/shipments/${parcel}/status`, { status: 'picked_up' });
    const opened = { shipment_id: parcel, kind: 'damaged' };
    const { body } = await merchant('POST', '/v1/exceptions', opened);
    const worked = { exception_id: body['id'], note: 'Asked.', owner: 'Kim' };
    await agent.use('work_case', worked);
    expect((await agent.use('work_case', { exception_id: body['id'] })).isError).toBe(true);
    const closed = { exception_id: body['id'], close_as: 'returned' };
    expect((await agent.use('work_case', closed)).text).toContain('closed');
    await agent.close();

    for (const [language, by, did] of [
      ['en', 'program “Helpful assistant”', 'prepared a message to a recipient'],
      ['de', 'Programm „Helpful assistant“', 'Nachricht an einen Empfänger vorbereitet'],
      ['fr', 'programme « Helpful assistant »', 'message à un destinataire préparé'],
      ['es', 'programa «Helpful assistant»', 'preparó un mensaje a un destinatario'],
    ] as const) {
      const headers = { 'accept-language': language };
      const log = await desk.visit('/console/actions', cookies.owner, undefined, headers);
      const ofThese = (row: string) => [parcel, body['id']].some((id) => row.includes(String(id)));
      const rows = log.text.split('<li').filter((row) => row.includes(by) && ofThese(row));
      expect([language, rows.length]).toEqual([language, 4]);
      for (const row of rows) expect(row).toContain('support of the shop');
      const about = (id: unknown) => rows.filter((row) => row.includes(String(id))).length;
      expect([about(parcel), about(body['id'])]).toEqual([2, 2]);
      expect(rows.join()).toContain(did);
      const shown = await desk.visit(
        `/console/exceptions/${body['id']}`,
        ...[cookies.owner, undefined, headers],
      );
      expect(shown.text.split('Helpful assistant')).toHaveLength(4);
    }
    const { history } = (await merchant('GET', `/v1/exceptions/${body['id']}`)).body as {
      readonly history: readonly { readonly type: string; readonly data: object }[];
    };
    expect(history.filter(({ data }) => 'program' in data).map(({ type }) => type)).toEqual([
      ...['changed', 'noted', 'closed'],
    ]);
    // A grant's id is no key's.
    const { rows: commands } = await hub.db.pipeline.query(
      `select requested->>'status' as status, api_key_id is null as is_no_key
       from command_attempts where shipment_id = $1 order by requested->>'status'`,
      [parcel],
    );
    expect(commands).toEqual([
      { status: 'picked_up', is_no_key: false },
      { status: 'returning', is_no_key: true },
    ]);
  });

  it('is listed for them, and ends when they end it or change their password', async () => {
    const { agent } = await allowed(cookies.developer);
    const list = await desk.visit('/console/programs', cookies.developer);
    expect(list.text).toContain('Helpful assistant');
    const id = /name="id" value="([0-9a-f-]{36})"/.exec(list.text)?.[1] ?? '';
    const foreign = await desk.visit('/console/programs', cookies.support, { id });
    expect(foreign.status).toBe(404);
    expect((await agent.use('find_parcels')).isError).toBe(false);
    expect((await desk.visit('/console/programs', cookies.developer, { id })).status).toBe(303);
    await expect(agent.use('find_parcels')).rejects.toThrow();
    await agent.close();
    const second = await allowed(cookies.developer);
    const changed = await desk.visit('/console/password', cookies.developer, {
      current: PASSWORD,
      next: 'some other four words',
    });
    expect(changed.status).toBe(303);
    await expect(second.agent.use('find_parcels')).rejects.toThrow();
    await second.agent.close();
  });
});

describe('a request for access', () => {
  const verifier = 'v'.repeat(43);
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  async function registered(uris: readonly unknown[], name: unknown = 'Program') {
    hub.clock.advance(600_000);
    const body = { client_name: name, redirect_uris: uris };
    return callerOf(hub, null)('POST', '/oauth/register', body);
  }
  async function asking(more: Record<string, string> = {}) {
    const { body } = await registered([REDIRECT]);
    const query = {
      ...{ response_type: 'code', client_id: String(body['client_id']), redirect_uri: REDIRECT },
      ...{ code_challenge, code_challenge_method: 'S256', state: 's', ...more },
    };
    return new URL(`${hub.url}/console/authorize?${new URLSearchParams(query)}`);
  }

  it('registers only https or the own machine, and a name of one line', async () => {
    for (const uri of [
      'http://shop.example/cb',
      'javascript:alert(1)',
      'https://shop.example/#x',
      'https://a@shop.example/',
      'http://localhost.evil.example/',
      'custom:/cb',
      7,
    ]) {
      const answer = await registered([uri]);
      expect([uri, answer.status, answer.body['error']]).toEqual([
        uri,
        400,
        'invalid_redirect_uri',
      ]);
    }
    expect((await registered([])).status).toBe(400);
    const named = await registered(['https://shop.example/cb'], 'A\u202e\nB');
    expect(named.body).toMatchObject({ client_name: 'A B', token_endpoint_auth_method: 'none' });
    expect((await callerOf(hub, null)('POST', '/oauth/register', 'x')).body).toMatchObject({
      error: 'invalid_request',
    });
  });

  it('is limited in number by client address', async () => {
    hub.clock.advance(3_600_000);
    const caller = callerOf(hub, null);
    const body = { redirect_uris: [REDIRECT] };
    const statuses = [];
    for (let n = 0; n < 11; n += 1) {
      statuses.push((await caller('POST', '/oauth/register', body)).status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.filter((status) => status === 201)).toHaveLength(10);
  });

  it('has room for a new program, however many others nobody allowed anything', async () => {
    hub.clock.advance(600_000);
    const { agent } = await allowed(cookies.owner);
    await hub.db.pipeline.query(
      `insert into oauth_clients (id, name, redirect_uris, created_at)
       select gen_random_uuid(), 'x', '{}', to_timestamp($1 / 1000.0) + n * interval '1 ms'
       from generate_series(1, 1200) n`,
      [hub.clock.nowMs()],
    );
    expect((await registered([REDIRECT])).status).toBe(201);
    const { rows } = await hub.db.pipeline.query(
      `select from oauth_clients c
       where not exists (select from oauth_grants g where g.client_id = c.id)`,
    );
    expect(rows).toHaveLength(1_000);
    await agent.close();
  });

  it('leads nowhere with an unknown program, or an address that is not the program’s', async () => {
    for (const more of [
      { redirect_uri: `${REDIRECT}/x` },
      { redirect_uri: 'https://evil.example/' },
      { redirect_uri: 'https://evil.example/', response_type: 'token' },
      { client_id: crypto.randomUUID() },
      { client_id: 'x' },
    ]) {
      const url = await asking(more);
      const page = await desk.visit(url.pathname + url.search, cookies.owner);
      expect([more, page.status]).toEqual([more, 400]);
      expect(page.text).toContain('<h1>The program cannot be connected</h1>');
      expect(page.text).not.toContain('://evil.example');
      const form = new URLSearchParams(url.searchParams);
      form.set('decision', 'allow');
      const sent = await desk.visit('/console/authorize', cookies.owner, form);
      expect([more, sent.status]).toEqual([more, 400]);
    }
    const url = await asking({ client_id: 'x' });
    for (const [language, title] of [
      ['de', 'Das Programm lässt sich nicht verbinden'],
      ['fr', 'Le programme ne peut pas être connecté'],
      ['es', 'No se puede conectar el programa'],
    ] as const) {
      const headers = { 'accept-language': language };
      const page = await desk.visit(url.pathname + url.search, cookies.owner, undefined, headers);
      expect(page.text).toContain(title);
    }
  });

  it('that is not valid leads back to the program with the error', async () => {
    for (const [more, error, words] of [
      [{ response_type: 'token' }, 'unsupported_response_type', 'response_type code'],
      [{ code_challenge_method: 'plain' }, 'invalid_request', 'code_challenge_method S256'],
      [{ code_challenge: 'short' }, 'invalid_request', 'of 43 characters'],
      [{ resource: 'https://evil.example/mcp' }, 'invalid_target', `${hub.url}/mcp`],
      [{ scope: 'admin' }, 'invalid_scope', 'shipments:read, exceptions:read'],
    ] as const) {
      const url = await asking(more);
      const page = await desk.visit(url.pathname + url.search, cookies.owner);
      const { to, answer } = await decide(url, cookies.owner);
      for (const { text } of [page, answer]) expect(text).toContain(`content="0; url=${REDIRECT}?`);
      expect([more, page.status, to?.origin]).toEqual([more, 200, new URL(REDIRECT).origin]);
      expect(Object.fromEntries(to?.searchParams ?? [])).toEqual({
        ...{ error, state: 's', iss: hub.url },
        error_description: expect.stringContaining(words),
      });
    }
    const url = await asking({ scope: 'exceptions:read' });
    const { to } = await decide(url, cookies.analyst);
    expect(to?.searchParams.get('error')).toBe('access_denied');
  });

  it('that is not valid leads to another machine only by a button', async () => {
    const redirect_uri = 'https://assistant.example/callback';
    const { body } = await registered([redirect_uri]);
    const more = { client_id: String(body['client_id']), redirect_uri, scope: 'admin' };
    const url = await asking(more);
    const page = await desk.visit(url.pathname + url.search, cookies.owner);
    expect(page.text).not.toContain('http-equiv');
    expect(page.text).toContain(`href="${redirect_uri}?error=invalid_scope`);
    expect(page.text).toContain('Continue to assistant.example only if');
  });

  it('is shown in the language of the member', async () => {
    const url = await asking({ scope: 'shipments:read shipments:write' });
    for (const [language, words] of [
      ['de', 'Pakete von'],
      ['fr', 'à lire les colis de'],
      ['es', 'lea los paquetes de'],
    ] as const) {
      const headers = { 'accept-language': language };
      const page = await desk.visit(url.pathname + url.search, cookies.owner, undefined, headers);
      expect(page.text).toContain(words);
    }
  });

  it('sends whoever is not signed in to the sign-in page and back', async () => {
    const url = await asking({ scope: 'shipments:read', resource: `${hub.url}/mcp` });
    const answer = await desk.visit(url.pathname + url.search, '');
    const next = new URL(answer.headers.get('location') ?? '', hub.url).searchParams.get('next');
    expect([answer.status, next]).toEqual([303, url.pathname + url.search]);
  });

  it('gives tokens once, for a minute, and only with the verifier of the program', async () => {
    const exchange = async (more: Record<string, string>, lateMs = 0) => {
      const url = await asking();
      const { to } = await decide(url, cookies.owner);
      hub.clock.advance(lateMs);
      const sent = {
        grant_type: 'authorization_code',
        code: to?.searchParams.get('code') ?? '',
        client_id: url.searchParams.get('client_id') ?? '',
        redirect_uri: REDIRECT,
        code_verifier: verifier,
        ...more,
      };
      return { sent, answer: await form('/oauth/token', sent) };
    };
    const { sent, answer } = await exchange({});
    expect(answer.status).toBe(200);
    const again = await form('/oauth/token', sent);
    expect(again.body).toMatchObject({ error: 'invalid_grant' });
    const key = String(answer.body['access_token']);
    expect((await callerOf(hub, key)('POST', '/mcp', {})).status).toBe(401);
    for (const wrong of [
      { code_verifier: 'w'.repeat(43) },
      { redirect_uri: `${REDIRECT}x` },
      { resource: 'https://evil.example/mcp' },
      { code: 'wbc_x' },
    ]) {
      expect([wrong, (await exchange(wrong)).answer.status]).toEqual([wrong, 400]);
    }
    const stranger = await exchange({ client_id: crypto.randomUUID() });
    expect(stranger.answer.body).toMatchObject({ error: 'invalid_client' });
    const otherProgram = String((await registered([REDIRECT])).body['client_id']);
    expect((await exchange({ client_id: otherProgram })).answer.status).toBe(400);
    expect((await exchange({}, 61_000)).answer.status).toBe(400);
    const other = await form('/oauth/token', { grant_type: 'password' });
    expect(other.body).toMatchObject({ error: 'unsupported_grant_type' });
  });
});
