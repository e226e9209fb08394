/**
 * The sender of a parcel, under a name that is unique among all merchants. One model learns from
 * the parcels of all merchants of a deployment, and senders of the same name at two merchants must
 * remain separate. Training and prediction must name them alike.
 */
export function pooledSender(merchantId: string, senderId: string): string {
  return `${merchantId}/${senderId}`;
}
