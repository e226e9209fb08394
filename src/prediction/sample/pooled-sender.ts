/**
 * One model learns from the parcels of all merchants of a deployment: two merchants' senders of the
 * same name stay two. Who learns and who asks must name them alike.
 *
 * @returns the `sender` of a parcel.
 */
export function pooledSender(merchantId: string, senderId: string): string {
  return `${merchantId}/${senderId}`;
}
