import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isPublicAddress } from './address-guard.ts';
import { openSocket, type Network } from './network.ts';
import { createHttpSender } from './send-http.ts';

/**
 * What people and attackers write for inside addresses.
 *
 * `resolves`: what look-ups of its name answer, one after the other; `dialled`: the only addresses that may be connected to, none when absent
 */
const entry = z.strictObject({
  kind: z.string().optional(),
  url: z.string(),
  resolves: z.array(z.array(z.string())).optional(),
  dialled: z.array(z.string()).optional(),
  note: z.string().optional(),
});
const corpus = z
  .strictObject({ refused: z.array(entry), public: z.array(entry) })
  .parse(JSON.parse(readFileSync(new URL('./address-corpus.json', import.meta.url), 'utf8')));
type Entry = z.infer<typeof entry>;

const familyOf = (address: string) => (address.includes(':') ? 6 : 4);
const resolvedOf = (address: string) => ({ address, family: familyOf(address) });

/** Records what would be connected to; nothing leaves the machine, neither a packet nor a look-up. */
function recorder(entryOf: Pick<Entry, 'resolves'>): Network & { readonly dialled: string[]; readonly looked: string[] } {
  const dialled: string[] = [];
  const looked: string[] = [];
  return {
    dialled,
    looked,
    async resolve(host) {
      const answers = entryOf.resolves?.[looked.length];
      looked.push(host);
      if (answers !== undefined) return answers.map(resolvedOf);
      // As getaddrinfo does, which reads what inet_aton reads.
      const number = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
      if (/^[\d.]+$/.test(number)) return [resolvedOf(number)];
      throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
    },
    async dial({ addresses }) {
      dialled.push(...addresses.map(({ address }) => address));
      throw Object.assign(new Error('recorded'), { code: 'RECORDED' });
    },
  };
}

const notification = {
  id: 'msg_1',
  channel: 'hook',
  kind: 'firing',
  queue: 'q',
  transitions: [],
  episodes: [],
  body: '{}',
  text: '',
} as const;

async function sendTwice(found: Entry) {
  const network = recorder(found);
  const send = createHttpSender(
    { url: found.url, allowPrivateHosts: [], clock: () => 0, network },
    { requestOf: ({ body }) => ({ body }) },
  );
  const results = [await send(notification), await send(notification)];
  return { ...network, results };
}

describe('the guard, as the connection is made', () => {
  test('the corpus is as large as promised', () => {
    expect(new Set(corpus.refused.map(({ url }) => url)).size).toBeGreaterThanOrEqual(100);
  });
  test.each(corpus.refused.map((found) => [found.kind, found.url, found] as const))(
    '%s: %s is never connected to',
    async (_kind, _url, found) => {
      const { dialled, results } = await sendTwice(found);
      expect(dialled).toEqual(
        found.dialled === undefined ? [] : found.dialled.flatMap((address) => (found.resolves ? [address] : [address, address])),
      );
      expect(results.map(({ kind }) => kind)).toEqual(['retry', 'retry']);
    },
  );
  test.each(corpus.public.map((found) => [found.url, found] as const))('%s is outside and connected to', async (_url, found) => {
    const { dialled } = await sendTwice({ ...found, ...(found.resolves ? { resolves: [found.resolves[0]!, found.resolves[0]!] } : {}) });
    expect(dialled).toEqual([...found.dialled!, ...found.dialled!]);
  });
  // Mail servers are named without a URL around them, so no parser has brought these to one form: the resolver's answer is what counts.
  test.each(
    '127.0.0.1 2130706433 0x7f000001 0177.0.0.1 127.1 10.1 localhost ::1 [::1] ::ffff:127.0.0.1 fe80::1%eth0 64:ff9b::7f00:1'.split(' '),
  )('a mail server at %s is never connected to', async (host) => {
    const network = recorder({ ...(host === 'localhost' ? { resolves: [['127.0.0.1']] } : {}) });
    const reached = openSocket({ host, port: 25, allowPrivateHosts: [] }, network, new AbortController().signal);
    await expect(reached).rejects.toThrow('on the open internet');
    expect(network.dialled).toEqual([]);
  });
  test('a name is looked up once per attempt: what was checked is what is connected to', async () => {
    const { looked } = await sendTwice({ url: 'https://hooks.example.org/', resolves: [['93.184.215.14'], ['93.184.215.14']] });
    expect(looked).toEqual(['hooks.example.org', 'hooks.example.org']);
  });
  test('an address that the channel allows may be inside, with brackets or without', async () => {
    for (const allowed of ['::1', '[::1]']) {
      const network = recorder({});
      const reached = openSocket({ host: '[::1]', port: 25, allowPrivateHosts: [allowed] }, network, new AbortController().signal);
      await expect(reached).rejects.toThrow('recorded');
      expect(network.dialled).toEqual(['::1']);
    }
  });
  test('a host that the channel allows may be inside', async () => {
    const network = recorder({ resolves: [['10.0.0.5']] });
    await expect(
      openSocket({ host: 'mail.internal', port: 25, allowPrivateHosts: ['mail.internal'] }, network, new AbortController().signal),
    ).rejects.toThrow('recorded');
    expect(network.dialled).toEqual(['10.0.0.5']);
  });
  test('the reason says what to do', async () => {
    const { results } = await sendTwice({ url: 'https://internal.example.org/', resolves: [['10.0.0.5'], ['10.0.0.5']] });
    expect(results[0]).toMatchObject({
      reason: expect.stringMatching(/private address 10\.0\.0\.5.*add internal\.example\.org to .*allow_private_hosts/),
    });
  });
});

describe('isPublicAddress', () => {
  test.each(['', 'localhost', '127.1', '0x7f.0.0.1', '8.8.8.8.', '8.8.8', '2606:4700::1%1', '::ffff:8.8.8.8'])(
    '%j is not one',
    (address) => {
      expect(isPublicAddress(address)).toBe(false);
    },
  );
});
