import { sendFile } from '../../../http/kit/compressed.ts';
import { nothingHere } from '../../../http/kit/problem.ts';
import type { Handler, Route } from '../../../http/kit/route.ts';
import { Problem } from '../../../kernel/errors.ts';
import { buildDriverApp, type DriverApp } from './build-app.ts';
import type { DriverTexts } from './texts.ts';

/**
 * The policy allows what the app needs: its own files, WebAssembly for its barcode reader, a
 * worker, and pictures it has just taken.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'permissions-policy':
    'camera=(self), geolocation=(self), screen-wake-lock=(self), microphone=(), payment=(), usb=()',
};

/**
 * The routes of `GET /driver`, the driver app, and of its files. The app is built on the first
 * request.
 */
export function driverAppRoutes(texts?: ReadonlyMap<string, DriverTexts>): readonly Route[] {
  let built: Promise<DriverApp> | null = null;
  const app = (): Promise<DriverApp> => {
    built ??= buildDriverApp(texts).catch((error: unknown) => {
      built = null;
      throw error;
    });
    return built;
  };
  return [
    { method: 'GET', path: '/driver', hot: false, handler: pageHandler(app) },
    { method: 'GET', path: '/driver/_/:file', hot: false, handler: fileHandler(app) },
  ];
}

function pageHandler(app: () => Promise<DriverApp>): Handler {
  return async (request, response, { versioned }) => {
    if (versioned) throw nothingHere();
    const { page } = await app();
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      ...PAGE_HEADERS,
    };
    await sendFile(request, response, headers, page);
  };
}

function fileHandler(app: () => Promise<DriverApp>): Handler {
  return async (request, response, { params, versioned }) => {
    if (versioned) throw nothingHere();
    const name = params['file'] ?? '';
    const file = (await app()).files.get(name);
    if (file === undefined) throw new Problem('not_found', 'values.noSuchFile');
    await sendFile(
      request,
      response,
      {
        'content-type': file.contentType,
        'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
        ...(name.endsWith('.html') ? PAGE_HEADERS : {}),
        // A worker has its own policy, which allows fetching the app's files.
        ...(name === 'service-worker.js'
          ? {
              'service-worker-allowed': '/driver',
              'content-security-policy': "default-src 'none'; connect-src 'self'",
            }
          : {}),
      },
      file.body,
    );
  };
}
