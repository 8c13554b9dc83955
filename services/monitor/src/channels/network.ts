import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { addressesOf, type Resolve, type ResolvedAddress } from './address-guard.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
  /** Checked; the only ones that may be connected to. */
  readonly addresses: readonly ResolvedAddress[];
}
/** Connects to one of a target's addresses. */
export type Dial = (target: Target, signal: AbortSignal) => Promise<Socket>;

/** How the outside is reached; tests give one that leads nowhere. */
export interface Network {
  readonly resolve: Resolve;
  readonly dial: Dial;
}

export const systemNetwork: Network = {
  resolve: (host) => lookup(host, { all: true }),
  async dial({ host, port, addresses }, signal) {
    const [first] = addresses;
    const socket = connect({
      host: addresses.length === 1 ? first!.address : host,
      port,
      autoSelectFamily: true,
      // The answer of the check, not another look-up.
      lookup: (_host, options, callback) =>
        options.all === true ? callback(null, [...addresses]) : callback(null, first!.address, first!.family),
    });
    try {
      await once(socket, 'connect', { signal });
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  },
};

export interface Reach {
  readonly host: string;
  readonly port: number;
  readonly allowPrivateHosts: readonly string[];
}

/**
 * Opens a connection to a host of the open internet, or to one that the channel allows.
 *
 * Errors   PrivateAddressError; those of the network; the signal's reason
 */
export async function openSocket({ host, port, allowPrivateHosts }: Reach, network: Network, signal: AbortSignal): Promise<Socket> {
  const looked = addressesOf(host, { allowPrivateHosts, resolve: network.resolve });
  // A look-up cannot be stopped; it is left to itself.
  const addresses = await Promise.race([looked, abortOf(signal)]);
  return network.dial({ host, port, addresses }, signal);
}

/** Rejects when the signal aborts. */
export function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
