/** What the hub writes into the page. */
export interface PageConfig {
  /** Changes with every file of the app. */
  readonly version: string;
  /** By language: its native name, and the URL of its texts. */
  readonly languages: Readonly<Record<string, { readonly name: string; readonly url: string }>>;
  /** The reader of barcodes, for browsers without one. */
  readonly readerUrl: string;
}

export function readConfig(): PageConfig {
  return JSON.parse(document.getElementById('config')?.textContent ?? '') as PageConfig;
}
