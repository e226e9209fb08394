import type { CallableShop, ListedWebhook, ShopApi } from '../contract.ts';

/**
 * Lets a shop send webhooks, if its platform has them and it can reach the hub, and replaces those
 * that the shop has disabled. Repeating changes nothing.
 */
export async function keepWebhooks({ webhooks }: ShopApi, shop: CallableShop): Promise<void> {
  const { webhook } = shop;
  if (webhook === null || webhooks === undefined) return;
  const ours = await ourWebhooks(webhooks, shop, webhook.url);
  for (const topic of webhooks.topics) {
    const found = ours.filter((each) => each.topic === topic);
    if (found.some(({ isActive }) => isActive)) continue;
    for (const { id } of found) await webhooks.remove(shop, id);
    await webhooks.create(shop, topic, webhook);
  }
}

/** Removes the hub's webhooks from a shop. */
export async function removeWebhooks({ webhooks }: ShopApi, shop: CallableShop): Promise<void> {
  if (shop.webhook === null || webhooks === undefined) return;
  for (const { id } of await ourWebhooks(webhooks, shop, shop.webhook.url)) {
    await webhooks.remove(shop, id);
  }
}

async function ourWebhooks(
  webhooks: NonNullable<ShopApi['webhooks']>,
  shop: CallableShop,
  url: string,
): Promise<readonly ListedWebhook[]> {
  return (await webhooks.list(shop)).filter((each) => each.url === url);
}
