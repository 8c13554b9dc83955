import { describe, expect, test } from 'vitest';
import { checkHost, guardedLookup, isPublicAddress, type Resolve } from './address-guard.ts';

describe('isPublicAddress', () => {
  test.each(
    ['8.8.8.8 1.1.1.1 93.184.215.14 172.15.255.255 172.32.0.1 192.169.0.1 100.128.0.1 2606:4700:4700::1111', '2a00:1450::1'].flatMap(
      (line) => line.split(' '),
    ),
  )('%s is outside', (address) => expect(isPublicAddress(address)).toBe(true));
  test.each(
    [
      '0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8',
      '192.168.1.1 198.18.0.1 192.0.2.1 198.51.100.7 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 fe80::1',
      'fc00::1 fd12:3456::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1',
      '64:ff9b:1::a00:1 2002:7f00:1:: 2001:0:4136:e378::1 2001:db8::1 100::1 fec0::1 5f00::1 localhost 127.1',
      '0x7f.0.0.1',
    ].flatMap((line) => line.split(' ')),
  )('%s is inside, or no address', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('checkHost after the URL parser', () => {
  // What people and attackers write for inside addresses; the URL parser brings them to one form before the check.
  test.each(
    [
      'http://127.0.0.1 http://2130706433 http://0x7f000001 http://017700000001 http://127.1 http://0 http://0.0.0.0',
      'http://[::1] http://[::ffff:127.0.0.1] http://[::ffff:7f00:1] http://１２７.０.０.１ http://127。0。0。1',
      'http://0177.0.0.1 http://169.254.169.254/latest/meta-data http://[fe80::1] http://127.0.0.1. http://10.1',
      'http://3232235777',
    ].flatMap((line) => line.split(' ')),
  )('%s is refused', (url) => {
    expect(() => checkHost(new URL(url).hostname)).toThrow('on the open internet');
  });
  test('names are left to the look-up', () => {
    expect(() => checkHost('ops.example.org')).not.toThrow();
  });
});

const answering =
  (...addresses: string[]): Resolve =>
  (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
const ask = (resolve: Resolve, all: boolean) =>
  new Promise((done) =>
    guardedLookup(resolve)('ops.example.org', { all }, (error, address) => done(error === null ? address : error.message)),
  );

describe('guardedLookup', () => {
  test('a name that leads outside is handed on, in both forms that Node asks for', async () => {
    expect(await ask(answering('93.184.215.14'), true)).toEqual([{ address: '93.184.215.14', family: 4 }]);
    expect(await ask(answering('93.184.215.14'), false)).toBe('93.184.215.14');
  });
  test('one inside address among several is enough to refuse, whatever its place', async () => {
    expect(await ask(answering('93.184.215.14', '10.0.0.5'), true)).toContain('found the private address 10.0.0.5');
    expect(await ask(answering('::1', '93.184.215.14'), false)).toContain('add ops.example.org to the channel');
  });
  test('a name that changes its address is refused in the very look-up that the connection uses', async () => {
    let asked = 0;
    const rebinding: Resolve = (...question) => answering(asked++ === 0 ? '93.184.215.14' : '127.0.0.1')(...question);
    expect(await ask(rebinding, false)).toBe('93.184.215.14');
    expect(await ask(rebinding, false)).toContain('127.0.0.1');
  });
});
