import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { CHANNEL_KINDS } from '../contract.ts';
import { formatChannelsProblem, readChannelsFile } from './channels-file.ts';
import { loadChannelPlugins } from './plugin.ts';

const plugins = await loadChannelPlugins();
const ENV = { SMTP_PASSWORD: 'a-test-password', EMPTY: ' ' };

function read(text: string) {
  return readChannelsFile(text, plugins, ENV);
}

function problemsOf(text: string): string[] {
  const answer = read(text);
  return answer.ok ? [] : answer.problems.map((it) => formatChannelsProblem('channels.yaml', it));
}

const SMTP = 'provider: smtp, host: mail.example, from_address: a@shop.example';

describe('the file of channels', () => {
  it('that is shipped sends everything to the mailbox', () => {
    const answer = read(readFileSync(`${PROJECT_ROOT}config/channels.yaml`, 'utf8'));
    if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
    for (const kind of CHANNEL_KINDS) {
      const providers = answer.file.channels.get(kind)?.map(({ plugin }) => plugin.provider);
      expect(providers).toEqual(['mailbox']);
    }
  });

  it('may name several of a kind, with secrets of the environment', () => {
    const answer = read(`
email:
  - { ${SMTP}, username: u, password: "\${SMTP_PASSWORD}" }
  - provider: mailbox
`);
    if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
    const [first, second] = answer.file.channels.get('email') ?? [];
    expect(first?.config).toMatchObject({ password: 'a-test-password', port: 587 });
    expect(second?.plugin.provider).toBe('mailbox');
  });

  it('may be empty', () => {
    for (const text of ['', '# nothing', '{}']) expect(read(text).ok).toBe(true);
  });

  it('names line, member and cure of all that is wrong with it', () => {
    expect(
      problemsOf(`email:
  - provider: smtp
    host: mail server
    from_address: a@shop.example
    password: in-clear
  - provider: pigeon
sms:
  provider: twilio
  account_sid: AC0
pigeon: { provider: mailbox }
`),
    ).toEqual([
      expect.stringMatching(
        /^channels\.yaml:5 \/email\/0\/password: a secret must not be in the file\. /,
      ),
      expect.stringMatching(/^channels\.yaml:3 \/email\/0\/host: expected a host name\. /),
      expect.stringMatching(
        /^channels\.yaml:6 \/email\/1\/provider: no such provider for email\. Use mailbox, sendgrid, ses, smtp\.$/,
      ),
      expect.stringMatching(/^channels\.yaml:9 \/sms\/account_sid: /),
      expect.stringMatching(/^channels\.yaml:[89] \/sms\/auth_token: /),
      expect.stringMatching(/^channels\.yaml:10 \/pigeon: "pigeon" is not a channel kind\. /),
    ]);
  });

  it.each([
    ['a variable that is not set', `email: { ${SMTP}, password: "\${NOWHERE}" }`, 'NOWHERE'],
    ['a variable that is empty', `email: { ${SMTP}, password: "\${EMPTY}" }`, 'EMPTY'],
    ['a member that is unknown', `email: { ${SMTP}, hots: x }`, 'hots'],
    ['a provider of another kind', 'sms: { provider: smtp }', 'no such provider for sms'],
    ['a list at the top', '- email', 'the file is not a map'],
    ['an empty list', 'email: []', 'there are 0 channels'],
    ['what is no YAML', 'email: { provider: [', 'channels.yaml:1'],
    ['an address of the API that is none', `email: { ${SMTP}, api_url: "ftp://x" }`, 'api_url'],
    ['the same kind twice', 'email: { provider: mailbox }\nemail: { provider: mailbox }', ':2'],
  ])('is refused with %s', (_, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).not.toEqual([]);
    expect(problems.join('\n')).toContain(expected);
    expect(problems.join('\n')).not.toContain('a-test-password');
  });

  it('does not let aliases grow', () => {
    const bomb = `a: &a [${Array(50).fill('x').join()}]\nb: &b [${Array(50).fill('*a').join()}]\nemail: [*b]`;
    expect(read(bomb).ok).toBe(false);
  });
});

it('is written in the guide as it is read: every example there can be used', () => {
  const guide = readFileSync(`${PROJECT_ROOT}docs/channels.md`, 'utf8');
  const examples = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  expect(examples.length).toBeGreaterThan(8);
  const account = { project_id: 'a-project', client_email: 'a@b.example' };
  const env = {
    ...ENV,
    TWILIO_SID: `AC${'0'.repeat(32)}`,
    TWILIO_TOKEN: 'a-test-auth-token',
    TWILIO_SERVICE: `MG${'0'.repeat(32)}`,
    SES_KEY_ID: 'AKIATESTTESTTEST0001',
    SES_SECRET: 'a-test-secret-access-key',
    SENDGRID_KEY: 'SG.a-test-key.of-nobody',
    SENDGRID_WEBHOOK_KEY: 'A'.repeat(124),
    FCM_SERVICE_ACCOUNT: JSON.stringify({
      ...account,
      private_key: '-----BEGIN PRIVATE KEY-----\na test key\n',
    }),
    VAPID_PUBLIC: `B${'A'.repeat(86)}`,
    VAPID_PRIVATE: 'A'.repeat(43),
    WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
    ZENDESK_TOKEN: 'a-test-zendesk-token',
    HELPDESK_TOKEN: 'a-test-helpdesk-token',
  };
  const providers = new Set<string>();
  for (const text of examples) {
    const answer = readChannelsFile(text, plugins, env);
    expect(answer.ok ? [] : answer.problems, text).toEqual([]);
    if (!answer.ok) continue;
    for (const { plugin } of [...answer.file.channels.values()].flat())
      providers.add(plugin.provider);
  }
  const all = plugins.list().map(({ provider }) => provider);
  expect([...providers, 'mailbox'].sort()).toEqual(all);
});
