/**
 * One model learns from the parcels of all merchants of a deployment, and senders of the same name
 * at two merchants remain separate. Training and prediction must name them alike.
 *
 * @returns the `sender` of a parcel.
 */
export function pooledSender(merchantId: string, senderId: string): string {
  return `${merchantId}/${senderId}`;
}
