import type { Page } from 'playwright-core';

/** Resolves when a draft with this name is stored in the phone's database. */
export async function draftStored(page: Page, name: string): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      new Promise<boolean>((resolve) => {
        const opening = indexedDB.open('waybill-driver');
        opening.onsuccess = () => {
          const db = opening.result;
          const range = IDBKeyRange.bound('drafts/', 'drafts/\uffff');
          const reading = db.transaction('entries').objectStore('entries').getAll(range);
          reading.onsuccess = () => {
            db.close();
            resolve(reading.result.some((draft: { name?: string }) => draft.name === wanted));
          };
        };
      }),
    name,
    { polling: 50 },
  );
}
