import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { csrfOf, openTestConsole, type TestConsole } from '../hub/test-console.ts';
import { openTestDesk } from '../kit/test-desk.ts';

const AT = '/console/members';
let hub: TestHub;
let operators: TestConsole;
beforeAll(async () => {
  hub = await createTestHub();
  operators = await openTestConsole(hub);
});
afterAll(() => hub.close());

it('whoever signs in with a key creates an account as owner, and opens its link themselves', async () => {
  const { text } = await operators.visit(AT, operators.cookie);
  expect(text).toContain('Create your account');
  const form = { csrf: csrfOf(text), email: 'owner@shop.example', role: 'owner' };
  const invited = (await operators.visit(AT, operators.cookie, form)).text;
  expect(invited).toMatch(/href="[^"]+\/console\/join\/[\w-]{43}">Choose name and password</);
  expect(invited).not.toContain('Pass this link on');
  expect(invited).not.toContain('No members yet');
});

it('the form for something new is in the empty list, then in the head, and can be left', async () => {
  for (const [path, label] of [
    ['/console/keys', 'New key'],
    ['/console/webhooks', 'New webhook'],
  ] as const) {
    const { text } = await operators.visit(path, operators.cookie);
    const [before = '', form = '', ...more] = text.split('<details class="adding">');
    expect([path, more]).toEqual([path, []]);
    const isEmpty = before.includes('<div class="empty"><h2>No ');
    expect([path, isEmpty]).toEqual([path, path === '/console/webhooks']);
    expect(form).toContain(`<h2>${label}</h2>`);
    expect(form).toContain(`<a class="button" href="${path}">Cancel</a></div></form></details>`);
  }
});

it('an open invitation names who made it', async () => {
  const desk = await openTestDesk(hub, hub.members);
  const invited = await desk.visit(AT, desk.owner, { email: 'sam@shop.example', role: 'support' });
  expect(invited.text).toContain('Pass this link on to your colleague');
  const [row = ''] = invited.text.split('<tr').filter((each) => each.includes('sam@shop.example'));
  expect(row).toContain('data-label="Invited by">Olga Owner</td>');
});
