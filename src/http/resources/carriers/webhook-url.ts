/** Where a carrier posts: for everyone, or for one account. */
export function webhookUrl(publicUrl: string, carrier: string, accountId?: string): string {
  const path = accountId === undefined ? carrier : `${carrier}/${accountId}`;
  return `${publicUrl}/webhooks/carrier/${path}`;
}
