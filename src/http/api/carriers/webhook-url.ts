/** Where a carrier posts: one URL for all, or one per account. */
export function webhookUrl(publicUrl: string, carrier: string, accountId?: string): string {
  const path = accountId === undefined ? carrier : `${carrier}/${accountId}`;
  return `${publicUrl}/webhooks/carrier/${path}`;
}
