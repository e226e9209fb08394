import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../kernel/test-text.ts';
import { compileHtml } from './html-template.ts';
import { htmlText, mailAddress, plainLine, webAddress } from './text-template.ts';

const text = fc.oneof(
  anyText(),
  fc
    .array(fc.constantFrom(...'<>"\'&=`/ \n{}[]#:;()-!x'.split(''), 'javascript:', 'https://a.b/'))
    .map((pieces) => pieces.join('')),
);
const filled = (html: string, value: string) => compileHtml(html).fill({ v: value });

describe('HTML with places to fill in', () => {
  it('escapes text between tags and in attributes, so that it can end neither', () => {
    fc.assert(
      fc.property(text, (value) => {
        for (const [before, after] of [
          ['<p>', '</p>'],
          ['<title>', '</title>'],
          ['<img alt="', '">'],
          ['<!--[if mso]><b>', '</b><![endif]-->'],
        ] as const) {
          const out = filled(`${before}{{v}}${after}`, value);
          const inner = out.slice(before.length, out.length - after.length);
          expect(inner).not.toMatch(/[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96|#61);)/);
          expect(out.startsWith(before) && out.endsWith(after)).toBe(true);
        }
      }),
      { seed: 21 },
    );
  });

  it('takes an address of the web where one belongs, and nothing else', () => {
    fc.assert(
      fc.property(text, (value) => {
        const out = filled('<a href="{{v}}">', value);
        expect(out).toMatch(/^<a href="(?:#|https?:[^"<>]*|mailto:[^"<>?]+)">$/);
      }),
      { seed: 22 },
    );
    for (const bad of [
      'javascript:alert(1)',
      ' javascript:alert(1)',
      'java\nscript:x',
      'data:text/html,x',
      'vbscript:x',
      '//evil.example',
      'https://u:p@a.b',
      'mailto:a@b.c?bcc=d@e.f',
      '',
    ]) {
      expect([bad, filled('<a href="{{v}}">', bad)]).toEqual([bad, '<a href="#">']);
    }
    expect(filled('<a href="{{v}}">', 'https://a.b/?x=1&y="')).toBe(
      '<a href="https://a.b/?x&#61;1&amp;y&#61;%22">',
    );
  });

  it('takes a colour, and only that, where styles are', () => {
    fc.assert(
      fc.property(text, (value) => {
        for (const html of ['<p style="color:{{v}}">', '<style>a{color:{{v}}}</style>']) {
          expect(filled(html, value)).toBe(html.replace('{{v}}', 'inherit'));
        }
      }),
      { seed: 23 },
    );
    expect(filled('<td bgcolor="{{v}}">', '#0b6e4f')).toBe('<td bgcolor="#0b6e4f">');
  });

  it('is no layout where a value could not be made harmless', () => {
    for (const html of [
      '<script>{{v}}</script>',
      '<a href={{v}}>',
      '<p {{v}}>',
      '<{{v}}>',
      '<p onclick="{{v}}">',
      '<iframe srcdoc="{{v}}">',
      '<!-- {{v}} -->',
      '<form action="{{v}}">',
      '<!--*v-->',
      '<!--/v-->',
      '<!--*v--><!--/w-->',
      '<p <!--*v-->x<!--/v-->>',
    ]) {
      expect(() => compileHtml(html), html).toThrow(/^the layout/);
    }
  });

  it('writes a part as often as there is something for it, and each sees what is around it', () => {
    const list = compileHtml('<!--*rows--><b>{{v}}</b>{{w}}<!--/rows-->{{v}}');
    expect(list.fill({ v: 'o', w: '!', rows: [{ v: '1' }, { v: '2' }] })).toBe(
      '<b>1</b>!<b>2</b>!o',
    );
    expect(list.fill({ v: null })).toBe('');
    expect(list.fill({ rows: 'text', v: '{{w}}' })).toBe('{{w}}');
  });
});

describe('escaping', () => {
  it('leaves one line without anything unseen, which is right for a header too', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(plainLine(value)).not.toMatch(
          /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u,
        );
      }),
      { seed: 24 },
    );
    expect(plainLine('a\r\nBcc: b@c.d')).toBe('a Bcc: b@c.d');
    expect(plainLine('👩‍🚀 नमस्ते می‌خواهم')).toBe('👩‍🚀 नमस्ते می‌خواهم');
    expect(htmlText('a\u202eb')).toBe('a b');
  });

  it('knows addresses', () => {
    expect(webAddress('http://127.0.0.1:8080/x')).toBe('http://127.0.0.1:8080/x');
    expect(webAddress(`https://a.b/${'x'.repeat(2_000)}`)).toBeNull();
    expect(mailAddress('help@shop.example')).toBe('mailto:help@shop.example');
    expect(mailAddress('a@b.c,d@e.f')).toBeNull();
  });
});
