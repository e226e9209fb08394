/** One page of a list, as the hub returns it. */
export interface PageShape {
  readonly data: readonly unknown[];
  readonly next_cursor?: string | null;
  readonly has_more?: boolean;
}

/**
 * A list that is read page by page. Awaited, it is its first page. In `for await`, it is all items,
 * and each page is requested once the previous one has been used up.
 */
export interface Pages<Page extends PageShape>
  extends Promise<Page>,
    AsyncIterable<Page['data'][number]> {
  /** Iterates over pages instead of items. */
  pages(): AsyncIterable<Page>;
}

/** @param load requests the page at that cursor; undefined: the first page, which is requested now. */
export function readPages<Page extends PageShape>(
  load: (cursor: string | undefined) => Promise<Page>,
): Pages<Page> {
  const first = load(undefined);
  async function* pages(): AsyncGenerator<Page, void, undefined> {
    let page = await first;
    for (;;) {
      yield page;
      if (page.has_more === false || !page.next_cursor) return;
      page = await load(page.next_cursor);
    }
  }
  async function* items(): AsyncGenerator<unknown, void, undefined> {
    for await (const { data } of pages()) yield* data;
  }
  const iterate = items as () => AsyncIterator<Page['data'][number]>;
  return Object.assign(first, { pages, [Symbol.asyncIterator]: iterate });
}
