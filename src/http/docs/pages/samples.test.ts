import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { API_OPERATIONS } from '../../testing/test-operations.ts';
import { openApiDocument } from '../openapi.ts';
import { areasOf } from './areas.ts';
import { readGuide } from './guides.ts';
import { curl, python, typescript } from './samples.tsx';

const publicUrl = 'https://track.example.com';
const WRITE = {
  method: 'post',
  path: '/shipments/{id}/status',
  operation: {
    security: [{ api_key: ['shipments:write'] }],
    requestBody: {
      content: { 'application/json': { example: { note: "it's true", sure: true, at: null } } },
    },
    responses: { 200: { description: 'Done.', content: { 'application/json': {} } } },
  },
  publicUrl,
};
const DELETE = {
  ...WRITE,
  method: 'delete',
  operation: { security: [], responses: { 204: { description: 'Gone.' } } },
};

it('gives a command to paste for each operation', () => {
  expect(curl(WRITE)).toBe(
    [
      'curl -X POST "https://track.example.com/v1/shipments/$ID/status"',
      '-H "Authorization: Bearer $WAYBILL_API_KEY"',
      "-H 'Content-Type: application/json'",
      `-d '{\n  "note": "it'\\''s true",\n  "sure": true,\n  "at": null\n}'`,
    ].join(' \\\n  '),
  );
  expect(curl(DELETE)).toBe('curl -X DELETE "https://track.example.com/v1/shipments/$ID/status"');
});

it('gives the same with fetch', () => {
  expect(typescript(WRITE)).toBe(`\
const response = await fetch(\`https://track.example.com/v1/shipments/\${id}/status\`, {
  method: 'POST',
  headers: {
    Authorization: \`Bearer \${process.env.WAYBILL_API_KEY}\`,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    "note": "it's true",
    "sure": true,
    "at": null
  }),
});
console.log(await response.json());`);
  expect(typescript(DELETE)).toMatch(
    /status`, \{\n {2}method: 'DELETE',\n\}\);\n.*response\.status/,
  );
});

it('gives the same for Python, with its own constants and unchanged texts', () => {
  expect(python(WRITE)).toBe(`\
import os
import requests

response = requests.post(
    f"https://track.example.com/v1/shipments/{id}/status",
    headers={"Authorization": f"Bearer {os.environ['WAYBILL_API_KEY']}"},
    json={
        "note": "it's true",
        "sure": True,
        "at": None
    },
)
print(response.json())`);
  expect(python(DELETE)).not.toMatch(/import os|headers|json/);
});

it('gives samples in each language that its parser accepts', ({ skip }) => {
  const calls = areasOf(openApiDocument('0.0.0', API_OPERATIONS)).flatMap(({ operations }) =>
    operations.map((each) => ({ ...each, publicUrl })),
  );
  expect(calls.length).toBeGreaterThan(100);
  const parsed = (command: string, args: readonly string[], texts: readonly string[]) =>
    spawnSync(command, args, { input: JSON.stringify(texts), encoding: 'utf8' });
  const compile =
    'const Async = (async () => {}).constructor; for (const text of JSON.parse(require("fs").readFileSync(0))) new Async(text)';
  const { status, stderr } = parsed(process.execPath, ['-e', compile], calls.map(typescript));
  expect([status, stderr]).toEqual([0, '']);
  const checked = parsed(
    'python3',
    ['-c', 'import ast, json, sys; [ast.parse(text) for text in json.load(sys.stdin)]'],
    calls.map(python),
  );
  skip(checked.error !== undefined, 'not run: there is no python3 on this machine');
  expect([checked.status, checked.stderr]).toEqual([0, '']);
});

it('shows adjacent samples of a guide in tabs, and others as they are', () => {
  const block = (language: string) => `\`\`\`${language}\n${language} < 1\n\`\`\`\n`;
  const all = ['sh', 'ts', 'python'].map(block).join('');
  const { html } = readGuide('x', `# X\n\n${block('sh')}\n${block('ts')}\nThen\n\n${all}`);
  expect(html.match(/class="samples"/g)).toHaveLength(1);
  expect(html).toMatch(/<p>Then<\/p>\n<div class="samples"><p class="tabs"/);
});
