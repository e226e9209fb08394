import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makeSignInLink,
  newFlow,
  registerClient,
  sealFlow,
  verifyByOperator,
} from '../../../merchants/index.ts';
import type { Answered } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { csrfOf } from '../hub/test-console.ts';
import { cookiesOf, openTestDesk, PASSWORD, type TestDesk } from '../kit/test-desk.ts';
import { flowCookie } from '../single-sign-on/flow.ts';

const REDIRECT = 'http://127.0.0.1:33418/callback';
const EMAIL = 'owner@shop.example';

let hub: TestHub;
let desk: TestDesk;
let clientId: string;

beforeAll(async () => {
  hub = await createTestHub();
  desk = await openTestDesk(hub, hub.members);
  await verifyByOperator(hub.members, EMAIL, { replace: false });
  const client = { name: 'Helpful assistant', redirectUris: [REDIRECT] };
  ({ id: clientId } = await registerClient(hub.members, client));
});
afterAll(() => hub?.close());

function request(state: string): string {
  const query = {
    ...{ response_type: 'code', client_id: clientId, redirect_uri: REDIRECT, state },
    ...{ code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' },
  };
  return `/console/authorize?${new URLSearchParams(query)}`;
}

const locationOf = ({ headers }: Answered) => headers.get('location') ?? '';
const both = (...cookies: readonly string[]) => cookies.filter(Boolean).join('; ');

/** Follows redirects to the consent page, and returns the answer there. */
async function openFrom(from: string, as: string): Promise<Answered> {
  let answer = await desk.visit(from, as);
  for (let n = 0; n < 3 && answer.status === 303; n += 1) {
    expect(locationOf(answer)).toMatch(/^\/console\//);
    answer = await desk.visit(locationOf(answer), as);
  }
  return answer;
}

/** Presses the button of a mailed link, in a browser with these cookies. */
async function press(cookies: string): Promise<Answered> {
  hub.clock.advance(60_000);
  const link = `/console/sign-in/link/${(await makeSignInLink(hub.members, EMAIL))?.token}`;
  const page = await desk.visit(link, cookies);
  return desk.visit(link, both(cookies, cookiesOf(page)), { csrf: csrfOf(page.text) });
}

describe('what a program asks for', () => {
  it('is not lost while its user signs in by a mailed link', async () => {
    const asked = cookiesOf(await desk.visit(request('a-state'), ''));
    const pressed = await press(asked);
    expect([pressed.status, locationOf(pressed)]).toEqual([303, '/console/authorize']);
    const browser = both(asked, cookiesOf(pressed));
    const consent = await openFrom(locationOf(pressed), browser);
    expect(consent.text).toContain('Allow Helpful assistant to read parcels of');
    expect(consent.text).toContain('name="state" value="a-state"');
    // The consent page shows it, so that it is not shown again after another sign-in.
    expect(consent.headers.getSetCookie().join()).toContain('waybill_desk_consent=; Max-Age=0');
    expect(locationOf(await press(''))).toBe('/console');
  });

  it('is not lost however long its query is, up to a limit', async () => {
    const state = `/?'@$ ${'s'.repeat(2_900)}`;
    const first = await desk.visit(request(state), '');
    const asked = cookiesOf(first);
    const page = await desk.visit(locationOf(first), asked);
    const next = /name="next" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const form = { csrf: csrfOf(page.text), email: EMAIL, password: PASSWORD, next };
    const signedIn = await desk.visit('/console/sign-in', both(asked, cookiesOf(page)), form);
    const consent = await openFrom(locationOf(signedIn), both(asked, cookiesOf(signedIn)));
    expect(consent.text).toContain('s'.repeat(2_900));

    const tooLong = await desk.visit(request('s'.repeat(3_650)), '');
    expect([tooLong.status, tooLong.headers.getSetCookie()]).toEqual([303, []]);
    const without = await desk.visit('/console/authorize', cookiesOf(signedIn));
    expect([without.status, without.text.includes('Connect again from the program')]).toEqual([
      ...[400, true],
    ]);
  });

  it('leads nowhere else, whatever the cookie says', async () => {
    for (const planted of [
      'https://evil.example/',
      '//evil.example',
      '/../evil',
      'client_id=x#y',
      `client_id=${'x'.repeat(4_000)}`,
      '',
    ]) {
      const cookie = `waybill_desk_consent=${planted}`;
      const answer = await desk.visit('/console/authorize', both(cookie, desk.owner));
      expect([planted, answer.status]).toEqual([planted, 400]);
      expect(locationOf(await press(cookie))).toBe('/console');
    }
    const cookie = 'waybill_desk_consent=client_id=x&redirect_uri=https%3A%2F%2Fevil.example';
    const answer = await desk.visit('/console/authorize', both(cookie, desk.owner));
    expect(locationOf(answer)).toMatch(/^\/console\/authorize\?client_id=x&/);
    expect((await desk.visit(locationOf(answer), desk.owner)).status).toBe(400);
  });

  it('fits into the cookie of a sign-in with a company account', () => {
    const next = `/console/authorize?${'s'.repeat(1_500)}`;
    const flow = newFlow(hub.members, crypto.randomUUID(), { kind: 'sign-in', next });
    const sealed = sealFlow(hub.members, flow);
    expect(sealed.length).toBeLessThan(3_000);
    const headers = { cookie: `waybill_desk_flow=${sealed}` };
    expect(flowCookie({ headers } as Parameters<typeof flowCookie>[0])).toBe(sealed);
  });
});
