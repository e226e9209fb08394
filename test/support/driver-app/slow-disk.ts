import type { BrowserContext, Page } from 'playwright-core';

interface SlowDisk {
  hold(): void;
  release(): void;
}

/**
 * A phone with a slow storage: from `holdDisk` on, no write completes until `releaseDisk`. Call
 * before the page is opened.
 */
export async function withSlowDisk(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const own = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'oncomplete');
    let held: Promise<void> | null = null;
    let release = () => {};
    Object.defineProperty(IDBTransaction.prototype, 'oncomplete', {
      ...own,
      set(this: IDBTransaction, handler: (event: Event) => void) {
        own?.set?.call(this, (event: Event) => {
          if (held === null || this.mode === 'readonly') handler(event);
          else void held.then(() => handler(event));
        });
      },
    });
    const disk: SlowDisk = {
      hold() {
        held = new Promise((resolve) => {
          release = resolve;
        });
      },
      release() {
        held = null;
        release();
      },
    };
    Object.assign(globalThis, { slowDisk: disk });
  });
}

export const holdDisk = (page: Page): Promise<void> =>
  page.evaluate(() => (globalThis as object as { slowDisk: SlowDisk }).slowDisk.hold());

export const releaseDisk = (page: Page): Promise<void> =>
  page.evaluate(() => (globalThis as object as { slowDisk: SlowDisk }).slowDisk.release());
