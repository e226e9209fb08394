import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import PostalMime from 'postal-mime';
import { afterAll, describe, expect, it } from 'vitest';
import { cpuMsSince, runs } from '../../../kernel/test-runs.ts';
import { headerOf, openMailboxView, parseMail } from './mailbox-view.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'waybill-mailbox-'));
afterAll(() => rmSync(folder, { recursive: true }));

const compose = (mail: ConstructorParameters<typeof MailComposer>[0]): Promise<Buffer> =>
  new MailComposer(mail).compile().build();

describe('a mail', () => {
  it('is read as another program reads it, whatever is in it', async () => {
    const words = fc.array(fc.constantFrom('', 'größer', 'a', '=', '.', '-'.repeat(70)), {
      maxLength: 60,
    });
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      words.map((each) => each.join(' ')),
    );
    await fc.assert(
      fc.asyncProperty(
        line,
        line,
        fc.array(line, { maxLength: 5 }),
        async (subject, text, lines) => {
          const html = `<p>${lines.join('<br>\n')}</p>`;
          const bytes = await compose({
            from: 'Größe <a@b.example>',
            to: 'c@d.example',
            subject,
            text,
            html,
          });
          const ours = parseMail(bytes);
          const theirs = await PostalMime.parse(bytes);
          expect((headerOf(ours, 'subject') ?? '').trim()).toBe((theirs.subject ?? '').trim());
          expect(headerOf(ours, 'from')).toBe('Größe <a@b.example>');
          const same = (value: string | null | undefined) =>
            (value ?? '').replace(/\r\n?/g, '\n').trimEnd();
          expect(same(ours.html)).toBe(same(theirs.html));
          if (text.trim() !== '') expect(same(ours.text)).toBe(same(theirs.text));
        },
      ),
      { seed: 11, numRuns: runs(60) },
    );
  });

  it('of any bytes is something, soon', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        expect(parseMail(bytes).headers).toBeInstanceOf(Array);
      }),
      { seed: 12 },
    );
    const nested = 'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n'.repeat(5_000);
    const blanks = `Subject: ${'=?utf-8?Q?a'.repeat(5_000)}${' '.repeat(50_000)}\r\n\r\n`;
    const before = process.cpuUsage();
    for (const text of [nested, blanks, `a:${'\r\n '.repeat(50_000)}`])
      parseMail(Buffer.from(text));
    expect(cpuMsSince(before)).toBeLessThan(10_000);
  });
});

describe('the mailbox', () => {
  const view = openMailboxView(folder);
  const idOf = (index: number) => `0190000${index}-0000-7000-8000-000000000000`;

  it('is empty where there is no folder yet', async () => {
    const page = await openMailboxView(`${folder}/none`).list({ before: null, limit: 5 });
    expect(page).toEqual({ messages: [], next: null, total: 0 });
  });

  it('shows messages newest first, page by page, and no other file', async () => {
    const mail = await compose({
      from: 'a@b.c',
      to: 'd@e.f',
      subject: 'Größe',
      html: '<b>x</b>',
      date: new Date(0),
    });
    writeFileSync(`${folder}/${idOf(1)}.${idOf(9)}.eml`, mail);
    const sms = { kind: 'sms', to: '+49', text: 'hello', at: '2026-03-10T12:00:00Z' };
    writeFileSync(`${folder}/${idOf(2)}.${idOf(9)}.json`, JSON.stringify(sms));
    writeFileSync(`${folder}/${idOf(3)}.${idOf(9)}.json`, 'no json');
    writeFileSync(`${folder}/.${idOf(4)}.${idOf(9)}.eml.half`, 'half');
    writeFileSync(`${folder}/secret.txt`, 'no');
    const first = await view.list({ before: null, limit: 2 });
    expect(first.total).toBe(3);
    expect(first.messages.map(({ kind, subject }) => [kind, subject])).toEqual([
      ['webhook', ''],
      ['sms', 'hello'],
    ]);
    const second = await view.list({ before: first.next, limit: 2 });
    expect(second.messages).toMatchObject([
      {
        kind: 'email',
        subject: 'Größe',
        to: 'd@e.f',
        html: expect.stringContaining('<b>x</b>'),
        at: '1970-01-01T00:00:00.000Z',
      },
    ]);
    expect(second.next).toBeNull();
  });

  it('has no time of a message whose file does not contain one', async () => {
    const name = `${idOf(5)}.${idOf(9)}.json`;
    writeFileSync(`${folder}/${name}`, JSON.stringify({ kind: 'sms', at: 'never' }));
    expect(await view.read(name)).toMatchObject({ kind: 'sms', at: null });
  });

  it('opens nothing but its own files', async () => {
    for (const name of [
      '../package.json',
      'secret.txt',
      '',
      `${folder}/secret.txt`,
      'x.eml',
      `${idOf(7)}.${idOf(9)}.eml`,
    ]) {
      expect(await view.read(name)).toBeNull();
    }
  });
});
