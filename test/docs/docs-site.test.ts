import { expect, it } from 'vitest';
import { siteFiles } from '../../tools/docs-site/pages.ts';

const page = (path: string, body: string) => ({ path, html: `<body>${body}</body>` });

it('links of the docs site are relative, to pages and to files', () => {
  const pages = [
    page('/docs', '<a href="/docs/guides/x#part">x</a>'),
    page(
      '/docs/guides/x',
      '<h2 id="part">x</h2><a href="/docs">up</a><a href="/openapi.json">o</a>',
    ),
  ];
  const files = siteFiles(pages, ['/openapi.json']);
  expect(files.get('/docs/index.html')).toContain('href="guides/x/#part"');
  expect(files.get('/docs/guides/x/index.html')).toContain('href="../../"');
  expect(files.get('/docs/guides/x/index.html')).toContain('href="../../../openapi.json"');
});

it.each([
  ['<a href="/docs/gone">x</a>', '/docs: /docs/gone'],
  ['<img src="/docs/gone.png">', '/docs: /docs/gone.png'],
  ['<a href="/docs#gone">x</a>', '/docs: /docs#gone'],
  ['<a href="#gone">x</a>', '/docs: #gone'],
])('the docs site is not built with the dead link %s', (body, said) => {
  expect(() => siteFiles([page('/docs', body)], [])).toThrow(`lead nowhere:\n${said}`);
});
