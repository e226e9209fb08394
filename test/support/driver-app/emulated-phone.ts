import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM, PATIENCE_MS } from '../../e2e/tracking-page-browser.ts';

export interface EmulatedPhone {
  readonly context: BrowserContext;
  readonly page: Page;
  /** The browser's complaints, except about the network that the test cuts. */
  readonly complaints: string[];
}

/** Slowdown factor, to simulate a cheap phone or a busy machine. */
const SLOWER = Number(process.env['WAYBILL_PHONE_SLOWER'] ?? 1);

/**
 * A phone whose browser stores its data in `profile`, until the next time.
 *
 * @param camera the camera's picture; a Y4M file.
 */
export async function openEmulatedPhone(
  profile: string,
  { camera }: { readonly camera?: string } = {},
): Promise<EmulatedPhone> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      ...(camera === undefined ? [] : [`--use-file-for-fake-video-capture=${camera}`]),
    ],
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
    locale: 'en-US',
    permissions: ['geolocation', 'camera'],
    geolocation: { latitude: 53.5511, longitude: 9.9355, accuracy: 7 },
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  const [page = await context.newPage()] = context.pages();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    // A browser asks for this by itself when a page without an icon is in front.
    if (message.location().url.endsWith('/favicon.ico')) return;
    if (message.type() === 'error' && !/ERR_INTERNET_DISCONNECTED|status of 503/.test(text)) {
      complaints.push(text);
    }
  });
  if (SLOWER > 1) {
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  }
  return { context, page, complaints };
}
