import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FONT_FILES } from '../../src/http/console/kit/assets.ts';
import type { OpenApiDocument } from '../../src/http/docs/compact.ts';
import { guidesMadeHere } from '../../src/http/docs/made/made-here.ts';
import { areasOf } from '../../src/http/docs/pages/areas.ts';
import { docSite } from '../../src/http/docs/pages/docs-page.tsx';
import { ERRORS, guideNames, loadGuide } from '../../src/http/docs/pages/guides.ts';
import { markdownPath, WRITTEN_URL } from '../../src/http/docs/pages/markdown.ts';
import { docPictures } from '../../src/http/docs/pages/pictures.ts';
import { entriesOf } from '../../src/http/docs/pages/search-entries.ts';
import { withEsbuild } from '../../src/platform/with-esbuild.ts';
import { ICON, pagesOf, siteFiles } from './pages.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const SEARCH = '/docs/search';
const COPIED = {
  '/docs/docs.js': 'src/http/docs/pages/assets/docs.js',
  [ICON]: 'src/http/public/tracking/pages/assets/icon.svg',
};

/**
 * Writes the hub's docs as a site of files: the same pages, and a search that needs no server. It
 * loads nothing from elsewhere.
 */
export async function buildDocsSite(folder: string): Promise<void> {
  const document: OpenApiDocument = JSON.parse(
    await readFile(join(ROOT, 'docs/openapi.json'), 'utf8'),
  );
  const guides = [...guideNames().map(loadGuide), ...(await guidesMadeHere())];
  const areas = areasOf(document);
  const site = docSite(document, guides, WRITTEN_URL);
  const names = guides.map(({ name }) => name);
  const others = new Map<string, string | Buffer>([
    ['/openapi.json', JSON.stringify(document)],
    ['/llms.txt', site.llms()],
    ...docPictures().map(({ path, bytes }): [string, Buffer] => [path, bytes]),
    ...[...names, ERRORS].map((name): [string, string] => [
      markdownPath(name),
      site.markdown(`${name}.md`) ?? '',
    ]),
    ...FONT_FILES,
  ]);
  const files = siteFiles(pagesOf(site, { guides: names, areas: areas.map(({ slug }) => slug) }), [
    ...others.keys(),
    ...Object.keys(COPIED),
  ]);
  await rm(folder, { recursive: true, force: true });
  for (const [path, content] of [...others, ...files]) await write(folder, path, content);
  for (const [path, source] of Object.entries(COPIED)) {
    await copyFile(join(ROOT, source), join(folder, path));
  }
  const entries = entriesOf(areas, guides).map((entry) => ({
    ...entry,
    href: entry.href.replace(/^[^#]*/, (path) => `${posix.relative(SEARCH, path)}/`),
  }));
  await write(folder, `${SEARCH}/entries.json`, JSON.stringify(entries));
  const page = files.get(`${SEARCH}/index.html`) ?? '';
  const searching = page.replace(
    '</body>',
    '<script type="module" src="search.js"></script></body>',
  );
  await write(folder, `${SEARCH}/index.html`, searching);
  await withEsbuild((build) =>
    build({
      entryPoints: [join(HERE, 'search-page.js')],
      outfile: join(folder, SEARCH, 'search.js'),
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      logLevel: 'error',
    }),
  );
  await write(
    folder,
    '/index.html',
    '<!doctype html><link rel="icon" href="docs/icon.svg"><meta http-equiv="refresh" content="0; url=docs/">',
  );
}

async function write(folder: string, path: string, content: string | Buffer): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(ROOT, process.argv[2] ?? 'dist/docs');
  await buildDocsSite(folder);
  process.stdout.write(`The docs are in ${folder}.\n`);
}
