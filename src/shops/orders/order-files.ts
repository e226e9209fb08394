import { FileUnreadable, type OrderFiles, unguarded } from '../../intake/index.ts';
import type { Shops } from '../connections/shops.ts';

/**
 * Returns how dropped files of orders are read. What is made of them is processed like what shops
 * send: only somebody with access to the merchant's folder can put a file there.
 */
export function createOrderFiles(shops: Pick<Shops, 'open'>): OrderFiles {
  return {
    async of({ merchantId, mode }, shopId) {
      const opened = await shops.open(shopId);
      if (opened === null) return null;
      const { shop, platform } = opened;
      const { readOrdersFile } = platform;
      const isTheirs = shop.merchantId === merchantId && shop.mode === mode;
      if (!isTheirs || readOrdersFile === undefined) return null;
      return {
        rules: { shopId, mapping: shop.settings.mapping ?? null },
        read({ header, rows, writtenAtMs }) {
          const cells = rows.map((fields) => fields.map((field) => unguarded(field.trim())));
          const { settings } = shop;
          const read = readOrdersFile({ header, rows: cells, writtenAtMs, settings });
          if (read.kind === 'unreadable') throw new FileUnreadable(read.reason, read.fix);
          return {
            ignored: read.ignored,
            faults: read.faults.map((fault) => {
              if (fault === null) return null;
              const pointer = fault.column === null ? '' : `/${fault.column}`;
              return { code: 'invalid', pointer, reason: fault.reason, fix: fault.fix };
            }),
            inboundMessages: read.bodies.map((body) => ({
              kind: 'shop',
              source: 'webhook',
              carrier: platform.id,
              owner: { accountId: shop.id, merchantId, mode },
              trust: 'signed',
              headers: read.headers,
              body: Buffer.from(body, 'utf8'),
            })),
          };
        },
      };
    },
  };
}
