import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import { vendoredFile } from '../../../platform/shipped.ts';
import { withEsbuild } from '../../../platform/with-esbuild.ts';
import { type DriverTexts, driverTexts } from './texts.ts';

/** A file of the app. */
interface AppFile {
  readonly body: Buffer;
  readonly contentType: string;
  /** Whether the name changes with the content, so that the file may be cached for ever. */
  readonly isHashed: boolean;
}

/** The app as it is served. */
export interface DriverApp {
  readonly page: Buffer;
  /** The files by name under `/driver/_/`. */
  readonly files: ReadonlyMap<string, AppFile>;
}

const SOURCES = new URL('../../driver-app/', import.meta.url);
const BASE = '/driver/_/';
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  png: 'image/png',
  wasm: 'application/wasm',
  webmanifest: 'application/manifest+json; charset=utf-8',
};
const ICONS_PX = [192, 512];
/**
 * The language level for browsers of 2022 and later, as are those with strict IndexedDB durability
 * and locks.
 */
const TARGET = 'es2022';

/**
 * Builds the app from its sources with esbuild, which runs as a separate process. The same sources
 * give the same files, so every process of an installation serves identical ones.
 * @param texts by language; absent: those of config/messages.
 */
export async function buildDriverApp(texts = driverTexts()): Promise<DriverApp> {
  const files = new Map<string, AppFile>();
  const add = (name: string, body: Buffer, isHashed = true) => {
    const contentType = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    files.set(name, { body, contentType, isHashed });
    return BASE + name;
  };
  return withEsbuild(async (build) => {
    const bundled = await bundleApp(build);
    for (const { path, contents } of bundled.outputFiles) {
      add(basename(path), Buffer.from(contents));
    }
    const entries = entryFiles(bundled.metafile.outputs);
    const languages = Object.fromEntries(
      [...texts].map(([language, { name, texts: own }]) => {
        const body = Buffer.from(JSON.stringify(own));
        return [language, { name, url: add(hashedName(`texts-${language}`, 'json', body), body) }];
      }),
    );
    const icons = ICONS_PX.map((sizePx) => {
      const body = drawIcon(sizePx);
      return { sizePx, src: add(hashedName(`icon-${sizePx}`, 'png', body), body) };
    });
    // All but the reader is precached: only browsers without a barcode detector need it.
    const precached = [...files].map(([name]) => BASE + name).filter((url) => !/reader/.test(url));
    const wasm = await readFile(vendoredFile('zxing-wasm/dist/reader/zxing_reader.wasm'));
    const readerUrl = add(hashedName('reader', 'wasm', wasm), wasm);
    const version = hashOf(Buffer.concat([...files.values()].map(({ body }) => body)));
    add('manifest.webmanifest', manifestOf(texts, icons), false);
    const extras = [...files].map(([name]) => BASE + name).filter((url) => /reader/.test(url));
    const page = pageOf(entries, icons[0]?.src ?? '', { version, languages, readerUrl });
    const pageUrl = add(hashedName('page', 'html', page), page);
    const worker = await bundleWorker(build, {
      APP_VERSION: version,
      APP_FILES: precached,
      APP_PAGE: pageUrl,
      APP_EXTRAS: extras,
    });
    add('service-worker.js', Buffer.from(worker.outputFiles[0]?.contents ?? []), false);
    return { page, files };
  });
}

type Build = typeof import('esbuild').build;

const SHARED = {
  absWorkingDir: fileURLToPath(SOURCES),
  bundle: true,
  minify: true,
  write: false,
  outdir: '.',
  target: TARGET,
  platform: 'browser',
  legalComments: 'none',
  charset: 'utf8',
  logLevel: 'silent',
  tsconfigRaw: { compilerOptions: { jsx: 'react-jsx', jsxImportSource: 'preact' } },
} as const;

function bundleApp(build: Build) {
  return build({
    ...SHARED,
    entryPoints: ['main.tsx'],
    alias: { 'zxing-wasm/reader': vendoredFile('zxing-wasm/dist/es/reader/index.js') },
    format: 'esm',
    splitting: true,
    metafile: true,
    entryNames: '[name].[hash]',
    chunkNames: '[name].[hash]',
  });
}

