import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../../bin/waybill.js', import.meta.url));

let data: string;
beforeEach(() => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-doctor-cli-'));
});
afterEach(() => rmSync(data, { recursive: true }));

function waybill(args: readonly string[], env: Record<string, string> = {}) {
  const base = { PATH: process.env['PATH'], WAYBILL_DATA: data, PORT: '0' };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    // Run from elsewhere: nothing may depend on the folder a command is given in.
    const options = { env: { ...base, ...env }, cwd: data };
    execFile(process.execPath, [BIN, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test('with bad settings doctor names each with the expected value, and fails', async () => {
  const { code, stdout } = await waybill(['doctor'], { LOG_LEVEL: 'loud', PORT: 'x' });
  expect(code).toBe(1);
  expect(stdout).toMatch(/FAIL {2}settings: PORT[\s\S]*FAIL {2}settings: LOG_LEVEL/);
  expect(stdout).toContain('2 failed');
});

test('every check is made, one fault does not hide the next', async () => {
  writeFileSync(path.join(data, 'master-key'), 'no key');
  const mappings = { WAYBILL_MAPPINGS: path.join(data, 'absent') };
  const { code, stdout } = await waybill(['doctor', '--json'], mappings);
  expect(code).toBe(1);
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const failed = findings.filter(({ verdict }) => verdict === 'fail');
  expect(new Set(failed.map(({ name }) => name))).toEqual(new Set(['master key', 'mappings']));
  expect(failed.every(({ fix }) => typeof fix === 'string' && fix !== '')).toBe(true);
  expect(findings.map(({ name }) => name)).toContain('PostgreSQL programs');
});

test('messages that go to people with links to this machine are warned of, until it has a public address', async () => {
  const file = path.join(data, 'channels.yaml');
  writeFileSync(
    file,
    'email: { provider: smtp, host: mail.example, from_address: a@hub.example }\n',
  );
  const channelsOf = async (env: Record<string, string>) => {
    const { stdout } = await waybill(['doctor', '--json'], { WAYBILL_CHANNELS: file, ...env });
    const lines = stdout.trim().split('\n');
    return lines.map((each) => JSON.parse(each)).filter(({ name }) => name === 'channels');
  };
  expect(await channelsOf({})).toEqual([
    {
      name: 'channels',
      verdict: 'warn',
      found: 'messages go out by smtp with links to the address the hub listens on',
      fix: 'Set WAYBILL_PUBLIC_URL to the address under which recipients reach the hub.',
    },
  ]);
  const reachable = { WAYBILL_PUBLIC_URL: 'https://track.example.com' };
  expect(await channelsOf(reachable)).toMatchObject([{ verdict: 'ok' }]);
});

test('an unknown command is refused with the way to the list', async () => {
  const { code, stderr } = await waybill(['strat']);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/unknown command[\s\S]*waybill --help/);
});

test('help names the verbs and loads no database driver, no server and no migrations', async () => {
  const { code, stdout } = await waybill(['--help']);
  expect(code).toBe(0);
  for (const verb of ['start', 'migrate', 'doctor']) expect(stdout).toContain(verb);
  const program = new URL('../program.ts', import.meta.url).href;
  const loaded = `const { createProgram } = await import(${JSON.stringify(program)});
    createProgram().helpInformation();
    const { _cache } = (await import('node:module')).default;
    console.log(JSON.stringify(Object.keys(_cache)));`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', loaded];
  const files: string[] = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  expect(files.some((file) => file.includes('/commander/'))).toBe(true);
  expect(files.filter((file) => /node_modules\/(pg|knex|express)\//.test(file))).toEqual([]);
});
