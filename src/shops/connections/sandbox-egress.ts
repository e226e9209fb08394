import type { Egress } from '../../platform/net/egress.ts';

type ShopEgress = Pick<Egress, 'send' | 'checkUrl'>;

/**
 * Lets the sandbox shops of this hub be called although they are on this machine. Nothing else
 * there can be reached in this way: a request must be for a path below the address of one of them.
 *
 * @param loopback reaches addresses of this machine.
 * @param addresses of the sandbox shops; none without a sandbox.
 */
export function withSandboxShops(
  egress: ShopEgress,
  loopback: ShopEgress,
  addresses: () => readonly string[],
): ShopEgress {
  const guardFor = (text: string) => {
    const url = URL.parse(text)?.href ?? '';
    return addresses().some((each) => `${url}/`.startsWith(`${each}/`)) ? loopback : egress;
  };
  return {
    send: (request) => guardFor(request.url).send(request),
    checkUrl: (url, options) => guardFor(url).checkUrl(url, options),
  };
}