function bundleWorker(build: Build, defined: Readonly<Record<string, string | readonly string[]>>) {
  return build({
    ...SHARED,
    entryPoints: ['service-worker.ts'],
    format: 'iife',
    define: Object.fromEntries(
      Object.entries(defined).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
  });
}

interface Entries {
  readonly script: string;
  readonly style: string;
}

function entryFiles(
  outputs: Readonly<Record<string, { readonly entryPoint?: string; readonly cssBundle?: string }>>,
): Entries {
  const entry = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === 'main.tsx');
  if (entry === undefined) throw new Error('esbuild made no file of main.tsx');
  const [script, { cssBundle = '' }] = entry;
  return { script: BASE + basename(script), style: BASE + basename(cssBundle) };
}

function manifestOf(
  languages: ReadonlyMap<string, DriverTexts>,
  icons: readonly { readonly sizePx: number; readonly src: string }[],
): Buffer {
  const [[lang, first] = ['en', { texts: {} as Readonly<Record<string, string>> }]] = languages;
  return Buffer.from(
    JSON.stringify({
      id: '/driver',
      name: first.texts['app.name'],
      short_name: first.texts['app.name'],
      lang,
      start_url: '/driver',
      scope: '/driver',
      display: 'standalone',
      orientation: 'portrait',
      background_color: '#f3f5f8',
      theme_color: '#0b4fa8',
      icons: icons.flatMap(({ sizePx, src }) =>
        ['any', 'maskable'].map((purpose) => ({
          src,
          purpose,
          type: 'image/png',
          sizes: `${sizePx}x${sizePx}`,
        })),
      ),
    }),
  );
}

function pageOf({ script, style }: Entries, icon: string, config: object): Buffer {
  // Escaped so that no text can end the script element early.
  const json = JSON.stringify(config).replaceAll('<', '\\u003c');
  return Buffer.from(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="theme-color" content="#0b4fa8">
<meta name="robots" content="noindex">
<title>Waybill Driver</title>
<link rel="manifest" href="${BASE}manifest.webmanifest">
<link rel="icon" href="${icon}">
<link rel="apple-touch-icon" href="${icon}">
<link rel="stylesheet" href="${style}">
<script type="application/json" id="config">${json}</script>
<script type="module" src="${script}"></script>
</head>
<body><div id="app"></div></body>
</html>
`);
}

/** A file name with the hash of the content, in the format of esbuild's names. */
function hashedName(name: string, extension: string, body: Buffer): string {
  return `${name}.${hashOf(body)}.${extension}`;
}

function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 8).toUpperCase();
}

type Colour = readonly [red: number, green: number, blue: number];

const BLUE: Colour = [11, 79, 168];
const WHITE: Colour = [255, 255, 255];
const SAND: Colour = [255, 205, 110];
/** Samples per pixel in each direction, for smooth edges. */
const SAMPLES = 4;

/**
 * Draws the app's icon as PNG: a parcel on blue to the edges, so that phones may crop it to any
 * shape.
 */
function drawIcon(sizePx: number): Buffer {
  const rows: Buffer[] = [];
  for (let y = 0; y < sizePx; y += 1) {
    const row = Buffer.alloc(1 + sizePx * 3);
    for (let x = 0; x < sizePx; x += 1) {
      for (const [channel, value] of pixel(x, y, sizePx).entries()) {
        row[1 + x * 3 + channel] = value;
      }
    }
    rows.push(row);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sizePx, 0);
  header.writeUInt32BE(sizePx, 4);
  // 8 bits per channel: red, green and blue.
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body) >>> 0, body.length + 4);
  return framed;
}

function pixel(x: number, y: number, sizePx: number): Colour {
  const sum = [0, 0, 0];
  for (let index = 0; index < SAMPLES * SAMPLES; index += 1) {
    const u = (x + ((index % SAMPLES) + 0.5) / SAMPLES) / sizePx;
    const v = (y + (Math.floor(index / SAMPLES) + 0.5) / SAMPLES) / sizePx;
    for (const [channel, value] of colourAt(u, v).entries()) {
      sum[channel] = (sum[channel] ?? 0) + value;
    }
  }
  const [red = 0, green = 0, blue = 0] = sum.map((value) =>
    Math.round(value / (SAMPLES * SAMPLES)),
  );
  return [red, green, blue];
}

/**
 * The colour at a point of the icon.
 * @param u from 0 at the left to 1
 * @param v from 0 at the top to 1
 */
function colourAt(u: number, v: number): Colour {
  const isBox = u > 0.26 && u < 0.74 && v > 0.3 && v < 0.74;
  if (!isBox) return BLUE;
  // The lid, and the tape across it.
  if (Math.abs(v - 0.42) < 0.012) return BLUE;
  return Math.abs(u - 0.5) < 0.05 && v < 0.56 ? SAND : WHITE;
}
